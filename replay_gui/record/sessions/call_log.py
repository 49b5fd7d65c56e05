"""The log of calls: converts a request and an answer to events."""

from __future__ import annotations

import os
import threading
import time as clock
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.chain import digest
from replay_gui.core.log.kinds import MODEL_REQUEST, NOT_RECORDED, Kind
from replay_gui.core.recorder.recorder import RecordedCall
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.calls.request_heads import RequestHeads
from replay_gui.record.calls.secrets import Secrets, can_be_encoded
from replay_gui.record.messages.part_events import event_of_part
from replay_gui.record.messages.request_bodies import RequestBodies
from replay_gui.record.messages.request_parts import RequestPart, RequestParts, clean_request
from replay_gui.record.sessions.forks import FORKS
from replay_gui.record.sessions.guarded_recorder import GuardedRecorder
from replay_gui.record.surroundings.drawn_values import DRAWN, DrawnValues
from replay_gui.record.surroundings.options import Surrounding

_TOOL, _DECISION = CallKind.TOOL, Kind.DECISION.value
_BODY = "body"  # member of the form of an HTTP answer: its bytes

ANSWER_FORM, LANE = "answer", "lane"
"""Members of meta: what the hook needs to give the answer again; the thread or task that asked."""


class WrittenRequest(RecordedCall, frozen=True):
    """A request in the log: of a tool, or of the model whose endpoint is the `tool_name`.

    Attributes:
        kind: of the request. key: for a tool: equal for equal requests.
    """

    kind: CallKind
    key: bytes = b""


class _WrittenMeta(Struct, frozen=True):
    """The meta of a request.

    Attributes:
        learnings: the version of the secrets when it was written. clean: its written form.
    """

    meta: dict[str, Any]
    learnings: int
    clean: dict[str, Any]


