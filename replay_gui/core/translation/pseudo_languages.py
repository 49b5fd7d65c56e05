"""Languages for tests: English that is as long as other languages are, with accents, or in letters from the right.

A text of the window without brackets is one that no translator can reach; one whose closing bracket is not seen is cut.
The tags are those of Android and of Chromium (https://developer.android.com/guide/topics/resources/pseudolocales).
"""

from __future__ import annotations

import gettext
import re
from math import ceil

PSEUDO_LANGUAGES = {"en-XA": False, "ar-XB": True}
"""Their tags, and whether they are written from right to left."""

_ACCENTS = str.maketrans(
    "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz", "ÅåƁƀÇçÐðÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀṁÑñÖöÞþǪǫŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž"
)
_KEPT = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|&\w)")  # fields, braces, and the keys of menus
_LONGER = 0.4  # of the length of an English text
_FROM_THE_RIGHT = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "אבגדהוזחטיכלמנסעפצקרשתםןףץ" * 2
)  # letters of Hebrew: marks of direction would be shown as what they are


class PseudoTranslations(gettext.NullTranslations):
    """Translates any message into a pseudo-language.

    Args:
        is_mirrored: the letters are those of a language that is written from right to left.
    """

    def __init__(self, *, is_mirrored: bool) -> None:
        super().__init__()
        self._is_mirrored = is_mirrored

    def gettext(self, message: str) -> str:
        """Return a message with other letters and brackets, and longer; its fields and the keys of menus stay."""
        parts = _KEPT.split(message)
        letters = _FROM_THE_RIGHT if self._is_mirrored else _ACCENTS
        parts[::2] = [part.translate(letters) for part in parts[::2]]
        return f"[{''.join(parts)}{'~' * ceil(len(message) * _LONGER)}]"

    def pgettext(self, _context: str, message: str) -> str:
        """Return a message as `gettext` does, whatever its context."""
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return one of two messages, as `gettext` does: that for 1, or that for other numbers."""
        return self.gettext(msgid1 if n == 1 else msgid2)
