"""Numbers with the signs of the user's language.

The window takes the signs from `QLocale`. They are kept in the environment, so worker processes use the same.
"""

from __future__ import annotations

import os

from replay_gui.core.translation.english import is_in_english
from replay_gui.core.translation.environment import NUMBER_SIGNS

ENGLISH_SIGNS = ",."


def use_number_signs(group: str, decimal: str) -> None:
    """Use other signs, in this process and in those that it starts from now on.

    Args:
        group: one character between the thousands. decimal: one before the decimals.
    """
    global _signs
    _signs = {ord(","): group, ord("."): decimal}
    os.environ[NUMBER_SIGNS] = group + decimal


def number_signs() -> str:
    """Return the two signs in use: that between the thousands, and that before the decimals."""
    return ENGLISH_SIGNS.translate(_signs_in_use())


def _signs_in_use() -> dict[int, str]:
    return {} if is_in_english() else _signs


def whole_number(number: int) -> str:
    """Return ``1,200`` for 1200."""
    return f"{number:,}".translate(_signs_in_use())


def decimal_number(number: float, decimals: int) -> str:
    """Return ``1,200.50`` for 1200.5 and 2 decimals."""
    return f"{number:,.{decimals}f}".translate(_signs_in_use())


def significant_number(number: float, digits: int = 6) -> str:
    """Return ``0.33`` for 1/3 and 2 digits, ``3`` for 3.0; a number that is very small or large has an exponent."""
    return f"{number:.{digits}g}".translate(_signs_in_use())


_signs: dict[int, str] = {}
_kept = os.environ.get(NUMBER_SIGNS, ENGLISH_SIGNS)
if _kept != ENGLISH_SIGNS and len(_kept) == len(ENGLISH_SIGNS):
    use_number_signs(*_kept)  # of the process that started this one
