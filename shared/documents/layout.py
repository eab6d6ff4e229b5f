"""The page of an official document (公文格式, GB/T 9704-2012): measures, type sizes and typefaces with what may stand in."""

from typing import Final

PAGE_MM: Final = (210, 297)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
"""天头 37, 订口 28; what is left is the 版心 of 156 × 225."""

TITLE_PT, BODY_PT, FOOT_PT = 22, 16, 14
"""2号, 3号, 4号."""

LINE_PT: Final = 28.95
"""22 lines on a page."""

TITLE_FACES: Final = (
    "方正小标宋简体",
    "FZXiaoBiaoSong-B05S",
    "小标宋体",
    "宋体",
    "SimSun",
    "Noto Serif CJK SC",
    "serif",
)
BODY_FACES: Final = ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "Noto Serif CJK SC", "serif")
FOOT_FACES: Final = ("宋体", "SimSun", "Noto Serif CJK SC", "serif")
LATIN_FACE: Final = "Times New Roman"


def signature_indents(unit: str, day: str) -> tuple[float, float]:
    """How far unit and date stand from the right edge, in characters: the shorter one is centred above or under the other.

    The date keeps four characters free (the seal covers both); a unit with a name longer than it, two.
    """
    wide, dated = _width(unit), _width(day)
    if wide > dated:
        return 2, 2 + (wide - dated) / 2
    return 4 + (dated - wide) / 2, 4


def _width(text: str) -> float:
    return sum(0.5 if letter.isascii() else 1 for letter in text)
