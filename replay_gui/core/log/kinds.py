"""The kinds of events, and predicates on them.

The predicates take any string: a kind of the format, a custom kind (``x:name``), or the name for an event that
cannot be read (``(skipped)``, ``(unreadable)``).
"""

from __future__ import annotations

from enum import StrEnum, auto


class Kind(StrEnum):
    """A kind of the format. Each member equals the string that a log holds.

    In loops over many events, compare with a constant of the module: looking up a member takes as long as ten
    comparisons.
    """

    AGENT_INIT = "AgentInit"
    STATE_TRANSITION = "StateTransition"
    TOOL_REQUEST = "ToolRequest"
    TOOL_RESPONSE = "ToolResponse"
    CAPABILITY_DENIED = "CapabilityDenied"
    OBSERVATION = "Observation"
    DECISION = "Decision"
    MEMORY_WRITE = "MemoryWrite"
    MEMORY_READ = "MemoryRead"
    PATCH_PROPOSAL = "PatchProposal"
    PATCH_APPLIED = "PatchApplied"
    PATCH_REJECTED = "PatchRejected"
    ERROR = "Error"
    SNAPSHOT = "Snapshot"


KINDS: tuple[str, ...] = tuple(kind.value for kind in Kind)
"""The kinds as plain strings. An index on disk numbers them in this order."""

CUSTOM_PREFIX = "x:"
BOOKKEEPING_PREFIX = "x:bookkeeping/"
"""Custom kinds of what is not a step of the agent (titles, modes, hooks, plumbing): lists leave them out by default."""

NOT_RECORDED = f"{BOOKKEEPING_PREFIX}not-recorded"
"""Kind of the event that says what a recording lacks."""

OUTCOME, END, EXPECTED = "x:outcome", "x:end", "x:expected"
"""Custom kinds at the end of a run: what a grader says, how the run ended, what would have been right."""

MODEL_REQUEST = "x:model-request"
"""What a model was asked, as recorded from a library; the Decision or Error that answers it has it as its parent."""

ACTIVITY_REQUEST = "x:temporal/model-request"
"""What an activity of a Temporal workflow asked a model."""

RESULT_KINDS = frozenset({OUTCOME, END, EXPECTED})
WITHHELD_REASONING = "x:withheld-reasoning"
"""Custom kind of reasoning that the provider did not give away. It is not a decision."""

INTERRUPTED = "interrupted"
"""Type of the Error event with which importers record that the user stopped the agent. It is not a failure."""

FAILURE_KINDS = frozenset({Kind.ERROR.value, Kind.CAPABILITY_DENIED.value})
CRITICAL_KINDS = frozenset(
    {
        Kind.PATCH_PROPOSAL.value,
        Kind.PATCH_APPLIED.value,
        Kind.PATCH_REJECTED.value,
        Kind.ERROR.value,
        Kind.CAPABILITY_DENIED.value,
        Kind.STATE_TRANSITION.value,
    }
)


class KindGroup(StrEnum):
    """The group of a kind: one hue, one mark, one lane of the timeline (for tools, one lane each)."""

    AGENT = auto()
    OBSERVATION = auto()
    DECISION = auto()
    TOOL = auto()
    MEMORY = auto()
    PATCH = auto()
    ERROR = auto()
    SNAPSHOT = auto()
    CUSTOM = auto()
    DAMAGE = auto()
    OTHER = auto()


_GROUPS: dict[str, KindGroup] = {
    Kind.AGENT_INIT.value: KindGroup.AGENT,
    Kind.STATE_TRANSITION.value: KindGroup.AGENT,
    Kind.TOOL_REQUEST.value: KindGroup.TOOL,
    Kind.TOOL_RESPONSE.value: KindGroup.TOOL,
    Kind.CAPABILITY_DENIED.value: KindGroup.ERROR,
    Kind.OBSERVATION.value: KindGroup.OBSERVATION,
    Kind.DECISION.value: KindGroup.DECISION,
    Kind.MEMORY_WRITE.value: KindGroup.MEMORY,
    Kind.MEMORY_READ.value: KindGroup.MEMORY,
    Kind.PATCH_PROPOSAL.value: KindGroup.PATCH,
    Kind.PATCH_APPLIED.value: KindGroup.PATCH,
    Kind.PATCH_REJECTED.value: KindGroup.PATCH,
    Kind.ERROR.value: KindGroup.ERROR,
    Kind.SNAPSHOT.value: KindGroup.SNAPSHOT,
}


def group_of(kind: str) -> KindGroup:
    """Return the group of any kind; OTHER if neither the format nor this program knows the kind."""
    if kind in _GROUPS:
        return _GROUPS[kind]
    return KindGroup.CUSTOM if is_custom(kind) else KindGroup.DAMAGE if is_damage(kind) else KindGroup.OTHER


def is_failure(kind: str) -> bool:
    """Return whether every event of this kind is a failure (an error or a denial).

    A failed tool call is a failure too, but only the payload of its ToolResponse shows it.
    """
    return kind in FAILURE_KINDS


def is_denial(kind: str) -> bool:
    """Return whether the kind records that the agent was not allowed to do something."""
    return kind == _DENIED


def is_custom(kind: str) -> bool:
    """Return whether the kind is ``x:name``, whose meaning programs define."""
    return kind.startswith(CUSTOM_PREFIX)


def is_damage(kind: str) -> bool:
    """Return whether the kind means bytes that are not an event: ``(skipped)`` or ``(unreadable)``."""
    return kind.startswith("(")


_DENIED = Kind.CAPABILITY_DENIED.value
_HOLDING = ("step", "agent", "model", "guardrail", "plumbing")  # the last words of kinds of steps that hold others


def is_spanning(kind: str) -> bool:
    """Return whether the duration of such an event is that of others.

    They are the whole run, or the steps that follow the event and are within it, as the importers of traces write them.
    """
    return kind == END or (is_custom(kind) and kind.rpartition("/")[2] in _HOLDING)


def is_bookkeeping(kind: str) -> bool:
    """Return whether an event of this kind is not a step of the agent."""
    return kind.startswith(BOOKKEEPING_PREFIX)


def is_result(kind: str) -> bool:
    """Return whether an event records how the run ended or its verdict; it is not a step of the agent either."""
    return kind in RESULT_KINDS
