"""The calls of a recorded run, read from its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import MODEL_REQUEST, NOT_RECORDED, Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.run_start import RunStart
from replay_gui.core.log.scanner import Ending
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.messages.part_events import PART, part_of_event
from replay_gui.record.messages.request_parts import joined, key_of_joined
from replay_gui.record.sessions.call_log import ANSWER_FORM, LANE, key_of_value
from replay_gui.record.sessions.random_state import RANDOM_STATE, STATE, SURROUNDINGS
from replay_gui.record.surroundings.drawn_values import DRAWN, PastValues
from replay_gui.record.surroundings.options import Surrounding, surroundings_of


@dataclass(slots=True)
class PastCall:
    """A call of the recorded run.

    Attributes:
        number: among the calls, from 0. index: of the request's event. request: without secrets.
        key: equal for equal requests. parent: the call inside which this one was made, or None.
        lane: number of the thread or task that made it; -1 if unknown.
        calls_inside: the calls made directly inside this one.
        answer_index: of the answering event; None if the run ended before. answer: the recorded answer.
    """

    number: int
    index: EventIndex
    request: CallRequest
    _: KW_ONLY
    key: bytes
    parent: PastCall | None
    lane: int
    calls_inside: list[PastCall] = field(default_factory=list)
    answer_index: EventIndex | None = None
    answer: CallAnswer | None = None


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event of the recorded run that is not a call, made inside a call."""

    index: EventIndex
    inside: PastCall
    kind: str
    payload: Mapping[str, Any]
    meta: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class PastRun:
    """A recorded run.

    Attributes:
        path: of its log. agent: payload of its AgentInit. calls: in the order of their requests.
        random_state: of `random`, when the recording began; None if unknown.
        prompts: the inputs of models, message by message, by the index of the event.
        surroundings: recorded in addition to calls. drawn: the values that the run drew from them.
        events_inside: events that are not calls, inside calls.
        is_whole: whether the log is sealed, so that the run is known to have ended there.
        begin: how it was begun; None if unknown. lacking: the number of actions of each sort that were not recorded.
    """

    path: Path
    agent: Mapping[str, Any]
    calls: list[PastCall] = field(default_factory=list)
    events_inside: list[PastEvent] = field(default_factory=list)
    random_state: Any = None
    prompts: dict[EventIndex, Any] = field(default_factory=dict)
    surroundings: frozenset[Surrounding] = frozenset()
    drawn: PastValues = field(default_factory=PastValues)
    is_whole: bool = False
    begin: RunStart | None = None
    lacking: Counter[str] = field(default_factory=Counter)


def read_past_run(path: Path) -> PastRun:
    """Read the calls of a log.

    Raises LogRefused and LogUnreadable as EventLog, and RerunRefused if the log is damaged or has no calls.
    """
    run = PastRun(path=path, agent={})
    reader = _CallReader(run)
    with EventLog.open(path) as log:
        for event in log.events():
            if isinstance(event, Ending):
                run.is_whole = event.seal is not None
            elif event.problem is not None:
                raise RerunRefused(f"{path}: event {event.index}: {event.problem}; a damaged log cannot be run again")
            else:
                try:
                    reader.add(event)
                except (KeyError, IndexError, TypeError, ValueError) as why:
                    problem = f"event {event.index} ({event.kind}) is not as a recording writes it: {why!r}"
                    raise RerunRefused(f"{path}: {problem}") from None
    if not run.calls:
        raise RerunRefused(f"{path}: has no call of a model or a tool that could be answered from it")
    return run


