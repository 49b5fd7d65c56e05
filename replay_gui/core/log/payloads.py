"""The required fields in the payload of each kind (log-format.md, "Kinds"), as structures that msgspec checks in C."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.kinds import Kind

Ops: TypeAlias = list[Any] | UnsetType


class Payload(msgspec.Struct, kw_only=True):
    """The payload of a custom kind, and the base of all payloads. Other fields are allowed and kept."""

    ops: Ops = UNSET


class AgentInitPayload(Payload, kw_only=True):
    """The agent that runs: name, version, and its configuration."""

    agent_type: str
    agent_version: str
    config: dict[str, Any]


class StateTransitionPayload(Payload, kw_only=True):
    """The agent changed to another state; `phase`, if given, becomes the state's ``phase``."""

    transition_type: str
    phase: str | UnsetType = UNSET


class ToolRequestPayload(Payload, kw_only=True):
    """A tool is called. `capabilities`: names of the permissions that the call uses."""

    tool_name: str
    tool_version: str
    input: Any
    capabilities: list[Any]


class ToolResponsePayload(Payload, kw_only=True):
    """The result of a tool. `request_hash` names the request that it answers."""

    tool_name: str
    request_hash: str
    output: Any
    success: bool
    error: str | None


class CapabilityDeniedPayload(Payload, kw_only=True):
    """A tool call was not allowed, because a permission is missing."""

    capability: str
    tool_name: str
    reason: str


class ObservationPayload(Payload, kw_only=True):
    """A message to the agent, or an observation. `obs_type` "message": a message by `source`."""

    obs_type: str
    source: str
    data: Any


class DecisionPayload(Payload, kw_only=True):
    """A decision or message of the agent (`decision_type` "message")."""

    decision_type: str
    data: Any
    reasoning: str | None = None


class MemoryWritePayload(Payload, kw_only=True):
    """A change of the agent's memory. `value` is required unless `operation` is "delete"."""

    key: str
    operation: str | UnsetType = UNSET
    value: Any = UNSET


class MemoryReadPayload(Payload, kw_only=True):
    """The agent read a key of its memory."""

    key: str
    value: Any = UNSET


class PatchProposalPayload(Payload, kw_only=True):
    """A proposed change of the agent itself."""

    patch_hash: str
    patch_type: str
    target: str
    patch: Any
    reasoning: str | None


class PatchAppliedPayload(Payload, kw_only=True):
    """A proposed patch was applied."""

    patch_hash: str


class PatchRejectedPayload(Payload, kw_only=True):
    """A proposed patch was rejected: the reason and the stage."""

    patch_hash: str
    reason: str
    stage: str


class ErrorPayload(Payload, kw_only=True):
    """An error of the agent itself, not of a tool."""

    error_type: str
    message: str
    component: str
    recoverable: bool


class SnapshotPayload(Payload, kw_only=True):
    """The agent saved its own state."""

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


def payload_structure(kind: str, payload: dict[str, Any]) -> Payload:
    """Return `payload` as the structure of its kind.

    Raises NotApplicable, which names the field, if a field is missing or has another type.
    """
    try:
        return _convert(payload, STRUCTURES.get(kind, Payload))
    except msgspec.ValidationError as why:
        raise NotApplicable(f"{kind}: {why}") from None


_convert = msgspec.convert
