"""Exact numbers as text: the one rounding of a score, decimals where they end, fractions where they do not."""

from fractions import Fraction


def rounded(value: Fraction, places: int) -> Fraction:
    """``value`` rounded half-up (四舍五入) to ``places`` decimals; halves go away from zero."""
    scale: int = 10**places
    whole, rest = divmod(abs(value.numerator) * scale, value.denominator)
    if 2 * rest >= value.denominator:
        whole += 1
    return Fraction(whole if value >= 0 else -whole, scale)


def decimal_text(value: Fraction, places: int) -> str:
    """``value`` rounded half-up and written with exactly ``places`` decimals: ``82.63``."""
    scale: int = 10**places
    units = int(rounded(value, places) * scale)
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), scale)
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def exact_text(value: Fraction) -> str:
    """``value`` as a decimal where one ends (``8.5``), else as a fraction (``1/3``)."""
    places, rest = 0, value.denominator
    while rest % 10 == 0:
        places, rest = places + 1, rest // 10
    while rest % 5 == 0:
        places, rest = places + 1, rest // 5
    while rest % 2 == 0:
        places, rest = places + 1, rest // 2
    return decimal_text(value, places) if rest == 1 else str(value)


def count_or_text(value: Fraction) -> int | str:
    """A whole number as a number, anything else as its exact text."""
    return int(value) if value.denominator == 1 else exact_text(value)
