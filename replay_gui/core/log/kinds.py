"""The kinds of events and what their payloads must have (FORMAT 2), as structures that msgspec checks in C."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from replay_gui.core.errors import NotApplicable

Ops: TypeAlias = list[Any] | UnsetType


class Payload(msgspec.Struct, kw_only=True):
    """What any payload may have, a custom kind's too. Fields that are not named here are allowed, and kept."""

    ops: Ops = UNSET


class AgentInit(Payload, kw_only=True):
    agent_type: str
    agent_version: str
    config: dict[str, Any]


class StateTransition(Payload, kw_only=True):
    transition_type: str
    phase: str | UnsetType = UNSET


class ToolRequest(Payload, kw_only=True):
    tool_name: str
    tool_version: str
    input: Any
    capabilities: list[Any]


class ToolResponse(Payload, kw_only=True):
    tool_name: str
    request_hash: str
    output: Any
    success: bool
    error: str | None


class CapabilityDenied(Payload, kw_only=True):
    capability: str
    tool_name: str
    reason: str


class Observation(Payload, kw_only=True):
    obs_type: str
    source: str
    data: Any


class Decision(Payload, kw_only=True):
    decision_type: str
    data: Any
    reasoning: str | None = None


class MemoryWrite(Payload, kw_only=True):
    key: str
    operation: str | UnsetType = UNSET
    value: Any = UNSET


class MemoryRead(Payload, kw_only=True):
    key: str
    value: Any = UNSET


class PatchProposal(Payload, kw_only=True):
    patch_hash: str
    patch_type: str
    target: str
    patch: Any
    reasoning: str | None


class PatchApplied(Payload, kw_only=True):
    patch_hash: str


class PatchRejected(Payload, kw_only=True):
    patch_hash: str
    reason: str
    stage: str


class Error(Payload, kw_only=True):
    error_type: str
    message: str
    component: str
    recoverable: bool


class Snapshot(Payload, kw_only=True):
    snapshot_type: str


STRUCTURES: dict[str, type[Payload]] = {
    kind.__name__: kind
    for kind in (
        AgentInit,
        StateTransition,
        ToolRequest,
        ToolResponse,
        CapabilityDenied,
        Observation,
        Decision,
        MemoryWrite,
        MemoryRead,
        PatchProposal,
        PatchApplied,
        PatchRejected,
        Error,
        Snapshot,
    )
}

KINDS = tuple(STRUCTURES)

CRITICAL_KINDS = frozenset(
    {"PatchProposal", "PatchApplied", "PatchRejected", "Error", "CapabilityDenied", "StateTransition"}
)
"""Operations that snapshots are laid around."""

_convert = msgspec.convert


def structured(kind: str, payload: dict[str, Any]) -> Payload:
    """`payload` as its kind's structure; NotApplicable, in words, where a field is missing or of another type."""
    try:
        return _convert(payload, STRUCTURES.get(kind, Payload))
    except msgspec.ValidationError as why:
        raise NotApplicable(f"{kind}: {why}") from None
