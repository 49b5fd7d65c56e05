"""Compare two runs: align them, apply rules, and find the remaining divergences and their causes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.event_alignment import align_runs
from replay_gui.core.divergence.causes.cause_builder import CauseBuilder
from replay_gui.core.divergence.causes.cause_finder import CauseFinder
from replay_gui.core.divergence.causes.joint_rows import JointRows
from replay_gui.core.divergence.compared_content import ComparedContent
from replay_gui.core.divergence.comparison import Alignment, Change, Comparison, Counts, Difference, Points
from replay_gui.core.divergence.rules.rule_filter import NONDETERMINISTIC, REPORTED, ChangedRows, RuleFilter
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.side import ComparedSide, EventRedactor
from replay_gui.core.divergence.tool_differences import EqualRequests, compare_tools
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.index.index_columns import NO_STATE
from replay_gui.core.index.meta_columns import sum_members
from replay_gui.core.log.kinds import is_result
from replay_gui.core.log.positions import NO_EVENT, EventIndex

OnProgress = Callable[[int, int], None]  # gets (done, total), in any unit


def _ignore_progress(done: int, total: int) -> None:
    """Do nothing."""


class Comparer:
    """A comparison of two runs that can be repeated with other rules; everything independent of rules is computed once.

    The events that record a run's outcome, its end and the expected result are not steps: they are compared as a whole,
    and are in no divergence and no cause.

    Attributes:
        rows: the aligned rows, including those with Change.STATE.
        changed: the differences of changed rows.
    """

    def __init__(
        self,
        a: ComparedSide,
        b: ComparedSide,
        anchors: Sequence[tuple[int, int]] = (),
        on_progress: OnProgress = _ignore_progress,
        gaps: tuple[str, ...] = (),
    ) -> None:
        """Align the runs.

        Args:
            a, b: both sides.
            anchors: see `align_runs`; ValueError as there.
            on_progress: called by `compare` with (done, total), in rows.
            gaps: import notes of both runs about data of their source files that is missing in the logs.
        """
        alignment = _with_states(align_runs(a, b, anchors), a, b)
        self.rows = JointRows.from_alignment(a, b, alignment)
        self.changed = ChangedRows(a, b, alignment)
        self._equal_requests = EqualRequests(self.rows)
        self._filter = RuleFilter(Rules(), self.changed, alignment)
        self._content = ComparedContent(
            a.index.count + b.index.count,
            sum_members(a.members, b.members),
            tuple(dict.fromkeys(gaps)),
        )
        self._is_step = np.array([not is_result(kind) for kind in self.rows.kinds], np.bool_)[self.rows.kind]
        (result_a, events_a), (result_b, events_b) = _result(a), _result(b)
        self._results, self._results_equal = (result_a, result_b), events_a == events_b
        self._on_progress = on_progress

    def compare(self, rules: Rules | None = None, redactor: EventRedactor | None = None) -> Comparison:
        """Return the comparison under these rules; `redactor`: hides secrets in explanations."""
        joint, alignment = self.rows, self.rows.alignment
        rule_filter = self._filter = self._filter_for(Rules() if rules is None else rules)
        ignored = rule_filter.level != REPORTED
        live = (alignment.change != Change.EQUAL) & ~ignored & self._is_step
        is_moved_in_b = (alignment.change == Change.MOVED) & (alignment.a == NO_EVENT)  # its point is at its row in A
        rows = np.flatnonzero(live & ~is_moved_in_b).astype(np.int32)
        answers = self._equal_requests.different_answers(rule_filter)
        builder = CauseBuilder(joint, rule_filter, answers, redactor)
        finder = CauseFinder(joint, live, rule_filter.level == NONDETERMINISTIC, rows, builder)
        finder.run()
        points = _points(alignment, rows, finder.cause)
        return Comparison(
            alignment=alignment,
            points=points,
            causes=tuple(builder.build_cause(draft, points) for draft in finder.drafts),
            counts=_counts(alignment, live & ~is_moved_in_b, ignored & ~is_moved_in_b),
            tools=compare_tools(joint, answers, ignored),
            ignored=ignored,
            content=self._content,
            results=self._results,
            results_equal=self._results_equal or self._ignores_results(ignored),
        )

    def differences(self, row: int) -> list[Difference]:
        """Return the differences of a changed row; those that the rules of the last comparison ignore are marked."""
        return self._filter.marked_differences(row, self.rows.kind_of(row), self.rows.tool_of(row))

    def _ignores_results(self, ignored: NDArray[np.bool_]) -> bool:
        """Whether the outcome, the end or the expected result differs, and rules ignore all these differences."""
        different = ~self._is_step & (self.rows.alignment.change != Change.EQUAL)
        return bool(different.any() and ignored[different].all())

    def _filter_for(self, rules: Rules) -> RuleFilter:
        """Return the rules, applied to all rows that differ."""
        rule_filter = RuleFilter(rules, self.changed, self.rows.alignment)
        if len(rules):
            different = np.flatnonzero(self.rows.alignment.change != Change.EQUAL)
            total = len(different)
            rule_filter.apply_rules(
                self._group_by_kind_and_tool(different), lambda done: self._on_progress(total + done, 2 * total)
            )
        return rule_filter

    def _group_by_kind_and_tool(self, rows: NDArray[np.intp]) -> Iterator[tuple[str, str | None, NDArray[np.intp]]]:
        """Yield (kind, tool, rows)."""
        if not len(rows):
            return
        joint, width = self.rows, len(self.rows.tools) + 1
        keys = joint.kind[rows].astype(np.int64) * width + joint.tool[rows] + 1
        order = np.argsort(keys, kind="stable")
        distinct, starts = np.unique(keys[order], return_index=True)
        for key, group in zip(distinct.tolist(), np.split(rows[order], starts[1:]), strict=True):
            kind, tool = divmod(key, width)
            yield joint.kinds[kind], joint.tools[tool - 1] if tool else None, group


def _with_states(aligned: Alignment, a: ComparedSide, b: ComparedSide) -> Alignment:
    """Return the alignment with Change.STATE for equal events that lead from equal states to different ones.

    If an event differs since the states were last recorded as equal, it explains the difference; then no row is
    marked.
    """
    change = aligned.change.copy()
    equal = np.flatnonzero(change == Change.EQUAL)
    state_a, state_b = a.causal.state[aligned.a[equal]], b.causal.state[aligned.b[equal]]
    known = (state_a != NO_STATE) & (state_b != NO_STATE)
    checked, same = equal[known], (state_a == state_b)[known]
    if not same.all():
        apart = np.concatenate(([0], np.cumsum(change != Change.EQUAL)))
        same_before = np.concatenate(([True], same[:-1]))
        since = np.concatenate(([0], checked[:-1]))
        change[checked[~same & same_before & (apart[checked] == apart[since])]] = Change.STATE
    return replace(aligned, change=change)


def _result(side: ComparedSide) -> tuple[RunResult, list[tuple[str, str]]]:
    """Return the outcome and end that a run records, and (kind, content hash) of the events with them, in order."""
    kinds = [number for number, kind in enumerate(side.index.kinds) if is_result(kind)]
    hashes, result = list[tuple[str, str]](), RunResult()
    for index in map(EventIndex, np.flatnonzero(np.isin(side.index.kind, kinds)).tolist() if kinds else ()):
        event = side.event(index)
        result = result.with_event(event.kind, event.payload)
        hashes.append((event.kind, side.content_hash(index)))
    return result, hashes


def _points(alignment: Alignment, rows: NDArray[np.int32], cause: NDArray[np.int32]) -> Points:
    """Return the points at these rows; the counterpart of a moved event is in another row."""
    a, b, change = alignment.a[rows], alignment.b[rows], alignment.change[rows]
    moved = change == Change.MOVED
    b[moved] = alignment.partner_of_a[a[moved]]
    return Points(rows, a, b, change, cause)


def _counts(alignment: Alignment, points: NDArray[np.bool_], ignored: NDArray[np.bool_]) -> Counts:
    """Return the number of rows by Change; `points`, `ignored`: bool[rows]."""
    by_change = np.bincount(alignment.change[points], minlength=len(Change)).tolist()
    equal = int((alignment.change == Change.EQUAL).sum())
    changed, moved, only_a, only_b, state = by_change[1:]
    return Counts(
        equal=equal,
        changed=changed,
        moved=moved,
        only_a=only_a,
        only_b=only_b,
        state=state,
        ignored=int(ignored.sum()),
    )
