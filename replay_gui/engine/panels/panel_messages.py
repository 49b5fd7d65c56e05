"""What single panels of the window ask about an open run, and the answers, which the session passes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from replay_gui.core.log.positions import Position
from replay_gui.core.readable.reading_page import ReadingPage


class PanelQuestion(msgspec.Struct, frozen=True):
    """The base of these questions. Each is answered at once."""


class PanelAnswer(msgspec.Struct, frozen=True):
    """The base of these answers."""


class ReadOn(PanelQuestion, frozen=True):
    """Read the event at `position` on, after its first `after` lines. Answer: ReadFurther."""

    position: Position
    after: int


class ReadFurther(PanelAnswer, frozen=True):
    """What follows the first `after` lines of the event at `position`, as people read it."""

    position: Position
    after: int
    reading: ReadingPage


class ReadEnd(PanelQuestion, frozen=True):
    """Read the state after the last event there is. Answer: EndRead."""


class EndRead(PanelAnswer, frozen=True):
    """The root of the state after `position` events, which are all; None if it cannot be read."""

    position: Position
    state: Mapping[str, Any] | None
