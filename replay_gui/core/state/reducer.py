"""The reducer ``standard/1`` (log-format.md, Reducer): the effect of each kind of event on the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log import payloads
from replay_gui.core.log.canonical import decode_shallow
from replay_gui.core.log.chain import request_hash_of_decoded
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.payloads import payload_structure
from replay_gui.core.state.draft import Draft
from replay_gui.core.text.json_pointer import split_pointer

REDUCER = "standard/1"
COUNTER_LIMIT = 1 << 63  # a counter is less than this


def apply_content(draft: Draft, content: bytes) -> bool:
    """Apply the event with this content; return False, with the state unchanged, if it cannot be applied."""
    try:
        shallow = decode_shallow(content)
        if shallow is None:
            apply_event(draft, *decode_event(content))
        else:
            apply_event(draft, *shallow, shallow=True)
    except NotApplicable:
        draft.begin()
        return False
    return True


def apply_event(draft: Draft, kind: str, payload: dict[str, Any], shallow: bool = False) -> None:
    """Apply the event's effect, then its ops; raise NotApplicable, with the state unchanged, if one cannot be applied.

    `draft.changes` then has the changes. `shallow`: the payload is a result of decode_shallow.
    """
    event = payload_structure(kind, payload)
    operations = event.ops
    draft.begin(operations is not UNSET)
    try:
        effect = _EFFECTS.get(kind)
        if effect is not None:
            effect(draft, event)
        if operations is not UNSET:
            for operation in operations:
                _operate(draft, operation)
        draft.check_limits(shallow and operations is UNSET)
    except NotApplicable:
        draft.undo()
        raise


def _raised(container: Any, key: str, by: int) -> int:
    value = container.get(key)
    if type(value) is not int or not 0 <= value + by < COUNTER_LIMIT:
        raise NotApplicable(f"{key!r} in the state is no counter")
    return value + by


def _raise_tool(draft: Draft, name: str, counter: str) -> None:
    row = draft.map("tools", name)
    if row is None:
        draft.put(("tools", name), {"calls": 0, "errors": 0, "denied": 0, counter: 1})
    else:
        draft.put(("tools", name, counter), _raised(row, counter, 1))


def _agent_init(draft: Draft, e: payloads.AgentInitPayload) -> None:
    draft.put(("agent",), {"type": e.agent_type, "version": e.agent_version, "config": e.config})


def _state_transition(draft: Draft, e: payloads.StateTransitionPayload) -> None:
    if e.phase is not UNSET:
        draft.put(("phase",), e.phase)


def _tool_request(draft: Draft, e: payloads.ToolRequestPayload) -> None:
    _raise_tool(draft, e.tool_name, "calls")
    name = request_hash_of_decoded(e.tool_name, e.tool_version, e.input)
    waiting = draft.map("pending", name)
    if waiting is None:
        draft.put(("pending", name), {"tool": e.tool_name, "input": e.input, "count": 1})
    else:
        draft.put(("pending", name, "count"), _raised(waiting, "count", 1))


def _tool_response(draft: Draft, e: payloads.ToolResponsePayload) -> None:
    waiting = draft.map("pending", e.request_hash)
    if waiting is not None:
        count = _raised(waiting, "count", -1)
        if count:
            draft.put(("pending", e.request_hash, "count"), count)
        else:
            draft.remove(("pending", e.request_hash))
    if not e.success:
        _raise_tool(draft, e.tool_name, "errors")
    if draft.map("tools", e.tool_name) is None:
        draft.put(("tools", e.tool_name), {"calls": 0, "errors": 0, "denied": 0, "last": e.output})
    else:
        draft.put(("tools", e.tool_name, "last"), e.output)


def _capability_denied(draft: Draft, e: payloads.CapabilityDeniedPayload) -> None:
    _raise_tool(draft, e.tool_name, "denied")


def _observation(draft: Draft, e: payloads.ObservationPayload) -> None:
    if e.obs_type == "message":
        draft.append("messages", {"role": e.source, "content": e.data})
    else:
        draft.put(("observations", e.obs_type), e.data)


def _decision(draft: Draft, e: payloads.DecisionPayload) -> None:
    if e.decision_type == "message":
        draft.append("messages", {"role": "assistant", "content": e.data})
    else:
        draft.put(("decision",), {"type": e.decision_type, "data": e.data})


def _memory_write(draft: Draft, e: payloads.MemoryWritePayload) -> None:
    if e.operation == "delete":
        memory = draft.map("memory")
        if memory is not None and e.key in memory:
            draft.remove(("memory", e.key))
    elif e.value is UNSET:
        raise NotApplicable("MemoryWrite: a value is required unless the operation is delete")
    else:
        draft.put(("memory", e.key), e.value)


def _patch(draft: Draft, name: str, facts: dict[str, str]) -> None:
    if draft.map("patches", name) is None:
        draft.put(("patches", name), facts)
    else:
        for key, value in facts.items():
            draft.put(("patches", name, key), value)


def _patch_proposal(draft: Draft, e: payloads.PatchProposalPayload) -> None:
    _patch(draft, e.patch_hash, {"status": "proposed", "target": e.target})


def _patch_applied(draft: Draft, e: payloads.PatchAppliedPayload) -> None:
    _patch(draft, e.patch_hash, {"status": "applied"})


def _patch_rejected(draft: Draft, e: payloads.PatchRejectedPayload) -> None:
    _patch(draft, e.patch_hash, {"status": "rejected", "reason": e.reason})


def _error(draft: Draft, e: payloads.ErrorPayload) -> None:
    last = {"type": e.error_type, "message": e.message}
    errors = draft.map("errors")
    if errors is None:
        draft.put(("errors",), {"count": 1, "last": last})
    else:
        draft.put(("errors", "count"), _raised(errors, "count", 1))
        draft.put(("errors", "last"), last)


_EFFECTS: dict[str, Callable[[Draft, Any], None]] = {
    Kind.AGENT_INIT: _agent_init,
    Kind.STATE_TRANSITION: _state_transition,
    Kind.TOOL_REQUEST: _tool_request,
    Kind.TOOL_RESPONSE: _tool_response,
    Kind.CAPABILITY_DENIED: _capability_denied,
    Kind.OBSERVATION: _observation,
    Kind.DECISION: _decision,
    Kind.MEMORY_WRITE: _memory_write,
    Kind.PATCH_PROPOSAL: _patch_proposal,
    Kind.PATCH_APPLIED: _patch_applied,
    Kind.PATCH_REJECTED: _patch_rejected,
    Kind.ERROR: _error,
}


def _operate(draft: Draft, operation: Any) -> None:
    match operation:
        case {"op": "add" | "replace" as op, "path": str(path), "value": value}:
            draft.patch(op, pointer_tokens(path), value)
        case {"op": "remove", "path": str(path)}:
            draft.patch("remove", pointer_tokens(path), None)
        case _:
            raise NotApplicable("ops has something that is no add, replace or remove with a path")


def pointer_tokens(path: str) -> list[str]:
    """Return the keys of a JSON Pointer to a member; raise NotApplicable if it is invalid, or leads to the root."""
    try:
        tokens = split_pointer(path)
    except ValueError as why:
        raise NotApplicable(f"not a pointer to a member: {path[:80]!r}: {why}") from None
    if not tokens:
        raise NotApplicable(f"not a pointer to a member: {path[:80]!r}")
    return tokens
