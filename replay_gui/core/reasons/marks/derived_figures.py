"""Whether a figure in a message can be counted, estimated or computed, so that it needs no source."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, DecimalException
from itertools import accumulate, combinations

SMALL_COUNT = 100
"""The largest number that any agent can have counted: steps, items of its own list, lines of its own text."""

_MAX_NUMBERS = 60  # of a message with which is computed
_MAX_DIGITS = 18  # of a number with which is computed


def is_counted(figure: str, most: int) -> bool:
    """Return whether a figure can be a count or an estimate; `most`: the most things that the run showed together.

    It is a whole number that is no larger than `most` or SMALL_COUNT, or that is round: one digit, and zeros behind it.
    """
    if not figure.isdecimal():
        return False
    is_round = len(figure) <= _MAX_DIGITS and not figure[1:].strip("0")
    return is_round or (len(figure) <= _MAX_DIGITS and int(figure) <= max(most, SMALL_COUNT))


def is_computed(figure: str, numbers: Sequence[str]) -> bool:
    """Return whether a figure comes of other `numbers` of its message, rounded to the decimals that it has.

    Sums, differences, products and quotients of two numbers count, and sums of numbers that follow each other.
    """
    wanted, known = _number(figure), [one for text in numbers[:_MAX_NUMBERS] if (one := _number(text)) is not None]
    if wanted is None:
        return False
    unit = Decimal(1).scaleb(int(wanted.as_tuple().exponent))
    if any(_rounded(result, unit) == wanted for a, b in combinations(known, 2) for result in _results(a, b)):
        return True
    sums = [Decimal(0), *accumulate(known)]
    return any(_rounded(after - before, unit) == wanted for before, after in combinations(sums, 2))


def _results(first: Decimal, second: Decimal) -> list[Decimal]:
    quotients = [a / b for a, b in ((first, second), (second, first)) if b]
    return [first + second, abs(first - second), first * second, *quotients]


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if len(text) <= _MAX_DIGITS else None
    except DecimalException:
        return None


def _rounded(number: Decimal, unit: Decimal) -> Decimal | None:
    try:
        return number.quantize(unit)
    except DecimalException:  # more digits than decimals are computed with
        return None
