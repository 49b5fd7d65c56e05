"""What each tool did in both runs, and which equal requests it answered otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.comparison import Change, ToolDifference
from replay_gui.core.divergence.joint_rows import JointRows
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.divergence.silence import Silence
from replay_gui.core.index.run_index import FLAG_FAILED, NO_PAIR
from replay_gui.core.log.kinds import Kind

REQUEST = Kind.TOOL_REQUEST.value


class EqualRequests:
    """Which changed answers are to equal requests.

    Requests are compared by content where they are known, else by the hashes that the answers name them by.
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
        self._hashes = {int(i): self._named(int(i)) for i in np.flatnonzero(~self._equal)}

    def _named(self, i: int) -> tuple[object, object]:
        row = int(self._changed[i])
        a, b = self._joint.event_a(row), self._joint.event_b(row)
        assert a is not None
        assert b is not None
        return a.payload.get("request_hash"), b.payload.get("request_hash")

    def rows(self, silence: Silence) -> NDArray[np.bool_]:
        """bool[rows]: answers that differ though their requests are equal, or are equal by rules."""
        equal = self._equal.copy()
        for i, (hash_a, hash_b) in self._hashes.items():
            equal[i] = silence.makes_equal(hash_a, hash_b)
        found = np.zeros(len(self._joint.kind), np.bool_)
        found[self._changed[equal]] = True
        return found


def tool_table(
    joint: JointRows, otherwise: NDArray[np.bool_], silenced: NDArray[np.bool_]
) -> tuple[ToolDifference, ...]:
    """One entry a tool of either run.

    Args:
        otherwise: bool[rows], answers to equal requests that differ. silenced: bool[rows], those that rules silence.
    """
    tools, size = joint.tools, len(joint.tools)
    calls_a, errors_a = _calls(joint.a, tools)
    calls_b, errors_b = _calls(joint.b, tools)
    named = otherwise & (joint.tool >= 0)
    differ = np.bincount(joint.tool[named], minlength=size)
    ignored = np.bincount(joint.tool[named & silenced], minlength=size)
    table = (calls_a, calls_b, errors_a, errors_b, differ, ignored)
    return tuple(
        ToolDifference(name, *(int(column[i]) for column in table))
        for name, i in sorted(zip(tools, range(size), strict=True))
    )


def _calls(side: ComparedSide, tools: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Calls and errors of one run by index into `tools`."""
    index = side.index
    number = {name: i for i, name in enumerate(tools)}
    translated = np.array([*(number[name] for name in index.tools), len(tools)], np.int32)  # the last for NO_TOOL
    tool = translated[index.tool]
    calls = np.bincount(tool[index.kind == index.kinds.index(REQUEST)], minlength=len(tools))
    errors = np.bincount(tool[(index.flags & FLAG_FAILED) != 0], minlength=len(tools))
    return calls, errors