class _CallReader:
    """Assembles calls, event by event."""

    def __init__(self, run: PastRun) -> None:
        self._run = run
        self._parts: dict[int, Any] = {}
        self._by_seq: dict[int, PastCall] = {}

    def add(self, event: Event) -> None:
        """Process the next event."""
        payload, meta = event.payload, event.meta
        if PART in meta:
            part = self._parts[meta[PART]] = part_of_event(payload, meta, ids=False)
            if event.kind == Kind.OBSERVATION:
                self._run.prompts[event.index] = part
        elif event.kind == Kind.TOOL_REQUEST:
            name, version = _text(payload["tool_name"]), _text(payload["tool_version"])
            request = CallRequest(CallKind.TOOL, name, payload["input"], version=version, meta=_kept(meta))
            self._open_call(event, request, key_of_value(request.value))
        elif event.kind == MODEL_REQUEST:
            value, endpoint = payload["request"], _text(payload["endpoint"])
            whole = joined(value, self._parts) if isinstance(value, dict) else value
            key = key_of_joined(whole) if isinstance(whole, dict) else key_of_value(whole)
            self._open_call(event, CallRequest(CallKind.MODEL, endpoint, whole, meta=_kept(meta)), key)
        elif (call := self._answered(event)) is not None:
            call.answer_index, call.answer = event.index, answer_of_event(event.kind, payload, meta)
            self._run.drawn.add(call.number, meta.get(DRAWN, []))
        elif event.kind == RANDOM_STATE:
            self._run.random_state = meta[STATE]
            self._run.surroundings = surroundings_of(meta.get(SURROUNDINGS, []))
        elif event.kind == Kind.AGENT_INIT and not self._run.agent:
            self._run.agent, self._run.begin = payload, RunStart.of_event(payload, meta)
        elif event.kind == NOT_RECORDED:
            times = meta.get("times")
            self._run.lacking[_text(payload["what"])] += times if type(times) is int else 1
        elif (parent := self._by_seq.get(meta.get("parent", -1))) is not None:
            self._run.events_inside.append(PastEvent(event.index, parent, event.kind, payload, meta))

    def _open_call(self, event: Event, request: CallRequest, key: bytes) -> None:
        lane = event.meta.get(LANE)
        call = PastCall(
            len(self._run.calls),
            event.index,
            request,
            key=key,
            parent=self._by_seq.get(event.meta.get("parent", -1)),
            lane=lane if isinstance(lane, int) else -1,
        )
        self._run.drawn.add(None if call.parent is None else call.parent.number, event.meta.get(DRAWN, []))
        self._run.calls.append(call)
        if call.parent is not None:
            call.parent.calls_inside.append(call)
        self._by_seq[event.meta["seq"]] = call

    def _answered(self, event: Event) -> PastCall | None:
        """Return the call that an event answers."""
        call = self._by_seq.get(event.meta.get("parent", -1))
        if call is None or call.answer is not None:
            return None
        if event.kind == Kind.TOOL_RESPONSE:
            return call if call.request.name == event.payload["tool_name"] else None
        is_answer = event.kind in (Kind.DECISION, Kind.ERROR) and call.request.kind is CallKind.MODEL
        return call if is_answer else None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a name is not a text")
    return value


def answer_of_event(kind: str, payload: Mapping[str, Any], meta: Mapping[str, Any]) -> CallAnswer:
    """Return the answer in an event."""
    form = meta.get(ANSWER_FORM, {})
    if not isinstance(form, dict):
        raise TypeError(f"{ANSWER_FORM} is no map")
    kept = _kept(meta)
    if kind == Kind.TOOL_RESPONSE:
        error = payload["error"] if payload["error"] is not None or payload["success"] else "failed"
        return CallAnswer(
            output=payload["output"], error=error, error_type=str(meta.get("error_type", "")), form=form, meta=kept
        )
    if kind == Kind.ERROR:
        return CallAnswer(output=None, error=payload["message"], error_type=payload["error_type"], form=form, meta=kept)
    return CallAnswer(
        output=payload["data"],
        decision_type=payload["decision_type"],
        reasoning=payload.get("reasoning"),
        form=form,
        meta=kept,
    )


_OWN_META = frozenset((ANSWER_FORM, DRAWN, LANE, "seq", "parent", "time", "duration", "error_type"))


def _kept(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if name not in _OWN_META}


def with_calls_inside(call: PastCall) -> list[PastCall]:
    """Return a call and the calls inside it, at any depth."""
    inside = [call]
    for outer in inside:  # grows during the loop
        inside += outer.calls_inside
    return inside
