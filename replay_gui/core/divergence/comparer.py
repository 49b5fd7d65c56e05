"""Compares two runs: alignment, what rules silence, the divergences that are left, and their causes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.event_alignment import align
from replay_gui.core.divergence.causes.causal_columns import NO_STATE, CausalColumns, read_causal_columns
from replay_gui.core.divergence.causes.cause_builder import CauseBuilder
from replay_gui.core.divergence.causes.cause_finder import CauseFinder
from replay_gui.core.divergence.causes.joint_rows import JointRows
from replay_gui.core.divergence.compared_content import ComparedContent, members_in_order
from replay_gui.core.divergence.comparison import NO_EVENT, Alignment, Change, Comparison, Counts, Difference, Points
from replay_gui.core.divergence.rules.rule_filter import NONDETERMINISTIC, REPORTED, ChangedRows, RuleFilter
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.divergence.tool_differences import EqualRequests, tool_table
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.kinds import is_result

OnProgress = Callable[[int, int], None]  # (done, total), in any unit


def _ignore_progress(done: int, total: int) -> None:
    """Progress that nobody wants to hear of."""


def compare(
    a: ComparedSide,
    b: ComparedSide,
    rules: Rules | None = None,
    anchors: Sequence[tuple[int, int]] = (),
    on_progress: OnProgress = _ignore_progress,
) -> Comparison:
    """All that is known of two runs side by side. To try other rules on the same runs, keep a Comparer."""
    return Comparer(a, b, anchors, on_progress).compare(rules)


class Comparer:
    """Two runs side by side. What does not depend on rules is found once, so that other rules are tried at once.

    What a run says of its outcome, its end and what was expected is no step: it is compared as a whole, and is in no
    divergence and no cause.

    Attributes:
        rows: the aligned rows, STATE ones among them. changed: what changed rows differ in.
    """

    def __init__(
        self,
        a: ComparedSide,
        b: ComparedSide,
        anchors: Sequence[tuple[int, int]] = (),
        on_progress: OnProgress = _ignore_progress,
        gaps: tuple[str, ...] = (),
    ) -> None:
        """`gaps`: import notes of both runs by which something of their sources is missing in the logs."""
        size_a, size_b = a.log.source.size, b.log.source.size
        past_a = read_causal_columns(a.log, a.index.count, lambda at: on_progress(at, 2 * (size_a + size_b)))
        past_b = read_causal_columns(b.log, b.index.count, lambda at: on_progress(size_a + at, 2 * (size_a + size_b)))
        alignment = _with_states(align(a, b, anchors), past_a, past_b)
        self.rows = JointRows.of(a, b, alignment, past_a, past_b)
        self.changed = ChangedRows(a, b, alignment)
        self._equal_requests = EqualRequests(self.rows)
        self._filter = RuleFilter(Rules(), self.changed, alignment)
        self._content = ComparedContent(
            a.index.count + b.index.count, members_in_order(past_a.members, past_b.members), tuple(dict.fromkeys(gaps))
        )
        self._is_step = np.array([not is_result(kind) for kind in self.rows.kinds], np.bool_)[self.rows.kind]
        (result_a, said_a), (result_b, said_b) = _result(a), _result(b)
        self._results, self._results_equal = (result_a, result_b), said_a == said_b
        self._on_progress = on_progress

    def compare(self, rules: Rules | None = None) -> Comparison:
        """The comparison under these rules."""
        joint, alignment = self.rows, self.rows.alignment
        silence = self._filter = self._filter_for(Rules() if rules is None else rules)
        loud = silence.level == REPORTED
        live = (alignment.change != Change.EQUAL) & loud & self._is_step
        moved_here = (alignment.change == Change.MOVED) & (alignment.a == NO_EVENT)  # told of at their rows in A
        rows = np.flatnonzero(live & ~moved_here).astype(np.int32)
        answers = self._equal_requests.different_answers(silence)
        clerk = CauseBuilder(joint, self.changed, silence, answers)
        finder = CauseFinder(joint, live, silence.level == NONDETERMINISTIC, rows, clerk)
        finder.run()
        points = _points(alignment, rows, finder.cause)
        return Comparison(
            alignment=alignment,
            points=points,
            causes=tuple(clerk.build_cause(found, points) for found in finder.drafts),
            counts=_counts(alignment, live & ~moved_here, ~loud & ~moved_here),
            tools=tool_table(joint, answers, ~loud),
            ignored=~loud,
            content=self._content,
            results=self._results,
            results_equal=self._results_equal or self._ignores_results(~loud),
        )

    def differences(self, row: int) -> list[Difference]:
        """What the payloads of a changed row differ in, marked by the rules of the last comparison."""
        return self._filter.marked_differences(row, self.rows.kind_of(row), self.rows.tool_of(row))

    def _ignores_results(self, ignored: NDArray[np.bool_]) -> bool:
        """Whether rules ignore all that differs in what is said of the outcome, the end and what was expected."""
        different = ~self._is_step & (self.rows.alignment.change != Change.EQUAL)
        return bool(different.any() and ignored[different].all())

    def _filter_for(self, rules: Rules) -> RuleFilter:
        silence = RuleFilter(rules, self.changed, self.rows.alignment)
        if len(rules):
            different = np.flatnonzero(self.rows.alignment.change != Change.EQUAL)
            total = len(different)
            silence.apply_rules(
                self._group_by_kind_and_tool(different), lambda done: self._on_progress(total + done, 2 * total)
            )
        return silence

    def _group_by_kind_and_tool(self, rows: NDArray[np.intp]) -> Iterator[tuple[str, str | None, NDArray[np.intp]]]:
        """These rows by kind and tool."""
        if not len(rows):
            return
        joint, width = self.rows, len(self.rows.tools) + 1
        keys = joint.kind[rows].astype(np.int64) * width + joint.tool[rows] + 1
        order = np.argsort(keys, kind="stable")
        distinct, starts = np.unique(keys[order], return_index=True)
        for key, group in zip(distinct.tolist(), np.split(rows[order], starts[1:]), strict=True):
            kind, tool = divmod(key, width)
            yield joint.kinds[kind], joint.tools[tool - 1] if tool else None, group


def _with_states(aligned: Alignment, past_a: CausalColumns, past_b: CausalColumns) -> Alignment:
    """With STATE where equal events lead from equal states to different ones.

    What differs among the events since the states were last seen equal explains a difference; then it is none.
    """
    change = aligned.change.copy()
    equal = np.flatnonzero(change == Change.EQUAL)
    state_a, state_b = past_a.state[aligned.a[equal]], past_b.state[aligned.b[equal]]
    seen = (state_a != NO_STATE) & (state_b != NO_STATE)
    checked, same = equal[seen], (state_a == state_b)[seen]
    if not same.all():
        apart = np.concatenate(([0], np.cumsum(change != Change.EQUAL)))
        same_before = np.concatenate(([True], same[:-1]))
        since = np.concatenate(([0], checked[:-1]))
        change[checked[~same & same_before & (apart[checked] == apart[since])]] = Change.STATE
    return replace(aligned, change=change)


def _result(side: ComparedSide) -> tuple[RunResult, list[tuple[str, str]]]:
    """What a run says of its outcome and end, and the (kind, content hash) of all events that say so, in order."""
    kinds = [number for number, kind in enumerate(side.index.kinds) if is_result(kind)]
    found, result = list[tuple[str, str]](), RunResult()
    for index in np.flatnonzero(np.isin(side.index.kind, kinds)).tolist() if kinds else ():
        event = side.event(index)
        result = result.with_event(event.kind, event.payload)
        found.append((event.kind, side.content_hash(index)))
    return result, found


def _points(alignment: Alignment, rows: NDArray[np.int32], cause: NDArray[np.int32]) -> Points:
    """The points at these rows; a moved event's counterpart is elsewhere."""
    a, b, change = alignment.a[rows], alignment.b[rows], alignment.change[rows]
    moved = change == Change.MOVED
    b[moved] = alignment.partner_of_a[a[moved]]
    return Points(rows, a, b, change, cause)


def _counts(alignment: Alignment, points: NDArray[np.bool_], silenced: NDArray[np.bool_]) -> Counts:
    by = np.bincount(alignment.change[points], minlength=len(Change)).tolist()
    equal = int((alignment.change == Change.EQUAL).sum())
    changed, moved, only_a, only_b, state = by[1:]
    return Counts(
        equal=equal,
        changed=changed,
        moved=moved,
        only_a=only_a,
        only_b=only_b,
        state=state,
        ignored=int(silenced.sum()),
    )
