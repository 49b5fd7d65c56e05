"""The answer that a message names as the final one, and when two answers are the same."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.text.figures import FIGURE

_ANSWER = re.compile(
    r"(?:final answer|answer is|^answer)[\s*_`\"']{0,4}[:=]\s{0,4}(?:```\w*\s)?[\s*_`\"']{0,3}(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNS = re.compile(r"(?:[^\w.]|_|(?<!\d)\.|\.(?!\d))+")  # but not the point in a number
_MIN_AMOUNT_DIGITS = 3


def named_answer(text: str) -> str:
    """Return the last answer that a text names as such, as ``Final answer: 42`` does; "" if it names none."""
    answers = _ANSWER.findall(text)
    return answers[-1].strip(" *.") if answers else ""


def plain_answer(value: Any) -> str:
    """Return an answer without what does not change its meaning: case, signs, ``1,060.50`` as 1060.5."""
    text = FIGURE.sub(lambda match: _plain_number(match[1]), answer_text(value).lower())
    return _SIGNS.sub(" ", text).strip()


def _plain_number(figure: str) -> str:
    """Return a number without separators of thousands; 3.10 may be a version, but 1060.50 is an amount."""
    whole, point, decimals = figure.replace(",", "").partition(".")
    plain = f"{whole}{point}{decimals}"
    return plain.rstrip("0").rstrip(".") if point and len(whole) >= _MIN_AMOUNT_DIGITS else plain
