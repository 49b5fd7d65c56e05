"""Whether a figure in a message can be counted, estimated or computed, so that it needs no source."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, DecimalException

SMALL_COUNT = 100
"""The largest number that any agent can have counted: steps, items of its own list, lines of its own text."""

_MAX_NUMBERS = 60  # of a message with which is computed
_MAX_DIGITS = 18  # of a number with which is computed


def is_counted(figure: str, most: int) -> bool:
    """Return whether a figure can be a count or an estimate; `most`: the most things that the run showed together.

    It is a whole number that is no larger than `most` or SMALL_COUNT, or that is round: one digit, and zeros behind it.
    """
    if not figure.isdecimal() or len(figure) > _MAX_DIGITS:
        return False
    return not figure[1:].strip("0") or int(figure) <= max(most, SMALL_COUNT)


class Computable:
    """What comes of the known numbers of a message: a message states many figures, and all are looked up in it.

    Sums, differences, products and quotients of two numbers count, and sums of numbers that follow each other.
    """

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self._taken = 0
        self._numbers = list[Decimal]()
        self._sums = [Decimal(0)]
        self._results = list[Decimal]()
        self._rounded: dict[int, set[Decimal]] = {}  # all results, by the exponent to which they are rounded
        for number in numbers:
            self.add(number)

    def __contains__(self, figure: str) -> bool:
        """Return whether a figure comes of the numbers, rounded to the decimals that it has."""
        wanted = _number(figure)
        if wanted is None:
            return False
        exponent = int(wanted.as_tuple().exponent)
        if exponent not in self._rounded:
            self._rounded[exponent] = _all_rounded(self._results, exponent)
        return wanted in self._rounded[exponent]

    def add(self, text: str) -> None:
        """Add a number; those beyond the most with which is computed change nothing."""
        if self._taken == _MAX_NUMBERS:
            return
        self._taken += 1
        number = _number(text)
        if number is None:
            return
        total = self._sums[-1] + number
        results = [result for other in self._numbers for result in _results(other, number)]
        results += [total - before for before in self._sums]
        self._numbers.append(number)
        self._sums.append(total)
        self._results += results
        for exponent, known in self._rounded.items():
            known |= _all_rounded(results, exponent)


def _results(first: Decimal, second: Decimal) -> list[Decimal]:
    quotients = [a / b for a, b in ((first, second), (second, first)) if b]
    return [first + second, abs(first - second), first * second, *quotients]


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if len(text) <= _MAX_DIGITS else None
    except DecimalException:
        return None


def _all_rounded(numbers: Iterable[Decimal], exponent: int) -> set[Decimal]:
    unit = Decimal(1).scaleb(exponent)
    return {rounded for number in numbers if (rounded := _rounded(number, unit)) is not None}


def _rounded(number: Decimal, unit: Decimal) -> Decimal | None:
    try:
        return number.quantize(unit)
    except DecimalException:  # more digits than decimals are computed with
        return None
