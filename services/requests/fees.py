"""The information-handling fee (信息处理费): by item in a month or by page, progressive (国办函〔2020〕109号)."""

from itertools import count

PAGE_TIERS = ((30, 0), (100, 10), (200, 20))
PAGE_RATE = 40
FREE_ITEMS, ITEM_RATE, SECOND_TIER = 10, 100, 30
BLOCK = 10
"""Items 11 to 30 cost 100 yuan each, 31 to 40 200 yuan, and each further ten 100 yuan more."""


def by_items(items: int) -> int:
    """Yuan for so many applications of one applicant in one calendar month."""
    if items <= FREE_ITEMS:
        return 0
    total = (min(items, SECOND_TIER) - FREE_ITEMS) * ITEM_RATE
    for step in count():
        first = SECOND_TIER + step * BLOCK
        if items <= first:
            return total
        total += min(items - first, BLOCK) * ITEM_RATE * (step + 2)
    raise AssertionError("unreachable")


def of_item(number: int) -> int:
    """Yuan for the application that is the applicant's ``number``-th of the month."""
    return by_items(number) - by_items(number - 1)


def by_pages(pages: int) -> int:
    """Yuan for so many A4 sides of one application."""
    total, before = 0, 0
    for upto, rate in PAGE_TIERS:
        total += max(0, min(pages, upto) - before) * rate
        before = upto
    return total + max(0, pages - before) * PAGE_RATE
