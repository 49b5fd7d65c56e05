"""The actions and messages of one run of a comparison, read from its log on demand."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import Any

import numpy as np

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.facts.run_identity import run_identity
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import OUTCOME, RESULT_KINDS, Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import event_holds, is_setup, role_of, word_pattern
from replay_gui.core.reasons.evidence.check_watch import CheckWatch, watch_checks
from replay_gui.core.reasons.evidence.first_places import FirstPlaces
from replay_gui.core.reasons.evidence.messages import Messages
from replay_gui.core.reasons.evidence.run_failures import Loop, find_loops, unrecovered_errors
from replay_gui.core.reasons.origin import Origin, OriginRole, Side

_MAX_SETUP_EVENTS = 12  # set-up events that are searched for a value
_SETUP_WITHIN_EVENTS = 40  # the first events, which contain the set-up
_MAX_RESULT_EVENTS = 400
_MAX_MODEL_EVENTS = 40  # answers of a model that are examined
_MAX_TRANSITIONS = 4_000  # changes of the state that are examined for loops


class RunAccount:
    """One run.

    Attributes:
        side: A or B. name: its name in sentences. run: its log and index.
        calls: its calls in order; for a very long run only those that the other run does not have.
        whole: whether `calls` contains all calls.
        result: outcome and end.
    """

    def __init__(self, side: Side, name: str, run: ComparedSide, *, calls: tuple[ToolCall, ...], whole: bool) -> None:
        self.side, self.name, self.run = side, name, run
        self.calls, self.whole = calls, whole
        self.places = FirstPlaces(run.log.source, run.index.offset, run.event)
        self._requests = [call.request for call in calls]
        self._responses = {call.response: call for call in calls if call.response is not None}

    @property
    def count(self) -> int:
        """The number of events."""
        return self.run.index.count

    def event(self, index: EventIndex) -> Event:
        """Return an event."""
        return self.run.event(index)

    def indexes_of(self, *kinds: str) -> list[EventIndex]:
        """Return the indexes of the events of these kinds, ascending."""
        numbers = [number for number, kind in enumerate(self.run.index.kinds) if kind in kinds]
        found = np.flatnonzero(np.isin(self.run.index.kind, numbers)).tolist() if numbers else []
        return [EventIndex(index) for index in found]

    # ---- calls ------------------------------------------------------------------------------------
    @cached_property
    def changes(self) -> list[ToolCall]:
        """The calls that changed something, in order."""
        return [call for call in self.calls if call.changed]

    def of_effect(self, effect: Effect) -> list[ToolCall]:
        """Return the calls with an effect, in order, including failed ones."""
        return [call for call in self.calls if call.effect is effect]

    def unrefused(self, effect: Effect) -> list[ToolCall]:
        """Return the calls with an effect that did not fail; unanswered ones count, because they may end a run."""
        return [call for call in self.of_effect(effect) if call.ok is not False]

    @cached_property
    def by_key(self) -> dict[bytes, ToolCall]:
        """The first call of each key."""
        first_calls: dict[bytes, ToolCall] = {}
        for call in self.calls:
            first_calls.setdefault(call.key, call)
        return first_calls

    @cached_property
    def errors(self) -> list[ToolCall]:
        """The failed calls without a successful retry."""
        return unrecovered_errors(self.calls)

    @cached_property
    def loops(self) -> list[Loop]:
        """The loops, during which the state of the run did not change."""
        if not find_loops(self.calls):
            return []  # changes of its state need not be read
        transitions = self.indexes_of(Kind.STATE_TRANSITION.value)[:_MAX_TRANSITIONS]
        return find_loops(self.calls, [index for index in transitions if self.event(index).payload.get("ops")])

    @cached_property
    def checks(self) -> CheckWatch:
        """Its checks, and its changes before and after them."""
        return watch_checks(self.calls)

    def call_at(self, index: EventIndex) -> ToolCall | None:
        """Return the call whose request or response is at an index."""
        at = bisect_left(self._requests, index)
        if at < len(self._requests) and self._requests[at] == index:
            return self.calls[at]
        return self._responses.get(index)

    # ---- messages ----------------------------------------------------------------------------------
    @cached_property
    def result(self) -> RunResult:
        """Outcome and end."""
        result = RunResult()
        for event in self.result_events:
            result = result.with_event(event.kind, event.payload)
        return result

    @cached_property
    def result_events(self) -> list[Event]:
        """The events that record how the run ended and its verdicts."""
        return [self.event(index) for index in self.indexes_of(*RESULT_KINDS)[:_MAX_RESULT_EVENTS]]

    @property
    def graded(self) -> tuple[Any, Any]:
        """Return (answer, expected) of the first grader that has an answer; (None, None) if none has."""
        graded = self.graded_answer
        return (None, None) if graded is None else (graded.payload["answer"], graded.payload.get("expected"))

    @property
    def graded_answer(self) -> Event | None:
        """The verdict of the first grader that has an answer."""
        verdicts = (event for event in self.result_events if event.kind == OUTCOME)
        return next((event for event in verdicts if event.payload.get("answer") is not None), None)

    @cached_property
    def setup_events(self) -> list[Event]:
        """The first events, which describe the set-up of the run."""
        events = [self.event(index) for index in map(EventIndex, range(min(self.count, _SETUP_WITHIN_EVENTS)))]
        return [event for event in events if is_setup(event)][:_MAX_SETUP_EVENTS]

    @cached_property
    def init(self) -> Event | None:
        """The first AgentInit of the run."""
        return next((event for event in self.setup_events if event.kind == Kind.AGENT_INIT.value), None)

    def is_of_another_agent(self, other: RunAccount) -> bool:
        """Return whether the runs name different agents and have no tool in common, so that no call can be equal."""
        names = [None if run.init is None else run.init.payload.get("agent_type") for run in (self, other)]
        mine, others = ({call.tool for call in run.calls} for run in (self, other))
        return self.whole and other.whole and names[0] != names[1] and mine.isdisjoint(others)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models of the first answers, as their events name them beside what they contain, each once, sorted."""
        events = map(self.event, self.indexes_of(Kind.DECISION.value)[:_MAX_MODEL_EVENTS])
        return tuple(sorted({model for event in events if isinstance(model := event.meta.get("model"), str)}))

    @cached_property
    def task(self) -> str | None:
        """The task of the run, as named in its log; None if it has no name."""
        start = ({}, {}) if self.init is None else (self.init.payload, self.init.meta)
        task = run_identity(self.run.log.header.facts, *start, ()).task
        return None if task is None else self.run.hide_secrets(task)

    @cached_property
    def messages(self) -> Messages:
        """The messages of users and of the agent."""
        indexes = self.indexes_of(Kind.OBSERVATION.value, Kind.DECISION.value)
        return Messages(np.array(indexes, np.intp), self.event)

    @property
    def last_step(self) -> tuple[EventIndex, Event] | None:
        """The last event that is a step of the agent or of the world."""
        for index in range(self.count - 1, max(-1, self.count - 200), -1):
            event = self.event(EventIndex(index))
            if role_of(event) is not None:
                return event.index, event
        return None

    # ---- origins -----------------------------------------------------------------------------------
    def first_place(self, value: str, before: EventIndex | None = None) -> EventIndex | None:
        """Return the first event with a value, if it is before the index `before`."""
        place = self.places.find(value)
        return place if place is not None and (before is None or place < before) else None

    def never_occurs(self, value: str) -> bool:
        """Whether no event of the run contains a value; the set-up is not searched."""
        return self.places.never_occurs(value)

    @property
    def searched_out(self) -> bool:
        """Whether the search limit is reached, so that origins of further values are not searched."""
        return self.places.exhausted

    def in_setup(self, value: str) -> bool:
        """Whether the set-up names a value."""
        pattern = word_pattern(value)
        return any(event_holds(event, value, pattern) for event in self.setup_events)

    def role_at(self, index: EventIndex) -> OriginRole:
        """Return who speaks at an index that `first_place` returned."""
        return role_of(self.event(index)) or OriginRole.AGENT

    def origin(self, index: EventIndex, value: str) -> Origin:
        """Return the event at an index as the origin of a value."""
        event = self.event(index)
        return Origin(side=self.side, index=index, event_id=event.event_id, value=value, role=self.role_at(index))
