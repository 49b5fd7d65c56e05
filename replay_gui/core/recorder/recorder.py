"""The recorder: one method for each kind of event, called by the agent whose run is recorded."""

from __future__ import annotations

import os
import time as clock
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from replay_gui.core.log.chain import patch_hash, request_hash
from replay_gui.core.log.kinds import OUTCOME, Kind
from replay_gui.core.recorder.log_writer import LogWriter, new_run_id


class RecordedCall(Struct, frozen=True):
    """A recorded tool request; pass it to tool_response.

    Attributes:
        tool_name: the tool. request_hash: the hash of the request's content, in hex.
        seq: of the request's event. time: of the request, ns since 1970.
    """

    tool_name: str
    request_hash: str
    seq: int
    time: int


class RecordedPatch(Struct, frozen=True):
    """A recorded patch proposal; pass it to patch_applied or patch_rejected.

    Attributes:
        patch_hash: the hash of the patch's content, in hex. seq: of the proposal's event.
    """

    patch_hash: str
    seq: int


class Recorder:
    """Record a run into a log file. A context manager: the log is sealed if the block ends without an exception.

    If the block ends with an exception, the file is closed without a seal, so that `resume` can continue it. A killed
    process also leaves a log that opens: each event is one write of one complete record.

    Each method records one event and returns its seq (its number, from 0), unless its description differs. Payloads are
    plain values: None, bool, int (64 bits), float, str, bytes, lists and dicts with string keys. Every method takes
    meta as keywords, which is stored with the event and not compared between runs:

    * ``time``: ns since 1970 (default: now). ``duration``: ns. Both below 2**63.
    * ``parent``: the seq of the event that caused this one.
    * other members that may differ between equal runs: ids of the provider, tokens, cost.

    Every method raises EventInvalid if the event breaks a rule of the format (the log is unchanged then) or the log is
    closed, and LogUnreadable if the disk refuses the event (the log is closed then, without the event).

    Cost: about 20 µs per event, and the time of the disk with ``fsync=True``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        agent_type: str,
        agent_version: str,
        config: dict[str, Any] | None = None,
        *,
        run_id: str | None = None,
        created: int | None = None,
        state_hash_every: int = 1,
        fsync: bool = False,
    ) -> None:
        """Begin a log and record AgentInit.

        Raises LogRefused if the file exists and is not empty, LogUnreadable if it cannot be written, LogBusy if another
        process is writing it, NotCanonical if run_id or agent_type cannot be stored.

        Args:
            path: of the new log; the name usually ends in ``.rlog``.
            agent_type, agent_version: name and version of the agent.
            config: the configuration of the agent, such as its model and parameters.
            run_id: default: a new random one.
            created: when the run began, ns since 1970 (default: now).
            state_hash_every: record a state hash with every n-th event, to check a replay (1: each, 0:
                never, which makes recording faster).
            fsync: wait until each event is on the disk, so that a loss of power costs none.
        """
        created = clock.time_ns() if created is None else created
        facts = {"run_id": run_id or new_run_id(), "created": created, "agent": agent_type}
        self._writer = LogWriter(path, facts, state_hash_every=state_hash_every, fsync=fsync)
        init = {"agent_type": agent_type, "agent_version": agent_version, "config": config or {}}
        try:
            self.append(Kind.AGENT_INIT, init, time=created)
        except BaseException:
            self._writer.close()
            raise

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, state_hash_every: int = 1, fsync: bool = False) -> Self:
        """Continue an unsealed log: its events are replayed, and an incomplete record at the end is removed.

        Raises LogRefused if the log is sealed, damaged or not a log, LogBusy if another process is writing it,
        LogUnreadable if it cannot be read or written. Arguments as for a new log. Cost: one replay of the log.
        """
        recorder = cls.__new__(cls)
        recorder._writer = LogWriter.resume(path, state_hash_every=state_hash_every, fsync=fsync)
        return recorder

    @property
    def run_id(self) -> str:
        """The id of the run, as the log's header has it."""
        return self._writer.run_id

    @property
    def count(self) -> int:
        """The number of events in the log, which is the seq of the next one."""
        return self._writer.count

    def append(self, kind: str, payload: dict[str, Any], **meta: Any) -> int:
        """Record an event of any kind: a Kind, or ``x:name`` for a custom one, whose payload is free."""
        meta.setdefault("time", clock.time_ns())
        return self._writer.append(kind, payload, meta)

    def state_transition(self, transition_type: str, phase: str | None = None, **meta: Any) -> int:
        """Record that the agent changed its state; `phase`, if given, becomes the state's ``phase``."""
        payload = {"transition_type": transition_type} | ({} if phase is None else {"phase": phase})
        return self.append(Kind.STATE_TRANSITION, payload, **meta)

    def tool_request(
        self, tool_name: str, input: Any, *, tool_version: str = "", capabilities: list[str] | None = None, **meta: Any
    ) -> RecordedCall:
        """Record that a tool is called; return the call, to pass to tool_response.

        Args:
            input: the arguments, any plain value. capabilities: names of the permissions that the call uses.
        """
        meta.setdefault("time", clock.time_ns())
        payload = {
            "tool_name": tool_name,
            "tool_version": tool_version,
            "input": input,
            "capabilities": capabilities or [],
        }
        seq = self.append(Kind.TOOL_REQUEST, payload, **meta)
        return RecordedCall(tool_name, request_hash(tool_name, tool_version, input), seq, meta["time"])

    def tool_response(
        self, call: RecordedCall, output: Any, *, success: bool = True, error: str | None = None, **meta: Any
    ) -> int:
        """Record what a tool returned.

        Args:
            call: the result of tool_request.
            output: any plain value. success: False for a failed call. error: its message, or None.
            meta: `parent` is the call's seq and `duration` the time since the call, unless given.
        """
        meta.setdefault("time", clock.time_ns())
        meta.setdefault("duration", max(0, meta["time"] - call.time))
        meta.setdefault("parent", call.seq)
        payload = {
            "tool_name": call.tool_name,
            "request_hash": call.request_hash,
            "output": output,
            "success": success,
            "error": error,
        }
        return self.append(Kind.TOOL_RESPONSE, payload, **meta)

    def capability_denied(self, capability: str, tool_name: str, reason: str, **meta: Any) -> int:
        """Record that a tool call was not allowed, because the permission `capability` is missing."""
        payload = {"capability": capability, "tool_name": tool_name, "reason": reason}
        return self.append(Kind.CAPABILITY_DENIED, payload, **meta)

    def observation(self, obs_type: str, source: str, data: Any, **meta: Any) -> int:
        """Record what the agent received or observed.

        Args:
            obs_type: "message" adds {role: source, content: data} to the state's messages; under any other name, the
                state keeps the last observation of that name.
            source: the speaker or origin, such as "user". data: any plain value.
        """
        return self.append(Kind.OBSERVATION, {"obs_type": obs_type, "source": source, "data": data}, **meta)

    def decision(self, decision_type: str, data: Any, reasoning: str | None = None, **meta: Any) -> int:
        """Record a decision of the agent, or its message ("message" adds it to the state's messages).

        Args:
            data: any plain value. reasoning: the agent's reasons in words, or None.
        """
        payload = {"decision_type": decision_type, "data": data, "reasoning": reasoning}
        return self.append(Kind.DECISION, payload, **meta)

    def memory_write(self, key: str, value: Any, **meta: Any) -> int:
        """Record that the agent stored `value` under `key` in its memory."""
        return self.append(Kind.MEMORY_WRITE, {"key": key, "operation": "set", "value": value}, **meta)

    def memory_delete(self, key: str, **meta: Any) -> int:
        """Record that the agent removed `key` from its memory."""
        return self.append(Kind.MEMORY_WRITE, {"key": key, "operation": "delete"}, **meta)

    def memory_read(self, key: str, value: Any = None, **meta: Any) -> int:
        """Record that the agent read `key` from its memory and got `value`. The state does not change."""
        return self.append(Kind.MEMORY_READ, {"key": key, "value": value}, **meta)

    def patch_proposal(
        self, patch_type: str, target: str, patch: Any, reasoning: str | None = None, **meta: Any
    ) -> RecordedPatch:
        """Record a proposed change of the agent itself; return it, to pass to patch_applied or patch_rejected.

        Args:
            patch_type: such as "prompt". target: what it would change. patch: the change, any plain value.
            reasoning: the reasons, in words, or None.
        """
        name = patch_hash(patch_type, target, patch)
        payload = {
            "patch_hash": name,
            "patch_type": patch_type,
            "target": target,
            "patch": patch,
            "reasoning": reasoning,
        }
        return RecordedPatch(name, self.append(Kind.PATCH_PROPOSAL, payload, **meta))

    def patch_applied(self, patch: RecordedPatch, **meta: Any) -> int:
        """Record that a proposed patch was applied; `parent` is the proposal's seq unless given."""
        meta.setdefault("parent", patch.seq)
        return self.append(Kind.PATCH_APPLIED, {"patch_hash": patch.patch_hash}, **meta)

    def patch_rejected(self, patch: RecordedPatch, reason: str, stage: str, **meta: Any) -> int:
        """Record that a proposed patch was rejected: the reason and the stage, such as "review".

        `parent` is the proposal's seq unless given.
        """
        meta.setdefault("parent", patch.seq)
        payload = {"patch_hash": patch.patch_hash, "reason": reason, "stage": stage}
        return self.append(Kind.PATCH_REJECTED, payload, **meta)

    def error(self, error_type: str, message: str, component: str, recoverable: bool = True, **meta: Any) -> int:
        """Record an error of the agent itself (not of a tool).

        Args:
            error_type: such as the exception's class. component: where it happened.
            recoverable: whether the run can continue.
        """
        payload = {
            "error_type": error_type,
            "message": message,
            "component": component,
            "recoverable": recoverable,
        }
        return self.append(Kind.ERROR, payload, **meta)

    def snapshot(self, snapshot_type: str, **meta: Any) -> int:
        """Record that the agent saved its own state; `snapshot_type` names the occasion."""
        return self.append(Kind.SNAPSHOT, {"snapshot_type": snapshot_type}, **meta)

    def outcome(
        self,
        *,
        passed: bool | None = None,
        score: float | None = None,
        by: str,
        parts: list[dict[str, Any]] | None = None,
        answer: Any = None,
        expected: Any = None,
        **meta: Any,
    ) -> int:
        """Record one grader's verdict on the whole run; return the event's seq. Call it last, once for each grader.

        Args:
            passed: None if the grader gives no verdict. score: None if it gives no number.
            by: the grader, such as "unit tests".
            parts: the parts of the grade, each with some of `name`, `value`, `passed`, `why`.
            answer: the run's answer, as the grader read it. expected: the right answer.
        """
        more = {"parts": parts, "answer": answer, "expected": expected}
        given = {name: value for name, value in more.items() if value not in (None, [], {})}
        payload = {"passed": passed, "score": score, "by": by, **given}
        return self.append(OUTCOME, payload, **meta)

    def seal(self, time: int | None = None) -> None:
        """End the run and close the file: no event can be added afterwards, and a missing end would be detected.

        Raises LogUnreadable if the disk refuses the seal. `time`: when the run ended, ns since 1970 (default: now).
        """
        self._writer.seal(clock.time_ns() if time is None else time)

    def close(self) -> None:
        """Close the file without a seal: the run can be resumed."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)
