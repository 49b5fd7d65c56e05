"""What is read of an event, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window shows no line
    from replay_gui.core.readable.reading_line import ReadingLine


class ReadingPage(msgspec.Struct, frozen=True):
    """A part of what is read of an event. `whole`: nothing comes after it."""

    lines: tuple[ReadingLine, ...] = ()
    whole: bool = True
