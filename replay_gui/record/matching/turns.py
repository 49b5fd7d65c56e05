"""The order of a recorded run: whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replay_gui.record.matching.past_run import PastCall, PastEvent, PastRun


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a recorded run.

    Attributes:
        call: the call, or the call that `event` lies inside of. is_answer: its answer; else its request.
        event: another event, or None.
    """

    call: PastCall
    is_answer: bool = False
    event: PastEvent | None = None

    @property
    def inside(self) -> PastCall | None:
        """The call that the moment lies inside of."""
        return self.call.parent if self.event is None else self.call


class Turns:
    """The moments of a recorded run, in order; each is passed once, in any order."""

    def __init__(self, run: PastRun) -> None:
        indexed = [(call.index, Moment(call)) for call in run.calls]
        indexed += [(call.answer_index, Moment(call, True)) for call in run.calls if call.answer_index is not None]
        indexed += [(event.index, Moment(event.inside, event=event)) for event in run.events_inside]
        indexed.sort(key=lambda pair: pair[0])
        self._moments = [moment for _, moment in indexed]
        self._requests = {m.call.number: i for i, m in enumerate(self._moments) if m.event is None and not m.is_answer}
        self._answers = {m.call.number: i for i, m in enumerate(self._moments) if m.event is None and m.is_answer}
        self._passed = bytearray(len(self._moments))
        self._next = 0
        self.count = 0

    @property
    def next(self) -> Moment | None:
        """The first moment that was not passed; None at the end."""
        return self._moments[self._next] if self._next < len(self._moments) else None

    def is_turn_of(self, call: PastCall, *, is_answer: bool) -> bool:
        """Whether everything before this moment was passed; also where the moment itself was."""
        place = self._place(call, is_answer)
        return place is None or place <= self._next

    def pass_moment(self, call: PastCall, *, is_answer: bool) -> None:
        """Pass a moment."""
        place = self._place(call, is_answer)
        if place is not None:
            self._pass(place)

    def pass_next(self) -> None:
        """Pass the next moment."""
        self._pass(self._next)

    def left_inside(self, numbers: set[int], until: PastCall) -> Iterator[Moment]:
        """Pass the moments inside the calls with these numbers that come before the answer of `until`; yield each."""
        end = self._place(until, True)
        for place in range(self._next, len(self._moments) if end is None else end):
            moment = self._moments[place]
            if not self._passed[place] and moment.inside is not None and moment.inside.number in numbers:
                self._pass(place)
                yield moment

    def requests_left_before(self, call: PastCall) -> Iterator[PastCall]:
        """Yield the calls whose requests come before that of `call` and were not passed."""
        for place in range(self._next, self._requests[call.number]):
            moment = self._moments[place]
            if not self._passed[place] and moment.event is None and not moment.is_answer:
                yield moment.call

    def next_request(self) -> PastCall | None:
        """Return the first call whose request was not passed."""
        for place in range(self._next, len(self._moments)):
            moment = self._moments[place]
            if not self._passed[place] and moment.event is None and not moment.is_answer:
                return moment.call
        return None

    def _place(self, call: PastCall, is_answer: bool) -> int | None:
        return (self._answers if is_answer else self._requests).get(call.number)

    def _pass(self, place: int) -> None:
        self._passed[place] = True
        self.count += 1
        while self._next < len(self._moments) and self._passed[self._next]:
            self._next += 1
