"""Build the published causes: read the events behind a cause, count them, and explain it in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.causes.cause_finder import REPLACEMENT_ROWS, CauseDraft
from replay_gui.core.divergence.causes.explanations import Evidence, explanation_text, noise_names
from replay_gui.core.divergence.causes.joint_rows import JointRows
from replay_gui.core.divergence.comparison import Cause, CauseKind, Change, Difference, Points
from replay_gui.core.divergence.rules.rule_filter import REFERENCE_HASHES, REPORTED, RuleFilter
from replay_gui.core.divergence.side import EventRedactor
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import is_result
from replay_gui.core.log.positions import NO_EVENT, EventIndex


class CauseBuilder:
    """Answers the analysis' queries about single rows (see CauseQueries) and turns its drafts into causes."""

    def __init__(
        self,
        joint: JointRows,
        rule_filter: RuleFilter,
        different_answers: NDArray[np.bool_],
        redactor: EventRedactor | None = None,
    ) -> None:
        """`different_answers`: bool[rows], answers to equal requests that differ. `redactor`: hides secrets."""
        self._joint, self._filter, self._is_different_answer = joint, rule_filter, different_answers
        self._redactor = redactor
        with_tool = joint.tool >= 0
        different = different_answers & with_tool
        equal = joint.is_answer & (joint.alignment.change == Change.EQUAL) & with_tool
        ignored = rule_filter.level != REPORTED
        tool_count = len(joint.tools)
        self._different_answers = np.bincount(joint.tool[different], minlength=tool_count)
        self._compared_answers = np.bincount(joint.tool[different | equal], minlength=tool_count)
        self._ignored_by_tool = np.bincount(joint.tool[different & ignored], minlength=tool_count)
        self._ignored_by_kind = np.bincount(joint.kind[ignored], minlength=len(joint.kinds))
        results = [number for number, kind in enumerate(joint.kinds) if is_result(kind)]
        steps = np.flatnonzero(~np.isin(joint.kind, results))
        self._step_rows = int(steps[-1]) + 1 if len(steps) else 0  # number of rows up to the last step

    # ---- queries of the analysis --------------------------------------------------------------------
    def answers_equal_request(self, row: int) -> bool:
        """Whether the row holds different answers to a request that is equal on both sides."""
        return bool(self._is_different_answer[row])

    def is_noise(self, row: int) -> bool:
        """Whether all differences in a row, except references by hash, look like noise (a time, an id, a duration)."""
        reported = self._reported_differences(row)
        own = [difference for difference in reported if not difference.path.endswith(REFERENCE_HASHES)]
        return bool(reported) and (not own or noise_names(own) is not None)

    def memory_key(self, row: int) -> str | None:
        """The key that the row's event writes to memory, from A or else from B; None if it names none."""
        event = self._joint.event_a(row) or self._joint.event_b(row)
        key = None if event is None else event.payload.get("key")
        return key if isinstance(key, str) else None

    # ---- causes -------------------------------------------------------------------------------------
    def build_cause(self, draft: CauseDraft, points: Points) -> Cause:
        """Return the cause with its explanation and counts."""
        row, change = int(points.row[draft.point]), Change(int(points.change[draft.point]))
        index_a, index_b = EventIndex(int(points.a[draft.point])), EventIndex(int(points.b[draft.point]))
        tool = int(self._joint.tool[row])
        is_tool = draft.kind is CauseKind.TOOL and tool >= 0
        length = self._stretch_length(draft.point, points, change)
        evidence = Evidence(
            change=change,
            a=None if index_a == NO_EVENT else self._joint.a.event(index_a),
            b=None if index_b == NO_EVENT else self._joint.b.event(index_b),
            differences=self._reported_differences(row) if change is Change.CHANGED else [],
            request=self._request(index_a) if is_tool else None,
            replacement=self._replacement(row, change) if draft.kind is CauseKind.DECISION else None,
            length=length,
            at_end=change in (Change.ONLY_A, Change.ONLY_B) and row + length == self._step_rows,
            different_answers=int(self._different_answers[tool]) if is_tool else 0,
            compared_answers=int(self._compared_answers[tool]) if is_tool else 0,
        )
        redacted_draft, redacted_evidence = draft, evidence
        if self._redactor is not None:
            redacted_draft, redacted_evidence = _with_hidden_secrets(draft, evidence, self._redactor)
        return Cause(
            point=draft.point,
            kind=draft.kind,
            tool=draft.tool,
            certain=draft.certain,
            explanation=explanation_text(redacted_draft, redacted_evidence),
            consequences=draft.consequences,
            suppressed=int(self._ignored_by_tool[tool] if is_tool else self._ignored_by_kind[self._joint.kind[row]]),
            rank=draft.rank,
        )

    def _reported_differences(self, row: int) -> list[Difference]:
        """Return the differences of a changed row that no rule ignores."""
        differences = self._filter.marked_differences(row, self._joint.kind_of(row), self._joint.tool_of(row))
        return [difference for difference in differences if not difference.ignored]

    def _request(self, index: EventIndex) -> Event | None:
        """Return the request of a response of A."""
        request = EventIndex(int(self._joint.a.index.pair[index]))
        return None if request == NO_PAIR else self._joint.a.event(request)

    def _replacement(self, row: int, change: Change) -> Event | None:
        """Return the next event of the other run at or below a row that only one run has."""
        if change not in (Change.ONLY_A, Change.ONLY_B):
            return None
        column = self._joint.alignment.b if change is Change.ONLY_A else self._joint.alignment.a
        following = np.flatnonzero(column[row : row + REPLACEMENT_ROWS] != NO_EVENT)
        if not len(following):
            return None
        other_row = row + int(following[0])
        return self._joint.event_b(other_row) if change is Change.ONLY_A else self._joint.event_a(other_row)

    def _stretch_length(self, point: int, points: Points, change: Change) -> int:
        """Return the number of consecutive steps that only one run has, or of moved events with one cause."""
        stop = point + 1
        while stop < len(points.row) and points.change[stop] == change:
            distance = points.row[stop] - points.row[stop - 1]
            if points.cause[stop] != points.cause[point] or (change is not Change.MOVED and distance != 1):
                break
            stop += 1
        return stop - point


def _with_hidden_secrets(draft: CauseDraft, evidence: Evidence, redactor: EventRedactor) -> tuple[CauseDraft, Evidence]:
    """Return both with their secrets hidden."""
    a, b, request, replacement = (
        None if event is None else redactor.event(event)
        for event in (evidence.a, evidence.b, evidence.request, evidence.replacement)
    )
    redacted_draft = replace(draft, tool=None if draft.tool is None else redactor.text(draft.tool))
    differences = evidence.differences
    if evidence.a is not None and evidence.b is not None:
        differences = [redactor.difference(difference, evidence.a, evidence.b) for difference in differences]
    return redacted_draft, replace(
        evidence, a=a, b=b, request=request, replacement=replacement, differences=differences
    )
