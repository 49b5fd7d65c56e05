"""The verdict of a re-run: the first request that the recorded run did not make, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from types import FrameType
from typing import Any

import msgspec

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.word_diff import changed_words
from replay_gui.core.log.positions import RUN_START, EventIndex, Position, position_after
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import preview
from replay_gui.record.surroundings.agent_code import is_agent_code

_MAX_DIFFERENCES = 8  # listed differences
_CONTEXT_CHARACTERS = 30  # of a text before the first word that differs
_MAX_VALUE_CHARACTERS = 120  # of a value


class DifferenceKind(StrEnum):
    """The sort of difference of a request from the recorded run."""

    CHANGED = "changed"
    REPEATED = "repeated"  # it was recorded, but fewer times
    ORDER = "order"  # it was recorded after another request, which was not made yet
    NOT_ASKED = "not asked"  # the agent ended without it
    UNANSWERED = "unanswered"  # as recorded, but the recorded run ended before the answer
    STOPPED = "stopped"  # the user was asked, and stopped the run here


class DifferingField(msgspec.Struct, frozen=True):
    """A field in which two requests differ. `path`: in words. `recorded`, `now`: both values in one line each."""

    path: str
    recorded: str
    now: str


class DifferenceForm(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict in texts and numbers, for JSON; see FirstDifference.

    Attributes:
        position: events of the new log before the request that differs. nearest_position: of the nearest request.
        more_fields: the number of further differing fields.
    """

    kind: DifferenceKind
    sentence: str
    asked: str
    answered: int
    recorded: int
    position: Position
    nearest: str | None = None
    nearest_position: Position | None = None
    fields: tuple[DifferingField, ...] = ()
    more_fields: int = 0
    expected: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """The first request that differs from the recording.

    Attributes:
        kind: of the difference. asked: the request, such as "tool search"; for NOT_ASKED, the recorded one.
        answered: number of calls answered as recorded before. recorded: number of calls of the recorded run.
        nearest: the name of the nearest, or expected, recorded request. index: of its event; None: none.
        differences: of the nearest request (a) and this one (b).
        expected: the next request of the recorded run; None at its end, and if it is `nearest`.
        place: ``agent.py:12 in plan``, the agent's code that made it; None if unknown, and for NOT_ASKED.
        position: the number of events of the new log at that time.
    """

    kind: DifferenceKind
    asked: str
    _: KW_ONLY
    answered: int
    recorded: int
    nearest: str | None = None
    index: EventIndex | None = None
    differences: tuple[Difference, ...] = ()
    expected: str | None = None
    place: str | None = None
    position: Position = RUN_START

    @property
    def sentence(self) -> str:
        """The verdict in one sentence; text of the log is shortened, but not escaped."""
        at = "" if self.index is None else f" (event {position_after(self.index):,})"
        after = f"after {self.answered:,} of {self.recorded:,} calls as recorded"
        match self.kind:
            case DifferenceKind.NOT_ASKED:
                return f"{after}, the agent ended without calling {self.asked}{at}"
            case DifferenceKind.ORDER:
                return f"{after}, the agent calls {self.asked} where the recorded run called {self.nearest}{at}"
            case DifferenceKind.UNANSWERED:
                return f"{after}, the agent calls {self.asked}; the recorded run ended before its answer{at}"
            case DifferenceKind.STOPPED:
                return f"{after}, the agent calls {self.asked}, and the run was stopped there"
            case DifferenceKind.REPEATED:
                return f"{after}, the agent calls {self.asked} once more than in the recorded run{at}"
            case DifferenceKind.CHANGED:
                return f"{after}, the agent calls {self.asked} with a request that the recorded run did not make"

    def lines(self) -> list[str]:
        """Return the verdict as lines for a terminal; text of the log is shortened, but not escaped."""
        return [*self._lines()]

    def _lines(self) -> Iterator[str]:
        yield self.sentence
        if self.kind is DifferenceKind.CHANGED:
            at = "" if self.index is None else f" (event {position_after(self.index):,})"
            yield f"  nearest recorded request: {self.nearest or 'none of this kind'}{at}"
        for field in self.fields:
            yield f"  {field.path}: recorded {field.recorded}, now {field.now}"
        if len(self.differences) > _MAX_DIFFERENCES:
            yield f"  and {len(self.differences) - _MAX_DIFFERENCES:,} more differences"
        if self.kind in (DifferenceKind.CHANGED, DifferenceKind.REPEATED) and self.expected is not None:
            yield f"  next call of the recorded run: {self.expected}"
        if self.kind is not DifferenceKind.NOT_ASKED:
            yield f"  the agent's code: {self.place or 'not known'}"

    @property
    def fields(self) -> tuple[DifferingField, ...]:
        """The first differences, as texts."""
        texts = ((difference.path, *difference_texts(difference)) for difference in self.differences[:_MAX_DIFFERENCES])
        return tuple(DifferingField(pointer_text(path), a, b) for path, a, b in texts)

    @property
    def form(self) -> DifferenceForm:
        """The verdict in a form for JSON."""
        return DifferenceForm(
            kind=self.kind,
            sentence=self.sentence,
            asked=self.asked,
            answered=self.answered,
            recorded=self.recorded,
            position=self.position,
            nearest=self.nearest,
            nearest_position=None if self.index is None else position_after(self.index),
            fields=self.fields,
            more_fields=max(0, len(self.differences) - _MAX_DIFFERENCES),
            expected=self.expected,
            place=self.place,
        )


class DiffersFromRecord(BaseException):
    """Raised in the agent if it makes a request that the recorded run did not make.

    It is not an Exception, so that the agent's own error handling (a retry, for example) does not catch it.

    Attributes:
        difference: the verdict.
    """

    def __init__(self, difference: FirstDifference) -> None:
        super().__init__("\n".join(difference.lines()))
        self.difference = difference


def difference_texts(difference: Difference) -> tuple[str, str]:
    """Return both values in one line each; of two texts, the part around the first differing word."""
    a, b = difference.a, difference.b
    if isinstance(a, str) and isinstance(b, str) and max(len(a), len(b)) > _MAX_VALUE_CHARACTERS // 2:
        spans_a, spans_b = changed_words(a, b)
        return _excerpt(a, spans_a), _excerpt(b, spans_b)
    return _value_text(a), _value_text(b)


def place_in_agent(frames: Iterable[FrameType]) -> str | None:
    """Return the first of these frames (innermost first) that is not in a library: ``agent.py:12 in plan``."""
    for frame in frames:
        if is_agent_code(frame.f_code.co_filename):
            return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
    return None


def _excerpt(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    begin = max(0, (spans[0][0] if spans else 0) - _CONTEXT_CHARACTERS)
    cut = ("…" if begin else "") + one_line(text[begin:], _MAX_VALUE_CHARACTERS)
    return f"“{cut}”"


def _value_text(value: Any) -> str:
    if value is ABSENT:
        return "(absent)"
    return (
        f"“{one_line(value, _MAX_VALUE_CHARACTERS)}”"
        if isinstance(value, str)
        else one_line(preview(value), _MAX_VALUE_CHARACTERS)
    )
