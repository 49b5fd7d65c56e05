"""The lines read from an event, one page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window shows no line
    from replay_gui.core.readable.reading_line import ReadingLine


class ReadingPage(msgspec.Struct, frozen=True):
    """A part of a page of the lines of an event; a large page comes in several parts.

    Attributes: whole: whether it is the last part. goes_on: whether the next part belongs to the same page.
    """

    lines: tuple[ReadingLine, ...] = ()
    whole: bool = True
    goes_on: bool = False
