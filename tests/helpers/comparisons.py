"""Comparisons made by hand, and a session that shows them without an engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QApplication

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.comparison import (
    NO_CAUSE,
    Alignment,
    Cause,
    CauseKind,
    Change,
    Comparison,
    Counts,
    Points,
    ToolDifference,
)
from replay_gui.core.log.positions import NO_EVENT
from replay_gui.engine.answers import AlignedRow, AlignedRows, Compared, EventRow, RunFacts, Step
from replay_gui.engine.requests import GetAligned, RequestBody
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_states import Comparing
from replay_gui.models.session import Session
from tests.helpers.story import event_at, story_index, story_row

TOOLS = (
    ToolDifference("search", calls_a=3, calls_b=4, errors_a=0, errors_b=1, answered_otherwise=1, ignored=0),
    ToolDifference("read_file", calls_a=5, calls_b=5, errors_a=0, errors_b=0, answered_otherwise=0, ignored=0),
)


def alignment_of(changes: Sequence[Change]) -> Alignment:
    """Return rows with these changes; a MOVED row has an event of each side, the counterpart of its neighbour's."""
    a, b, place_a, place_b = [], [], 0, 0
    for change in changes:
        a.append(NO_EVENT if change is Change.ONLY_B else place_a)
        b.append(NO_EVENT if change is Change.ONLY_A else place_b)
        place_a += change is not Change.ONLY_B
        place_b += change is not Change.ONLY_A
    column_a, column_b = np.array(a, np.int32), np.array(b, np.int32)
    both = (column_a != NO_EVENT) & (column_b != NO_EVENT)
    partner_of_a, partner_of_b = np.full(place_a, NO_EVENT, np.int32), np.full(place_b, NO_EVENT, np.int32)
    partner_of_a[column_a[both]], partner_of_b[column_b[both]] = column_b[both], column_a[both]
    moved = [row for row, change in enumerate(changes) if change is Change.MOVED]
    for first, second in zip(moved[::2], moved[1::2], strict=True):
        partner_of_a[a[first]], partner_of_a[a[second]] = b[second], b[first]
        partner_of_b[b[first]], partner_of_b[b[second]] = a[second], a[first]
    return Alignment(column_a, column_b, np.array(changes, np.uint8), partner_of_a, partner_of_b)


def comparison_of(changes: Sequence[Change], causes: Sequence[Cause] = (), ignored: Sequence[int] = ()) -> Comparison:
    """Return a comparison with a point for each row that differs and is not ignored."""
    alignment = alignment_of(changes)
    silent = np.zeros(len(changes), np.bool_)
    silent[list(ignored)] = True
    rows = np.flatnonzero((alignment.change != Change.EQUAL) & ~silent).astype(np.int32)
    of = np.full(len(rows), 0 if causes else NO_CAUSE, np.int32)
    points = Points(rows, alignment.a[rows], alignment.b[rows], alignment.change[rows], of)
    by = [int(((alignment.change == change) & ~silent).sum()) for change in Change]
    counts = Counts(
        equal=by[0], changed=by[1], moved=by[2], only_a=by[3], only_b=by[4], state=by[5], ignored=len(ignored)
    )
    return Comparison(
        alignment=alignment, points=points, causes=tuple(causes), counts=counts, tools=TOOLS, ignored=silent
    )


def cause(point: int, kind: CauseKind = CauseKind.TOOL, certain: bool = True, consequences: int = 2) -> Cause:
    tool = "search" if kind is CauseKind.TOOL else None
    return Cause(
        point=point,
        kind=kind,
        tool=tool,
        certain=certain,
        explanation=f"What happened — at point {point}.",
        consequences=consequences,
        suppressed=0,
    )


class StoryComparison(ComparisonSession):
    """A session that shows a given comparison. Attributes: asked: the requests that were sent."""

    def __init__(self) -> None:
        self.asked: list[RequestBody] = []
        super().__init__(Session())

    def _send_request(self, key: str, request: RequestBody) -> None:
        self.asked.append(request)

    def show_runs(self, count_a: int, count_b: int) -> None:
        for session, count in ((self.a, count_a), (self.b, count_b)):
            session.facts, session.index = facts_of(f"/runs/{session.side.value}.rlog"), story_index(count)
            session.run_changed.emit()
            session.set_view(0, count)
        self.state = Comparing()
        self.active_changed.emit()

    def show(self, comparison: Comparison) -> None:
        """Show a comparison as if the engine had sent it."""
        if self.a.facts is None:
            self.show_runs(len(comparison.alignment.partner_of_a), len(comparison.alignment.partner_of_b))
        self._show(Compared(comparison, RowIndexes.from_alignment(comparison.alignment), 38.0))
        while self._showing.pending:  # the row to show comes in a separate turn
            QApplication.processEvents()

    def answer_rows(self) -> None:
        """Answer the newest request for rows."""
        question = next((one for one in reversed(self.asked) if isinstance(one, GetAligned)), None)
        if question is not None and self.comparison is not None:
            self.asked.clear()
            alignment = self.comparison.alignment
            rows = [
                AlignedRow(_story_side(int(alignment.a[row])), _story_side(int(alignment.b[row])))
                for row in range(question.start_row, min(question.stop_row, len(alignment.a)))
            ]
            self.rows_ready.emit(AlignedRows(question.start_row, tuple(rows)))

    def show_step(self, step: Step) -> None:
        self.step = step
        self.step_changed.emit()


def _story_side(place: int) -> EventRow | None:
    return None if place == NO_EVENT else story_row(place)


def facts_of(path: str) -> RunFacts:
    return RunFacts(
        path=path,
        name=path.rpartition("/")[2],
        run_id="run",
        format="rlog",
        origin="recorded",
        source="",
        notes=(),
        agent_type="",
        agent_version="",
        size=0,
        created=None,
    )


def step_of(row: int, **parts: object) -> Step:
    given: dict[str, object] = {
        "row": row, "index_a": row, "index_b": row, "a": event_at(row), "b": event_at(row), "request": "",
        "payload": (), "payload_equal": {}, "position_a": row + 1, "position_b": row + 1,
        "has_states": True, "state": (), "state_equal": {}, "state_cut": False,
    }  # fmt: skip
    return Step(**(given | parts))  # type: ignore[arg-type]
