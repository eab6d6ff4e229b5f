"""Marks of secrecy: which texts bear one, and that every text of a command is looked at, however deep it lies."""

from collections.abc import Mapping

import pytest
from pydantic import BaseModel, ConfigDict, Field

from shared.domain.classified import marked, refuse_marked
from shared.domain.kind import Command, RuleBroken

MARKS = (
    "绝密★启用前",
    "机密★20年",
    "某方案（机密★10年）征求意见",
    "秘密☆1年",
    "绝 密 ★ 长期",
    "机密*10年",
    "关于部署的通知 机密＊３年",
    "秘密*六个月",
    "绝密·启用前",
    "绝密",
    "机密",
    "★秘密",
    "【机密】",
    "**绝密**",
    "密级：机密",
    "机密　10年",
    "機密★10年",
    "机\u200b密★",
    "关于某事的报告\n秘密\n各单位：",
    "各单位：\r\n　　机密★\r\n正文",
)
PROSE = (
    "请公开2025年机密文件的目录",
    "依据《保守国家秘密法》，该信息属于国家秘密",
    "保守国家秘密宣传月活动",
    "国家秘密",
    "商业秘密",
    "密级：不涉密",
    "这不是什么秘密，人人都知道。",
    "机密、秘密级文件均不公开",
    "秘密？没有。",
    "标为*机密*的资料",
    "★★★ 三星级饭店",
    "密",
    "",
)


@pytest.mark.parametrize("text", MARKS)
def test_a_mark_in_its_form_is_seen(text: str) -> None:
    assert marked(text)


@pytest.mark.parametrize("text", PROSE)
def test_a_word_in_a_sentence_is_no_mark(text: str) -> None:
    assert not marked(text)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)
    said: str


@pytest.mark.parametrize("filling", ["\n", " ", "*\n", "*", "绝 ", "机密*1", "密级 ", "· \n"])
def test_a_long_text_is_looked_through_in_one_go(filling: str) -> None:
    """What grew with the square of the length would not end: a letter may have a million characters."""
    assert not marked("密" + filling * (1_000_000 // len(filling)))
    assert marked("密" + filling * (1_000_000 // len(filling)) + "\n机密★10年")


def test_blank_lines_within_a_mark_change_nothing() -> None:
    assert marked("机密\n\n   \n★10年")
    assert marked("密级：\n\n  机密  \n\n各单位")
    assert not marked("机密文件\n\n目录★")


class _Told(Command):
    plain: str = "无"
    listed: tuple[str, ...] = ()
    parts: tuple[_Part, ...] = ()
    named: Mapping[str, tuple[_Part, ...]] = Field(default_factory=dict)


@pytest.mark.parametrize(
    "command",
    [
        _Told(plain="绝密★启用前"),
        _Told(listed=("甲", "机密★10年")),
        _Told(parts=(_Part(said="甲"), _Part(said="秘密"))),
        _Told(named={"甲": (_Part(said="★机密"),)}),
        _Told(named={"绝密": ()}),
    ],
    ids=["plain", "listed", "parts", "named", "name"],
)
def test_every_text_is_looked_at_however_deep_and_its_field_is_named(command: _Told) -> None:
    with pytest.raises(RuleBroken) as caught:
        refuse_marked("example", command)
    broken = caught.value
    (field,) = command.model_fields_set
    assert (broken.code, broken.field, broken.noted) == ("example.classified", field, True)
    assert "保守国家秘密法" in broken.basis.zh
    assert "第十四条" in broken.basis.zh


def test_a_command_without_a_mark_passes() -> None:
    refuse_marked("example", _Told(plain="请公开机密文件目录", listed=("甲",), parts=(_Part(said="国家秘密"),)))
