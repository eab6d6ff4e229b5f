"""The letters of the service (文书模板) as files: one a kind of letter, and ``wording.yaml`` with what they share.

Words in force are never changed: a new wording is a further edition with a later ``since``.
"""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent


def texts() -> Mapping[str, str]:
    """Kind of letter -> the text of its file."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.yaml"))}
