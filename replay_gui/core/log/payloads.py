"""What the payload of each kind must have, as structures that msgspec checks in C."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.kinds import Kind

Ops: TypeAlias = list[Any] | UnsetType


class Payload(msgspec.Struct, kw_only=True):
    """The payload of a custom kind, and the base of all payloads. Other fields are allowed, and kept."""

    ops: Ops = UNSET


class AgentInitPayload(Payload, kw_only=True):
    agent_type: str
    agent_version: str
    config: dict[str, Any]


class StateTransitionPayload(Payload, kw_only=True):
    transition_type: str
    phase: str | UnsetType = UNSET


class ToolRequestPayload(Payload, kw_only=True):
    tool_name: str
    tool_version: str
    input: Any
    capabilities: list[Any]


class ToolResponsePayload(Payload, kw_only=True):
    tool_name: str
    request_hash: str
    output: Any
    success: bool
    error: str | None


class CapabilityDeniedPayload(Payload, kw_only=True):
    capability: str
    tool_name: str
    reason: str


class ObservationPayload(Payload, kw_only=True):
    obs_type: str
    source: str
    data: Any


class DecisionPayload(Payload, kw_only=True):
    decision_type: str
    data: Any
    reasoning: str | None = None


class MemoryWritePayload(Payload, kw_only=True):
    key: str
    operation: str | UnsetType = UNSET
    value: Any = UNSET


class MemoryReadPayload(Payload, kw_only=True):
    key: str
    value: Any = UNSET


class PatchProposalPayload(Payload, kw_only=True):
    patch_hash: str
    patch_type: str
    target: str
    patch: Any
    reasoning: str | None


class PatchAppliedPayload(Payload, kw_only=True):
    patch_hash: str


class PatchRejectedPayload(Payload, kw_only=True):
    patch_hash: str
    reason: str
    stage: str


class ErrorPayload(Payload, kw_only=True):
    error_type: str
    message: str
    component: str
    recoverable: bool


class SnapshotPayload(Payload, kw_only=True):
    snapshot_type: str


STRUCTURES: dict[str, type[Payload]] = {
    kind.value: structure
    for kind, structure in (
        (Kind.AGENT_INIT, AgentInitPayload),
        (Kind.STATE_TRANSITION, StateTransitionPayload),
        (Kind.TOOL_REQUEST, ToolRequestPayload),
        (Kind.TOOL_RESPONSE, ToolResponsePayload),
        (Kind.CAPABILITY_DENIED, CapabilityDeniedPayload),
        (Kind.OBSERVATION, ObservationPayload),
        (Kind.DECISION, DecisionPayload),
        (Kind.MEMORY_WRITE, MemoryWritePayload),
        (Kind.MEMORY_READ, MemoryReadPayload),
        (Kind.PATCH_PROPOSAL, PatchProposalPayload),
        (Kind.PATCH_APPLIED, PatchAppliedPayload),
        (Kind.PATCH_REJECTED, PatchRejectedPayload),
        (Kind.ERROR, ErrorPayload),
        (Kind.SNAPSHOT, SnapshotPayload),
    )
}
"""The structure of each kind, by the kind as a plain string, which a dict finds faster than an enum member."""


def structured(kind: str, payload: dict[str, Any]) -> Payload:
    """Return `payload` as the structure of its kind.

    Raises NotApplicable, which names the field, where a field is missing or has another type.
    """
    try:
        return _convert(payload, STRUCTURES.get(kind, Payload))
    except msgspec.ValidationError as why:
        raise NotApplicable(f"{kind}: {why}") from None


_convert = msgspec.convert
