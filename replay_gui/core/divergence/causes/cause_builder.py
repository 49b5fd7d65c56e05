"""What a cause rests on, read from both runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.causes.cause_finder import REPLACEMENT_ROWS, CauseDraft
from replay_gui.core.divergence.causes.explanations import Evidence, explain, noise_names
from replay_gui.core.divergence.causes.joint_rows import JointRows
from replay_gui.core.divergence.comparison import NO_EVENT, Cause, CauseKind, Change, Difference, Points
from replay_gui.core.divergence.rules.rule_filter import REFERENCE_HASHES, REPORTED, ChangedRows, RuleFilter
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import is_result


class CauseBuilder:
    """Answers what the analysis asks about single events, and puts causes in words.

    `answers`: rows of answers to equal requests that differ.
    """

    def __init__(self, joint: JointRows, rows: ChangedRows, silence: RuleFilter, answers: NDArray[np.bool_]) -> None:
        self._joint, self._rows, self._filter, self._answers = joint, rows, silence, answers
        named = answers & (joint.tool >= 0)
        equal = joint.is_answer & (joint.alignment.change == Change.EQUAL) & (joint.tool >= 0)
        size = len(joint.tools)
        results = [number for number, kind in enumerate(joint.kinds) if is_result(kind)]
        steps = np.flatnonzero(~np.isin(joint.kind, results))
        self._step_rows = int(steps[-1]) + 1 if len(steps) else 0  # without those of outcomes after the last step
        self._different_answers = np.bincount(joint.tool[named], minlength=size)
        self._compared_answers = np.bincount(joint.tool[named | equal], minlength=size)
        silenced = silence.level != REPORTED
        self._ignored_by_kind = np.bincount(joint.kind[silenced], minlength=len(joint.kinds))
        self._ignored_by_tool = np.bincount(joint.tool[answers & silenced & named], minlength=size)

    # ---- for the analysis ---------------------------------------------------------------------------
    def answers_equal_request(self, row: int) -> bool:
        """Whether the row holds the answer to a request that is equal on both sides."""
        return bool(self._answers[row])

    def is_noise(self, row: int) -> bool:
        """Whether all that differs in a row, references by hash aside, looks like noise (a time, an id, a duration)."""
        found = [d for d in self._differences(row) if not d.ignored]
        own = [d for d in found if not d.path.endswith(REFERENCE_HASHES)]  # those differ where what they name differs
        return bool(found) and (not own or noise_names(own) is not None)

    def memory_key(self, row: int) -> str | None:
        """The key that the row's event writes to memory, from A or else from B; None if it names none."""
        event = self._joint.event_a(row) or self._joint.event_b(row)
        key = None if event is None else event.payload.get("key")
        return key if isinstance(key, str) else None

    # ---- words --------------------------------------------------------------------------------------
    def build_cause(self, found: CauseDraft, points: Points) -> Cause:
        """The cause as it is published."""
        row, change = int(points.row[found.point]), Change(int(points.change[found.point]))
        index_a, index_b = int(points.a[found.point]), int(points.b[found.point])
        a = None if index_a == NO_EVENT else self._joint.a.event(index_a)
        b = None if index_b == NO_EVENT else self._joint.b.event(index_b)
        tool = int(self._joint.tool[row])
        is_tool = found.kind is CauseKind.TOOL and tool >= 0
        length = self._stretch_length(found.point, points, change)
        evidence = Evidence(
            change,
            a,
            b,
            [d for d in self._differences(row) if not d.ignored] if change is Change.CHANGED else [],
            self._request(index_a) if is_tool else None,
            self._replacement(row, change) if found.kind is CauseKind.DECISION else None,
            length,
            change in (Change.ONLY_A, Change.ONLY_B) and row + length == self._step_rows,
            int(self._different_answers[tool]) if is_tool else 0,
            int(self._compared_answers[tool]) if is_tool else 0,
        )
        suppressed = self._ignored_by_tool[tool] if is_tool else self._ignored_by_kind[self._joint.kind[row]]
        words = explain(found, evidence)
        return Cause(
            found.point, found.kind, found.tool, found.certain, words, found.consequences, int(suppressed), found.rank
        )

    def _differences(self, row: int) -> list[Difference]:
        return self._filter.marked_differences(row, self._joint.kind_of(row), self._joint.tool_of(row))

    def _request(self, index: int) -> Event | None:
        request = int(self._joint.a.index.pair[index])
        return None if request == NO_PAIR else self._joint.a.event(request)

    def _replacement(self, row: int, change: Change) -> Event | None:
        """What the other run has in the place of a step that one run alone has."""
        if change not in (Change.ONLY_A, Change.ONLY_B):
            return None
        column = self._joint.alignment.b if change is Change.ONLY_A else self._joint.alignment.a
        ahead = np.flatnonzero(column[row : row + REPLACEMENT_ROWS] != NO_EVENT)
        if not len(ahead):
            return None
        at = row + int(ahead[0])
        return self._joint.event_b(at) if change is Change.ONLY_A else self._joint.event_a(at)

    def _stretch_length(self, point: int, points: Points, change: Change) -> int:
        """Steps in a row that one run alone has; moved events that make one change of order."""
        stop = point + 1
        while stop < len(points.row) and points.change[stop] == change:
            apart = points.row[stop] - points.row[stop - 1]
            if points.cause[stop] != points.cause[point] or (change is not Change.MOVED and apart != 1):
                break
            stop += 1
        return stop - point
