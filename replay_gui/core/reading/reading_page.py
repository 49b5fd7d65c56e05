"""What is read of an event, a page at a time."""

from __future__ import annotations

import msgspec

from replay_gui.core.reading.reading_line import ReadingLine


class ReadingPage(msgspec.Struct, frozen=True):
    """A part of what is read of an event. `whole`: nothing comes after it."""

    lines: tuple[ReadingLine, ...] = ()
    whole: bool = True
