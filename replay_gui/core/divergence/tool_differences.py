"""The calls, errors and different answers of each tool in both runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.causes.joint_rows import JointRows
from replay_gui.core.divergence.comparison import Change, ToolDifference
from replay_gui.core.divergence.rules.rule_filter import RuleFilter
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.index.run_index import FLAG_FAILED, NO_PAIR
from replay_gui.core.log.kinds import Kind

REQUEST = Kind.TOOL_REQUEST.value


class EqualRequests:
    """The changed tool responses whose requests are equal.

    Requests are compared by content if they are known, and otherwise by the hashes that the responses refer to them by.
    """

    def __init__(self, joint: JointRows) -> None:
        self._joint, alignment = joint, joint.alignment
        self._changed = np.flatnonzero(joint.is_answer & (alignment.change == Change.CHANGED))
        a, b = joint.a, joint.b
        index_a, index_b = alignment.a[self._changed], alignment.b[self._changed]
        request_a, request_b = a.index.pair[index_a], b.index.pair[index_b]
        known = (request_a != NO_PAIR) & (request_b != NO_PAIR)
        self._equal = np.zeros(len(self._changed), np.bool_)
        self._equal[known] = a.content[request_a[known]] == b.content[request_b[known]]
        self._hashes = {int(i): self._request_hashes(int(i)) for i in np.flatnonzero(~self._equal)}

    def _request_hashes(self, i: int) -> tuple[object, object]:
        row = int(self._changed[i])
        a, b = self._joint.event_a(row), self._joint.event_b(row)
        assert a is not None
        assert b is not None
        return a.payload.get("request_hash"), b.payload.get("request_hash")

    def different_answers(self, rule_filter: RuleFilter) -> NDArray[np.bool_]:
        """Return bool[rows]: answers that differ although their requests are equal, by content or by rules."""
        equal = self._equal.copy()
        for i, (hash_a, hash_b) in self._hashes.items():
            equal[i] = rule_filter.treats_as_equal(hash_a, hash_b)
        is_different = np.zeros(len(self._joint.kind), np.bool_)
        is_different[self._changed[equal]] = True
        return is_different


def compare_tools(
    joint: JointRows, different: NDArray[np.bool_], ignored: NDArray[np.bool_]
) -> tuple[ToolDifference, ...]:
    """Return one entry per tool of either run, sorted by name.

    Args:
        different: bool[rows], answers to equal requests that differ.
        ignored: bool[rows], differences that rules ignore.
    """
    tools, size = joint.tools, len(joint.tools)
    calls_a, errors_a = _calls_and_errors(joint.a, tools)
    calls_b, errors_b = _calls_and_errors(joint.b, tools)
    named = different & (joint.tool >= 0)
    different_count = np.bincount(joint.tool[named], minlength=size)
    ignored_count = np.bincount(joint.tool[named & ignored], minlength=size)
    return tuple(
        ToolDifference(
            name,
            calls_a=int(calls_a[i]),
            calls_b=int(calls_b[i]),
            errors_a=int(errors_a[i]),
            errors_b=int(errors_b[i]),
            answered_otherwise=int(different_count[i]),
            ignored=int(ignored_count[i]),
        )
        for name, i in sorted(zip(tools, range(size), strict=True))
    )


def _calls_and_errors(side: ComparedSide, tools: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the number of calls and of errors of one run, by index into `tools`."""
    index = side.index
    number = {name: i for i, name in enumerate(tools)}
    translated = np.array([*(number[name] for name in index.tools), len(tools)], np.int32)  # the last for NO_TOOL
    tool = translated[index.tool]
    calls = np.bincount(tool[index.kind == index.kinds.index(REQUEST)], minlength=len(tools))
    errors = np.bincount(tool[(index.flags & FLAG_FAILED) != 0], minlength=len(tools))
    return calls, errors
