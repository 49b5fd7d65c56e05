"""The recorder: one method a kind of event, for the agent whose run is recorded."""

from __future__ import annotations

import os
import time as clock
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from replay_gui.core.log.chain import patch_hash, request_hash
from replay_gui.core.log.kinds import OUTCOME, Kind
from replay_gui.core.recorder.log_writer import LogWriter, new_run_id


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A tool request that was recorded; hand it to tool_response."""

    tool_name: str
    request_hash: str
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class RecordedPatch:
    """A patch that was proposed; hand it to patch_applied or patch_rejected."""

    patch_hash: str
    seq: int


class Recorder:
    """Records a run as a context manager: sealed when the block ends well, left unsealed when it ends in an exception.

    Every method takes meta as keywords: `parent` (seq), `time` and `duration` (ns), provider's ids, tokens, cost, …
    Without `time`, the clock's is taken. EventInvalid where an event breaks a rule; then nothing is written.
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
        """Begins a log and records AgentInit. See LogWriter for state_hash_every and fsync."""
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
        """Goes on with an unsealed log; a torn tail is cut off."""
        recorder = cls.__new__(cls)
        recorder._writer = LogWriter.resume(path, state_hash_every=state_hash_every, fsync=fsync)
        return recorder

    @property
    def run_id(self) -> str:
        return self._writer.run_id

    @property
    def count(self) -> int:
        """Events recorded so far."""
        return self._writer.count

    def append(self, kind: str, payload: dict[str, Any], **meta: Any) -> int:
        """Any event; custom kinds are written ``x:name``. Returns its seq."""
        meta.setdefault("time", clock.time_ns())
        return self._writer.append(kind, payload, meta)

    def state_transition(self, transition_type: str, phase: str | None = None, **meta: Any) -> int:
        payload = {"transition_type": transition_type} | ({} if phase is None else {"phase": phase})
        return self.append(Kind.STATE_TRANSITION, payload, **meta)

    def tool_request(
        self, tool_name: str, input: Any, *, tool_version: str = "", capabilities: list[str] | None = None, **meta: Any
    ) -> RecordedCall:
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
        """`parent` is the call's and `duration` the time since it, unless given."""
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
        payload = {"capability": capability, "tool_name": tool_name, "reason": reason}
        return self.append(Kind.CAPABILITY_DENIED, payload, **meta)

    def observation(self, obs_type: str, source: str, data: Any, **meta: Any) -> int:
        return self.append(Kind.OBSERVATION, {"obs_type": obs_type, "source": source, "data": data}, **meta)

    def decision(self, decision_type: str, data: Any, reasoning: str | None = None, **meta: Any) -> int:
        payload = {"decision_type": decision_type, "data": data, "reasoning": reasoning}
        return self.append(Kind.DECISION, payload, **meta)

    def memory_write(self, key: str, value: Any, **meta: Any) -> int:
        return self.append(Kind.MEMORY_WRITE, {"key": key, "operation": "set", "value": value}, **meta)

    def memory_delete(self, key: str, **meta: Any) -> int:
        return self.append(Kind.MEMORY_WRITE, {"key": key, "operation": "delete"}, **meta)

    def memory_read(self, key: str, value: Any = None, **meta: Any) -> int:
        return self.append(Kind.MEMORY_READ, {"key": key, "value": value}, **meta)

    def patch_proposal(
        self, patch_type: str, target: str, patch: Any, reasoning: str | None = None, **meta: Any
    ) -> RecordedPatch:
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
        meta.setdefault("parent", patch.seq)
        return self.append(Kind.PATCH_APPLIED, {"patch_hash": patch.patch_hash}, **meta)

    def patch_rejected(self, patch: RecordedPatch, reason: str, stage: str, **meta: Any) -> int:
        meta.setdefault("parent", patch.seq)
        payload = {"patch_hash": patch.patch_hash, "reason": reason, "stage": stage}
        return self.append(Kind.PATCH_REJECTED, payload, **meta)

    def error(self, error_type: str, message: str, component: str, recoverable: bool = True, **meta: Any) -> int:
        payload = {
            "error_type": error_type,
            "message": message,
            "component": component,
            "recoverable": recoverable,
        }
        return self.append(Kind.ERROR, payload, **meta)

    def snapshot(self, snapshot_type: str, **meta: Any) -> int:
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
        """Record what a grader says of the whole run; return the event's seq. Call it last, once for each grader.

        Args:
            passed: None where the grader says no such thing. score: None where it gives none.
            by: the grader, such as "unit tests".
            parts: what the grade is made of, each with some of `name`, `value`, `passed`, `why`.
            answer: what the run answered, as the grader took it. expected: what it should have been.
        """
        more = {"parts": parts, "answer": answer, "expected": expected}
        told = {name: value for name, value in more.items() if value not in (None, [], {})}
        payload = {"passed": passed, "score": score, "by": by, **told}
        return self.append(OUTCOME, payload, **meta)

    def seal(self, time: int | None = None) -> None:
        """Ends the run; the log can then not be appended to any more."""
        self._writer.seal(clock.time_ns() if time is None else time)

    def close(self) -> None:
        """Lets go of the file without sealing: the run can be resumed."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)
