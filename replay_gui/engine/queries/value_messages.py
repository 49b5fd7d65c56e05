"""What the window asks about single values of the state, and the answers: immutable values, as all of them are.

The history of a value takes a while to find, so every answer but the last of a question is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.panels.panel_messages import PanelAnswer

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.core.reasons.evidence.value_origin import ValueStep


class ValueQuestion(msgspec.Struct, frozen=True):
    """The base of the questions about values. A new question ends the last one of its kind.

    `number`: greater than those before of its kind, so that stale answers can be recognised.
    """

    number: int


class TraceValue(ValueQuestion, frozen=True):
    """Find the events that changed a value of the state. Answer: ValueTrace, repeatedly.

    `keys`: of the value's path; without any, the last trace is only ended.
    """

    keys: tuple[str, ...]


class TraceWatched(ValueQuestion, frozen=True):
    """Find the events that changed each of several values. Answer: WatchedTrace, repeatedly. `paths`: their keys."""

    paths: tuple[tuple[str, ...], ...]


class ListChanges(ValueQuestion, frozen=True):
    """List all changes of a value of the state. Answer: ValueChanges, repeatedly. `keys` as in TraceValue."""

    keys: tuple[str, ...]


class FindValueOrigin(ValueQuestion, frozen=True):
    """Find where a value of the state came from. Answer: ValueOrigin.

    `writer`: the event that wrote it; None only ends the last search. `texts`: as `traced_texts` returns them.
    """

    writer: EventIndex | None = None
    texts: tuple[str, ...] = ()


class ValueAnswer(PanelAnswer, frozen=True, kw_only=True):
    """The base of the answers about values: the progress of question `number`.

    Attributes:
        done, total: events. ended: no more will come. problem: why it could not be done, or "".
    """

    number: int
    done: int = 0
    total: int = 0
    ended: bool = True
    problem: str = ""


class ValueTrace(ValueAnswer, frozen=True, kw_only=True):
    """`indexes`: of the events that changed the value, ascending; those since the last ValueTrace."""

    indexes: tuple[EventIndex, ...] = ()


class WatchedTrace(ValueAnswer, frozen=True, kw_only=True):
    """`indexes`: for each path, of the events that changed its value, as in ValueTrace; none if it failed."""

    indexes: tuple[tuple[EventIndex, ...], ...] = ()


class ChangeRow(msgspec.Struct, frozen=True):
    """An event that changed a value.

    Attributes:
        index: of the event. old, new: the value before and after it, in words on one line; None if there is none.
        number: the new value where it is a finite number, else None.
    """

    index: EventIndex
    old: str | None
    new: str | None
    number: float | None = None


class ValueChanges(ValueAnswer, frozen=True, kw_only=True):
    """`rows`: the changes since the last ValueChanges. Ended with `done` < `total`, there may be more of them."""

    rows: tuple[ChangeRow, ...] = ()


class ValueOrigin(ValueAnswer, frozen=True, kw_only=True):
    """`steps`: from the writer back, the latest first."""

    steps: tuple[ValueStep, ...] = ()
