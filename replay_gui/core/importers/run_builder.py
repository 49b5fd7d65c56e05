"""Build the events of an imported run.

The division of data, for every importer:

** **Content** is what the source records of the run: it goes into the payload and is compared. An unknown member is
  content too, under the payload's ``fields``: pass ``extra={"fields": unknown}`` if there are any.
* **Meta** has what differs between faithful runs: clocks, ids, costs, tokens, hosts, versions of the recorder. It is
  passed as keyword arguments (``time``, ``duration``, ``tokens``, ``line``, …) and is not compared. An importer lists
  such members in its ``volatile``: a map from the member's name to the reason. Everything else is content.
** **Every record of the source becomes an event**, even if it is not understood. A record that is not a step (a title,
  a mode, a queue, a hook) is `bookkeeping`, which lists hide by default. A record that is not understood is a `custom`
  event, and is counted in the notes.
* **Facts about the whole run come last**: `expected`, `outcome` (one for each grader), `end`.
* The user's words are ``observation("message", "user", …)``; a slash command is `command`; the user's stop is
  `interrupted`; reasoning that the provider did not disclose is `withheld_reasoning`, not a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from replay_gui.core.importers.finishing import Finishing
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.log.chain import patch_hash, request_hash
from replay_gui.core.log.kinds import BOOKKEEPING_PREFIX, END, EXPECTED, OUTCOME, WITHHELD_REASONING, Kind
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

End: TypeAlias = Literal["answered", "submitted", "handed over", "stopped by user", "limit", "timeout", "crash", "open"]
"""How a run ended; "open" if the source does not say that it ended."""

UNKNOWN_TOOL = "unknown"
UNKNOWN_REQUESTS = translatable("tool results whose request is not in the file")


MAX_REASON_CHARACTERS = 4096  # of an error's message or a denial's reason; the output has all of it


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch that was proposed; `seq`: of the proposal."""

    patch_hash: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool request.

    Attributes:
        seq: of the request; None if it is not in the file. time: ns since 1970, None if unknown.
        input: None after the response. patches: those that the call proposes.
    """

    tool_name: str
    request_hash: str
    seq: int | None
    time: int | None
    input: Any = None
    patches: tuple[Patch, ...] = ()


class RunBuilder:
    """Collect and number events until they are drained. An event names its parent by number (seq).

    Attributes:
        count: the number of events so far, which is the seq of the next event.
        context: meta for every later event, until replaced; the arguments of a method take precedence.
        once: meta for the next event only.
        unmapped: unknown members of the source's record; content of the next event, under ``fields``.
    """

    def __init__(self, notes: ImportNotes, count: int = 0) -> None:
        """`count`: the number of events that the run already has."""
        self.count = count
        self.context: dict[str, Any] = {}
        self.once: dict[str, Any] = {}
        self.unmapped: dict[str, Any] = {}
        self._notes = notes
        self._ready: list[ImportedEvent] = []
        self._calls: dict[str, Call] = {}
        self._finishing = Finishing()
        self._has_end = False

    def drain(self) -> Iterator[ImportedEvent]:
        """Yield the events that were added since the last call."""
        ready, self._ready = self._ready, []
        return iter(ready)

    def add(self, kind: str, payload: dict[str, Any], **meta: Any) -> int:
        """Add an event of any kind; return its seq. Meta whose value is None is left out."""
        facts = {**self.once, **self.context, **meta}
        if self.unmapped:
            payload = {**payload, "fields": self.unmapped}
        self.once, self.unmapped = {}, {}
        self._finishing.add(kind, payload, self.count, facts)
        self._ready.append(ImportedEvent(kind, payload, {k: v for k, v in facts.items() if v is not None}))
        self.count += 1
        return self.count - 1

    def agent_init(self, agent_type: str, agent_version: str, config: dict[str, Any], **meta: Any) -> int:
        """Add an AgentInit and return its seq."""
        payload = {"agent_type": agent_type, "agent_version": agent_version, "config": config}
        return self.add(Kind.AGENT_INIT, payload, **meta)

    def observation(
        self, obs_type: str, source: str, data: Any, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add an Observation and return its seq; `extra` goes into the payload."""
        payload = {**(extra or {}), "obs_type": obs_type, "source": source, "data": data}
        return self.add(Kind.OBSERVATION, payload, **meta)

    def command(self, command: str, source: str = "user", extra: dict[str, Any] | None = None, **meta: Any) -> int:
        """Add a command to the program, not to the model ("/review 42"); return its seq."""
        return self.observation("command", source, command, extra, **meta)

    def decision(
        self,
        decision_type: str,
        data: Any,
        reasoning: str | None = None,
        extra: dict[str, Any] | None = None,
        **meta: Any,
    ) -> int:
        """Add a Decision and return its seq; `extra` goes into the payload."""
        payload = {**(extra or {}), "decision_type": decision_type, "data": data, "reasoning": reasoning}
        return self.add(Kind.DECISION, payload, **meta)

    def withheld_reasoning(self, extra: dict[str, Any] | None = None, **meta: Any) -> int:
        """Add reasoning whose text is not in the source; return its seq. Signatures and encrypted text are meta."""
        return self.add(WITHHELD_REASONING, {**(extra or {}), "data": REASONING_NOT_RECORDED}, **meta)

    def custom(self, name: str, data: Any, **meta: Any) -> int:
        """Add an event of the custom kind ``x:name``; return its seq. `data` is one field of the payload."""
        return self.add(f"x:{name}", {"data": data}, **meta)

    def bookkeeping(self, name: str, data: Any, **meta: Any) -> int:
        """Add a record that is not a step; return its seq. `name`: format and record type ("claude-code/title")."""
        return self.add(f"{BOOKKEEPING_PREFIX}{name}", {"data": data}, **meta)

    def error(
        self, error_type: str, message: str, component: str, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add an Error, with its message cut to MAX_REASON_CHARACTERS; return its seq."""
        payload = {
            **(extra or {}),
            "error_type": error_type,
            "message": cut_text(message),
            "component": component,
            "recoverable": True,
        }
        return self.add(Kind.ERROR, payload, **meta)

    def interrupted(self, message: str, component: str, extra: dict[str, Any] | None = None, **meta: Any) -> int:
        """Add the event that somebody stopped the agent during its work; return its seq."""
        return self.error("interrupted", message, component, extra, **meta)

    # ---- the end of the run -----------------------------------------------------------------------
    # These come last. A comparison of steps and a search for origins ignore them.
    def expected(self, data: Any, **meta: Any) -> int:
        """Add the expected result (actions, outputs, a reference answer); return its seq."""
        return self.add(EXPECTED, {"data": data}, **meta)

    def outcome(
        self,
        *,
        passed: bool | None,
        score: float | None,
        by: str,
        parts: Any = None,
        answer: Any = None,
        expected: Any = None,
        label: str | None = None,
        **meta: Any,
    ) -> int:
        """Add the verdict of one grader; return its seq.

        Args:
            passed: None if the grader gives no verdict. score: None if it gives no number.
            by: the grader, such as "tau-bench reward".
            parts: the parts of the grade, each with some of `name`, `value`, `passed`, `why`.
            answer: the run's answer, as the grader read it. expected: the right answer.
            label: the grader's own word for the grade.
        """
        more = {"parts": parts, "answer": answer, "expected": expected, "label": label}
        given = {name: value for name, value in more.items() if value not in (None, [], {})}
        return self.add(OUTCOME, {"passed": passed, "score": score, "by": by, **given}, **meta)

    def end(self, how: End, why: str | None = None, **meta: Any) -> int:
        """Add the end of the run, with the reason in the source's words; return its seq."""
        self._has_end = True
        return self.add(END, {"how": how, "why": None if why is None else cut_text(why)}, **meta)

    @property
    def has_end(self) -> bool:
        """Whether the end of the run has been added."""
        return self._has_end

    @property
    def is_waiting(self) -> bool:
        """Whether the last message is the user's, so that no answer before it is the end of the run."""
        return self._finishing.is_waiting

    def end_by_call(self) -> bool:
        """Add the end of a run whose last act was to call the agent's own tool to finish; return whether it was.

        Nothing is added if the run has an end already.
        """
        finish = None if self._has_end else self._finishing.finish
        if finish is not None:
            self.end(*finish)
        return finish is not None

    # ---- tools ----------------------------------------------------------------------------------
    def request(
        self,
        call_id: object,
        tool_name: str,
        input: Any,
        *,
        tool_version: str = "",
        extra: dict[str, Any] | None = None,
        **meta: Any,
    ) -> Call:
        """Add a tool request; return the call.

        Args:
            call_id: the source's id, which connects the response with the request.
            input: decoded, if the source has it as JSON text.
            extra: more fields of the payload.
        """
        time = meta.get("time", self.context.get("time"))
        payload = {
            **(extra or {}),
            "tool_name": tool_name,
            "tool_version": tool_version,
            "input": input,
            "capabilities": list[str](),
        }
        seq = self.add(Kind.TOOL_REQUEST, payload, **meta)
        call = Call(
            tool_name=tool_name,
            request_hash=request_hash(tool_name, tool_version, input),
            seq=seq,
            time=time,
            input=input,
        )
        self._remember(call_id, call)
        return call

    def call(self, call_id: object) -> Call | None:
        """Return the call with this id; None if its request is not in the file."""
        return self._calls.get(call_id) if isinstance(call_id, str) else None

    def response(
        self,
        call_id: object,
        output: Any,
        *,
        error: str | None,
        extra: dict[str, Any] | None = None,
        tool_name: object = None,
        **meta: Any,
    ) -> tuple[int, Call]:
        """Add the response to a call; return (its seq, the call). The request is its parent, unless meta names another.

        Args:
            error: None on success. extra: further fields of the payload.
            tool_name: the tool's name in the result, used if it is a text and the request is not in the file.
            meta: ``duration`` defaults to the time since the request.
        """
        call = self.call(call_id)
        if call is None:
            self._notes.count(UNKNOWN_REQUESTS)
            name = tool_name if isinstance(tool_name, str) and tool_name else UNKNOWN_TOOL
            call = Call(tool_name=name, request_hash="", seq=None, time=None)
        elif isinstance(call_id, str):
            self._calls[call_id] = replace(call, input=None)  # free the memory: inputs are large, and there can be many
        if call.seq is not None:
            meta.setdefault("parent", call.seq)
        time = meta.get("time", self.context.get("time"))
        if time is not None and call.time is not None and time > call.time:  # equal times give no duration
            meta.setdefault("duration", time - call.time)
        payload = {
            **(extra or {}),
            "tool_name": call.tool_name,
            "request_hash": call.request_hash,
            "output": output,
            "success": error is None,
            "error": None if error is None else cut_text(error),
        }
        return self.add(Kind.TOOL_RESPONSE, payload, **meta), call

    def end_call(
        self,
        call_id: object,
        output: Any,
        *,
        error: str | None,
        refused: bool = False,
        error_type: str | None = "tool_error",
        message: str | None = None,
        applied: dict[str, Any] | None = None,
        **rest: Any,
    ) -> tuple[int, Call]:
        """Add the response to a call, and what follows from it; return (seq of the response, the call).

        A refused call has a denial, a failed one an Error. The patches that the call proposed are applied or rejected.

        Args:
            error_type: of the Error; None if the format has no Error beside a failed response.
            message: of the denial or the Error, if it is more than `error`.
            applied: further fields of a PatchApplied. rest: as in `response`.
        """
        seq, call = self.response(call_id, output, error=error, **rest)
        time = {"time": rest["time"]} if "time" in rest else {}
        why = message or error or ("refused" if refused else "failed")
        if refused:
            self.denied(call.tool_name, call.tool_name, why, parent=seq, **time)
        elif error is not None and error_type is not None:
            self.error(error_type, why, call.tool_name, parent=seq, **time)
        for patch in call.patches:
            if error is not None or refused:
                self.rejected(patch, why, "approval" if refused else "apply", **time)
            else:
                self.applied(patch, applied, **time)
        return seq, call

    def denied(
        self, capability: str, tool_name: str, reason: str, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add a CapabilityDenied, with its reason cut to MAX_REASON_CHARACTERS; return its seq."""
        payload = {**(extra or {}), "capability": capability, "tool_name": tool_name, "reason": cut_text(reason)}
        return self.add(Kind.CAPABILITY_DENIED, payload, **meta)

    # ---- patches --------------------------------------------------------------------------------
    def proposal(self, call_id: object, patch_type: str, target: str, patch: Any, **meta: Any) -> Patch:
        """Add a PatchProposal. If a call proposes it, the request is its parent, and `Call.patches` has it."""
        name, call = patch_hash(patch_type, target, patch), self.call(call_id)
        if call is not None and call.seq is not None:
            meta.setdefault("parent", call.seq)
        payload = {"patch_hash": name, "patch_type": patch_type, "target": target, "patch": patch, "reasoning": None}
        proposed = Patch(name, self.add(Kind.PATCH_PROPOSAL, payload, **meta))
        if call is not None:
            self._remember(call_id, replace(call, patches=(*call.patches, proposed)))
        return proposed

    def applied(self, patch: Patch, extra: dict[str, Any] | None = None, **meta: Any) -> int:
        """Add a PatchApplied with the proposal as its parent; return its seq."""
        return self.add(Kind.PATCH_APPLIED, {**(extra or {}), "patch_hash": patch.patch_hash}, parent=patch.seq, **meta)

    def rejected(self, patch: Patch, reason: str, stage: str, **meta: Any) -> int:
        """Add a PatchRejected with the proposal as its parent; return its seq."""
        payload = {"patch_hash": patch.patch_hash, "reason": cut_text(reason), "stage": stage}
        return self.add(Kind.PATCH_REJECTED, payload, parent=patch.seq, **meta)

    def _remember(self, call_id: object, call: Call) -> None:
        if isinstance(call_id, str):
            self._calls[call_id] = call


_LIMIT = re.compile(
    r"max(imum)?[ _]?(number of )?(turn|iteration|step|round|budget)s?\b|recursion ?limit|usage ?limit ?exceeded"
    r"|limit of [0-9,]{1,12} (turns|iterations|steps)",
    re.IGNORECASE,
)


def end_after_error(error: str | None) -> End:
    """Return how a run ended that an error broke off: at a limit of turns or steps, or by a crash."""
    return "limit" if error is not None and _LIMIT.search(error) else "crash"


def cut_text(text: str) -> str:
    """Return the text, cut to MAX_REASON_CHARACTERS."""
    return text if len(text) <= MAX_REASON_CHARACTERS else text[: MAX_REASON_CHARACTERS - 1] + "…"
