"""The order of the requests, answers and events of a recorded run, and the next one due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replay_gui.record.matcher.past_run import PastCall, PastEvent, PastRun


@dataclass(frozen=True, slots=True)
class PastStep:
    """One step of a recorded run.

    Attributes:
        call: the call, or the call inside which `event` is. is_answer: its answer; else its request.
        event: another event, or None.
    """

    call: PastCall
    is_answer: bool = False
    event: PastEvent | None = None

    @property
    def inside(self) -> PastCall | None:
        """The call inside which the step is."""
        return self.call.parent if self.event is None else self.call


class PastOrder:
    """The steps of a recorded run, in order; each is passed once, in any order."""

    def __init__(self, run: PastRun) -> None:
        indexed = [(call.index, PastStep(call)) for call in run.calls]
        indexed += [(call.answer_index, PastStep(call, True)) for call in run.calls if call.answer_index is not None]
        indexed += [(event.index, PastStep(event.inside, event=event)) for event in run.events_inside]
        indexed.sort(key=lambda pair: pair[0])
        self._steps = [step for _, step in indexed]
        self._requests = {s.call.number: i for i, s in enumerate(self._steps) if s.event is None and not s.is_answer}
        self._answers = {s.call.number: i for i, s in enumerate(self._steps) if s.event is None and s.is_answer}
        self._passed = bytearray(len(self._steps))
        self._next = 0
        self.count = 0

    @property
    def next(self) -> PastStep | None:
        """The first step that was not passed; None at the end."""
        return self._steps[self._next] if self._next < len(self._steps) else None

    def is_turn_of(self, call: PastCall, *, is_answer: bool) -> bool:
        """Return whether all steps before this one were passed; also if the step itself was."""
        place = self._place(call, is_answer)
        return place is None or place <= self._next

    def pass_step(self, call: PastCall, *, is_answer: bool) -> None:
        """Pass a step."""
        place = self._place(call, is_answer)
        if place is not None:
            self._mark_passed(place)

    def pass_next(self) -> None:
        """Pass the next step."""
        self._mark_passed(self._next)

    def left_inside(self, numbers: set[int], until: PastCall) -> Iterator[PastStep]:
        """Pass the steps inside the calls with these numbers that come before the answer of `until`; yield each."""
        end = self._place(until, True)
        for place in range(self._next, len(self._steps) if end is None else end):
            step = self._steps[place]
            if not self._passed[place] and step.inside is not None and step.inside.number in numbers:
                self._mark_passed(place)
                yield step

    def requests_left_before(self, call: PastCall) -> Iterator[PastCall]:
        """Yield the calls whose requests come before that of `call` and were not passed."""
        for place in range(self._next, self._requests[call.number]):
            step = self._steps[place]
            if not self._passed[place] and step.event is None and not step.is_answer:
                yield step.call

    def next_request(self) -> PastCall | None:
        """Return the first call whose request was not passed."""
        for place in range(self._next, len(self._steps)):
            step = self._steps[place]
            if not self._passed[place] and step.event is None and not step.is_answer:
                return step.call
        return None

    def _place(self, call: PastCall, is_answer: bool) -> int | None:
        return (self._answers if is_answer else self._requests).get(call.number)

    def _mark_passed(self, place: int) -> None:
        self._passed[place] = True
        self.count += 1
        while self._next < len(self._steps) and self._passed[self._next]:
            self._next += 1