class CallLog:
    """Writes calls, and provides the recorder for other events. Thread-safe.

    The log begins with the first call, unless `recorder` is read before: a process without calls (a launcher, a
    shell's helper) writes no log.

    Attributes:
        secrets: to be replaced. surroundings: recorded in addition to calls. drawn: values not yet written.
        heads: reads the heads of HTTP requests. bodies: decodes the bodies of requests to models.
    """

    def __init__(
        self,
        begin: Callable[[Secrets], GuardedRecorder],
        secrets: Secrets,
        surroundings: frozenset[Surrounding] = frozenset(),
    ) -> None:
        self._begin = begin
        self._lock = threading.RLock()  # a signal handler may interrupt the holder
        self._recorder: GuardedRecorder | None = None
        self.secrets = secrets
        self.surroundings = surroundings
        self.drawn = DrawnValues()
        self._process = os.getpid()
        self.heads, self.bodies = RequestHeads(secrets), RequestBodies()
        self._parts = RequestParts(secrets)
        self._last_meta = _WrittenMeta({}, 0, {})

    @property
    def recorder(self) -> GuardedRecorder:
        """The recorder; begins the log if there is none. Raises as Recorder."""
        if self._recorder is None:
            with self._lock:
                if self._recorder is None:
                    self._recorder = self._begin(self.secrets)
        return self._recorder

    @property
    def is_inherited(self) -> bool:
        """Whether this process was forked from the one to which the log belongs."""
        return bool(FORKS) and os.getpid() != self._process  # asking for the pid takes longer

    @property
    def has_begun(self) -> bool:
        """Whether the log has begun."""
        return self._recorder is not None

    def request(self, request: CallRequest, parent: int | None, lane: int) -> WrittenRequest:
        """Write a request, and its new parts."""
        recorder = self._recorder or self.recorder
        last = self._last_meta  # most requests have the meta of the one before
        if request.meta != last.meta or self.secrets.learnings != last.learnings:
            last = self._last_meta = self._written_meta(request.meta)
        meta = {**last.clean, "parent": parent, LANE: lane}
        limited = True  # since `clean` returns plain forms
        if self.surroundings and (drawn := self.drawn.take_drawn(lane, parent)):
            meta[DRAWN] = drawn
            limited = False
        with recorder.writing:
            if request.kind is _TOOL:
                value = self.secrets.hide(request.value)
                call = recorder.plain.tool_request(request.name, value, tool_version=request.version, **meta)
                return WrittenRequest(
                    call.tool_name, call.request_hash, call.seq, call.time, request.kind, key_of_value(value)
                )
            if isinstance(request.value, dict):
                value = self._parts.split(request.value, self._write_part)
            else:
                value = self.secrets.hide(request.value)
            now = meta["time"] = clock.time_ns()
            payload = {"endpoint": request.name, "request": value}
            seq = recorder.write(MODEL_REQUEST, payload, meta, limited_meta=limited)
        return WrittenRequest(request.name, "", seq, now, request.kind)

    def _written_meta(self, meta: Mapping[str, Any]) -> _WrittenMeta:
        learnings, plain = self.secrets.learnings, dict(meta)
        return _WrittenMeta(plain, learnings, self.recorder.clean(plain))

    def answer(self, written: WrittenRequest, answer: CallAnswer) -> int:
        """Write the answer of a request; return the event's seq."""
        recorder = self._recorder or self.recorder
        limited = answer.is_clean
        if not limited:
            answer = self.clean_answer(answer)
        output, error, seq = answer.output, answer.error, written.seq
        now = clock.time_ns()
        meta = {**answer.meta, "parent": seq, "time": now, "duration": max(0, now - written.time)}
        if answer.form:
            meta[ANSWER_FORM] = answer.form
        if self.surroundings and (drawn := self.drawn.take_drawn(None, seq)):
            meta[DRAWN] = drawn
            limited = False
        with recorder.writing:
            if written.kind is _TOOL:
                if answer.error_type:
                    meta["error_type"] = answer.error_type
                return recorder.plain.tool_response(written, output, success=error is None, error=error, **meta)
            if error is not None:
                return recorder.plain.error(answer.error_type, error, written.tool_name, recoverable=True, **meta)
            payload = {"decision_type": answer.decision_type, "data": output, "reasoning": answer.reasoning}
            return recorder.write(_DECISION, payload, meta, limited_meta=limited)

    def clean_answer(self, answer: CallAnswer) -> CallAnswer:
        """Return an answer in plain values, without secrets."""
        form = {name: value for name, value in answer.form.items() if name != _BODY}
        rest = [dict(answer.meta), form]
        if _BODY not in answer.form:  # HTTP data is plain
            rest = plain_form(rest).value
        values = [answer.output, answer.error, answer.reasoning, *rest]
        if not can_be_encoded(values):  # a text with lone surrogates
            values = plain_form(values).value
        output, error, reasoning, meta, form = self.secrets.hide(values)  # all at once: each search takes time
        if _BODY in answer.form:
            form = {**form, _BODY: answer.form[_BODY]}  # the hook has cleaned it
        return CallAnswer(  # a third of the time of replace()
            output=output,
            error=error,
            error_type=answer.error_type,
            decision_type=answer.decision_type,
            reasoning=reasoning,
            form=form,
            meta=meta,
            is_clean=True,
        )

    def close(self, unseen: Mapping[str, int]) -> None:
        """Record what the log lacks, and seal it, if it has begun and is still open."""
        if self._recorder is not None and self._recorder.is_open:
            for what, times in sorted(unseen.items()):
                self._recorder.append(NOT_RECORDED, {"what": what}, parent=None, times=times)
            self._recorder.seal()

    def key(self, request: CallRequest) -> bytes:
        """Return the key of a request: equal for equal ones."""
        if request.kind is CallKind.MODEL and isinstance(request.value, dict):
            return self._parts.key(request.value)
        return key_of_value(self.secrets.hide(request.value))

    def clean(self, request: CallRequest) -> CallRequest:
        """Return a request without its secrets and (for a model) its ids, in the form read back from a log."""
        if request.kind is CallKind.MODEL and isinstance(request.value, dict):
            value = clean_request(request.value, self.secrets)
        else:
            value = self.secrets.hide(request.value)
        return CallRequest(request.kind, request.name, value, version=request.version)

    def is_same(self, written: WrittenRequest, request: CallRequest) -> bool:
        """Return whether a request inside a call of a tool is this call: a function does not call itself unchanged."""
        return (written.kind, written.tool_name) == (request.kind, request.name) and (
            request.kind is CallKind.TOOL and written.key == key_of_value(self.secrets.hide(request.value))
        )

    def _write_part(self, part: RequestPart) -> None:  # called while an event is being written
        event = event_of_part(part)
        self.recorder.plain.append(event.kind, event.payload, **event.meta)


def key_of_value(value: Any) -> bytes:
    """Return the key of the arguments of a tool."""
    return digest(encode_decoded(value))
