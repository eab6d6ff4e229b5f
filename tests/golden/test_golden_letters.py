"""Words of letters that were in force are kept for ever, so that a letter prints as it was sent."""

from services.generate import GOLDEN_LETTERS, letter_editions


def test_no_edition_of_a_letter_was_edited_or_dropped() -> None:
    kept = {path: path.read_text(encoding="utf-8") for path in GOLDEN_LETTERS.glob("*.json")}
    assert kept == letter_editions(), "new words are a further edition with a later since: make schemas keeps them"
