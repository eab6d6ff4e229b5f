"""Content monitoring: what counts as personal data, a listed word, a dead link, a mark of secrecy; and what does not."""

import pytest

from services.publishing.monitoring import monitor, told


def found(text: str, **lists: tuple[str, ...]) -> list[tuple[str, int, str | None]]:
    return [(hit.finding, hit.count, hit.listed) for hit in monitor(text, **lists)]


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "身份证11010519491231002x。",
        "110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_an_identity_number_is_found_however_it_is_typed(text: str) -> None:
    assert found(text) == [("identity_number", 1, None)]


@pytest.mark.parametrize("text", ["110105194912310021", "文号110105194912310029001", "11010519491231002"])
def test_a_number_with_a_wrong_check_digit_or_length_is_none(text: str) -> None:
    assert "identity_number" not in [finding for finding, _, _ in found(text)]


@pytest.mark.parametrize(
    "text", ["13812345678", "+86 138-1234-5678", "138 1234 5678", "０８５４-７６１１２３４", "(0854)7611234"]
)
def test_phones_are_found(text: str) -> None:
    assert found(text) == [("phone", 1, None)]


@pytest.mark.parametrize("text", ["2026年3月2日", "共12345678元", "邮编550100", "第1381234567890123号文"])
def test_dates_sums_and_codes_are_no_phones(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["6222 0213 0612 3456 782", "4111111111111111", "4111-1111-1111-1111"])
def test_a_bank_card_passes_its_check(text: str) -> None:
    assert found(text) == [("bank_card", 1, None)]


def test_a_card_with_a_wrong_check_digit_is_none() -> None:
    assert found("4111111111111112") == []


def test_one_number_is_one_hit_and_several_are_counted() -> None:
    text = "甲 13812345678，乙 13912345678，丙 11010519491231002X"
    assert found(text) == [("identity_number", 1, None), ("phone", 2, None)]


def test_the_county_s_lists_are_looked_for_by_name() -> None:
    text = "见 http://old.example.gov.cn/a 的贫困户名单，贫困户"
    assert found(text, words=("贫困户", "未成年人", "", "贫困户"), dead_links=("http://old.example.gov.cn/a",)) == [
        ("watched_word", 2, "贫困户"),
        ("dead_link", 1, "http://old.example.gov.cn/a"),
    ]


def test_hits_are_told_in_words_without_the_data() -> None:
    words = told(monitor("11010519491231002X 贫困户", words=("贫困户",)))
    assert words.zh == "公民身份号码 1 处、监测词“贫困户” 1 处"
    assert words.en == "1 × identity number, 1 × watched word 贫困户"
