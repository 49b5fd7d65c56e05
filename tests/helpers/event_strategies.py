"""Hypothesis strategies: plain values, events that fit and events that do not, JSON Patch operations."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st

Strategy: TypeAlias = st.SearchStrategy[Any]
Payload: TypeAlias = dict[str, Any]

integers = st.integers(-(1 << 63), (1 << 64) - 1)
scalars: Strategy = st.one_of(
    st.none(), st.booleans(), integers, st.floats(), st.text(max_size=8), st.binary(max_size=8)
)


def _containers(inner: Strategy) -> Strategy:
    return st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)


values: Strategy = st.recursive(scalars, _containers, max_leaves=12)
"""Every value that the format has."""

small_values: Strategy = st.sampled_from(
    [0, 1, -0.0, True, None, "x", b"x", [], {}, [1, [2]], {"a": {"b": 1}}, 1 << 63]
)
names = st.sampled_from(["a", "b", "c", "a/b", "~", "", "calls"])
tools = st.sampled_from(["search", "shell"])
maybe_text = st.sampled_from([None, "why"])

_ROOTS = ["memory", "tools", "pending", "messages", "observations", "patches", "errors", "phase", "new", "list"]
_TOKENS = ["a", "b", "0", "1", "2", "-", "00", "a~1b", "~0", "~2", "", "search", "calls", "count", "x"]
pointers = st.builds(
    lambda root, rest: "/" + "/".join([root, *rest]),
    st.sampled_from(_ROOTS),
    st.lists(st.sampled_from(_TOKENS), max_size=3),
) | st.sampled_from(["", "a", "/", "/~", "/~~01", "/a~"])

operations: Strategy = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["add", "add", "replace"]), "path": pointers, "value": small_values}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": pointers}),
)
ops = st.lists(operations, max_size=3)


def _kind(kind: str, **fields: Strategy) -> Strategy:
    return st.tuples(st.just(kind), st.fixed_dictionaries(fields))


_text = st.just("t")
request_hashes = st.sampled_from(["h1", "h2"])
fitting: Strategy = st.one_of(
    _kind("AgentInit", agent_type=_text, agent_version=_text, config=st.just({"m": 1})),
    st.builds(
        lambda p: ("StateTransition", p),
        st.sampled_from([{"transition_type": "t"}, {"transition_type": "t", "phase": "p"}]),
    ),
    _kind("ToolRequest", tool_name=tools, tool_version=_text, input=small_values, capabilities=st.just([])),
    _kind(
        "ToolResponse",
        tool_name=tools,
        request_hash=request_hashes,
        output=small_values,
        success=st.booleans(),
        error=maybe_text,
    ),
    _kind("CapabilityDenied", capability=_text, tool_name=tools, reason=_text),
    _kind("Observation", obs_type=st.sampled_from(["message", "sensor"]), source=_text, data=small_values),
    _kind("Decision", decision_type=st.sampled_from(["message", "plan"]), data=small_values, reasoning=maybe_text),
    _kind("MemoryWrite", key=names, value=small_values),
    _kind("MemoryWrite", key=names, operation=st.sampled_from(["set", "delete"]), value=small_values),
    _kind("MemoryWrite", key=names, operation=st.just("delete")),
    _kind("MemoryRead", key=names),
    _kind("PatchProposal", patch_hash=names, patch_type=_text, target=names, patch=small_values, reasoning=maybe_text),
    _kind("PatchApplied", patch_hash=names),
    _kind("PatchRejected", patch_hash=names, reason=_text, stage=_text),
    _kind("Error", error_type=_text, message=names, component=_text, recoverable=st.booleans()),
    _kind("Snapshot", snapshot_type=_text),
    _kind("x:note", text=_text),
)
"""(kind, payload) with every required field."""


def _with_ops(event: tuple[str, Payload], operations: list[Any]) -> tuple[str, Payload]:
    return event[0], {**event[1], "ops": operations}


def _broken(event: tuple[str, Payload], at: int, value: Any) -> tuple[str, Payload]:
    """The event with one field of another type, or without it."""
    names = sorted(event[1])
    name = names[at % len(names)]
    rest = {key: field for key, field in event[1].items() if key != name}
    return event[0], rest if value == "gone" else {**rest, name: value}


with_ops: Strategy = st.builds(_with_ops, fitting, ops)
broken: Strategy = st.builds(_broken, fitting, st.integers(0, 5), st.sampled_from(["gone", None, 3, [], {}]))
events: Strategy = st.one_of(fitting, fitting, with_ops, broken)
"""Events that may or may not apply to the state they meet."""
