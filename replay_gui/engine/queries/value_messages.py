"""The requests about single values of the state, and the answers: immutable values.

A history takes a while to find, so every answer to a question but the last is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from replay_gui.core.log.positions import EventIndex

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.core.reasons.evidence.value_origin import ValueStep


class ValueQuestion(msgspec.Struct, frozen=True):
    """The base of the questions about values. A new question ends the last one of its kind.

    `number`: greater than earlier ones of its kind, so that stale answers can be recognised.
    """

    number: int


class TraceValue(ValueQuestion, frozen=True):
    """Find the events that changed a value of the state. Answer: ValueTrace, repeatedly.

    `keys`: of the value's path; if empty, only end the last trace.
    """

    keys: tuple[str, ...]


class TraceWatched(ValueQuestion, frozen=True):
    """Find the events that changed each of several values. Answer: WatchedTrace, repeatedly. `paths`: their keys."""

    paths: tuple[tuple[str, ...], ...]


class ListChanges(ValueQuestion, frozen=True):
    """List all changes of a value of the state. Answer: ValueChanges, repeatedly. `keys` as in TraceValue."""

    keys: tuple[str, ...]


class FindValueOrigin(ValueQuestion, frozen=True):
    """Find the origin of a value of the state. Answer: ValueOrigin.

    `writer`: the event that wrote it; None only ends the last search. `texts`: as `traced_texts` returns them.
    """

    writer: EventIndex | None = None
    texts: tuple[str, ...] = ()


class ValueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The base of the answers about values: the progress of question `number`.

    Attributes:
        done, total: events. ended: whether this is the last answer. problem: why it failed, or "".
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
        number: the new value if it is a finite number, else None.
    """

    index: EventIndex
    old: str | None
    new: str | None
    number: float | None = None


class ValueChanges(ValueAnswer, frozen=True, kw_only=True):
    """`rows`: the changes since the last ValueChanges. If it has ended with `done` < `total`, there may be more."""

    rows: tuple[ChangeRow, ...] = ()


class ValueOrigin(ValueAnswer, frozen=True, kw_only=True):
    """`steps`: from the writer back, the latest first."""

    steps: tuple[ValueStep, ...] = ()


AnyValueQuestion: TypeAlias = TraceValue | TraceWatched | ListChanges | FindValueOrigin
AnyValueAnswer: TypeAlias = ValueTrace | WatchedTrace | ValueChanges | ValueOrigin
