"""How a number stands in a text: ``1,234.50`` is one number, ``54,67,86`` are several."""

from __future__ import annotations

import re

NUMBER = r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d+)?"
"""A pattern for a number, with commas only between thousands (or lakhs)."""

NOT_BEFORE = r"[\w.#,-]"
"""Characters before a number that make it a part of an id, a date, a version or a list without blanks."""

NOT_AFTER = r"[\w-]|[.,]\d"
"""What behind a number makes it a part of such a word."""

FIGURE = re.compile(rf"(?<!{NOT_BEFORE})\$?({NUMBER})(?!{NOT_AFTER})")
"""A number in a text, without its currency: not a part of an id, a date, a version or a list of line numbers."""
