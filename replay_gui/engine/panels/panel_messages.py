"""The requests of single panels of the window about an open run, and the answers, which go directly to the panels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from replay_gui.core.log.positions import Position
from replay_gui.core.readable.reading_page import ReadingPage

if TYPE_CHECKING:  # not imported with the first window
    from replay_gui.core.state.state import Path


class PanelQuestion(msgspec.Struct, frozen=True):
    """The base of these questions. Each is answered at once."""


class PanelAnswer(msgspec.Struct, frozen=True):
    """The base of these answers."""


class ReadOn(PanelQuestion, frozen=True):
    """Read the next page of the event at `position`, after its first `after` lines. Answer: ReadFurther."""

    position: Position
    after: int


class ReadFurther(PanelAnswer, frozen=True):
    """The next page of the event at `position`, after its first `after` lines."""

    position: Position
    after: int
    reading: ReadingPage


class ReadEnd(PanelQuestion, frozen=True):
    """Read the state after the last event. Answer: EndRead."""


class EndRead(PanelAnswer, frozen=True):
    """The root of the state after all events; `position`: their number. `state`: None if it cannot be read.

    `first_keys`: as in PositionState.
    """

    position: Position
    state: Mapping[str, Any] | None
    first_keys: Mapping[Path, list[str]] = msgspec.field(default_factory=dict)
