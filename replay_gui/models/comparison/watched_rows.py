"""The watched values of both sides of a comparison, as lines beside each other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.word_diff import changed_words, cut_to_difference
from replay_gui.core.state.bounded_equality import BoundedEquality
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.core.translation.messages import tr
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.diff_lines import DiffLine, DiffStyle
from replay_gui.models.comparison.diff_rows import DiffRows
from replay_gui.models.values.value_row import ValueRow
from replay_gui.models.values.watched_values import WatchedValues

_MAX_CHARACTERS = 32  # of the value of each side, which stand beside each other


class WatchedRows(DiffRows):
    """One line for each path watched in A: the value in A beside the value in B, at the positions of both."""

    def __init__(self, session: ComparisonSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._sides = tuple(WatchedValues(run, self) for run in (session.a, session.b))
        session.a.values.paths.changed.connect(self._on_paths_changed)
        session.active_changed.connect(self._on_paths_changed)
        for side in self._sides:
            side.rows_changed.connect(self._on_shown)
        self._on_shown()

    @Slot()
    def _on_paths_changed(self) -> None:
        """Watch the same paths in B as in A, while they are compared."""
        paths = self._session.a.values.paths.paths if self._session.active else ()
        self._session.b.values.paths.set_paths(paths)

    @Slot()
    def _on_shown(self) -> None:
        a, b = self._sides
        rows = range(min(a.rowCount(), b.rowCount()))
        values = [(join_pointer(a.row(row).path), a.value(row), b.value(row)) for row in rows]
        equality = BoundedEquality()
        lines = [_line(a.row(row), b.row(row), each, equality) for row, each in zip(rows, values, strict=True)]
        self.show_lines(lines, [Difference(*difference) for difference in values])


def _line(a: ValueRow, b: ValueRow, values: tuple[str, object, object], equality: BoundedEquality) -> DiffLine:
    path, value_a, value_b = values
    words_a, words_b = (row.text or row.note for row in (a, b))
    equal = equality.equal(value_a, value_b)
    if equal is not False:
        note = words_a if words_a == words_b else f"A {words_a} · B {words_b}"
        if not equal:
            note = tr("too large to be compared here · {value}", value=note)
        elif value_a is not ABSENT:
            note = tr("equal · {value}", value=note)
        return DiffLine(DiffStyle.QUIET, a.key, note=note, path=path)
    words_a, words_b = cut_to_difference(words_a, words_b, _MAX_CHARACTERS)
    marked_a, marked_b = changed_words(words_a, words_b)
    return DiffLine(DiffStyle.PAIR, a.key, a=words_a, b=words_b, marked_a=marked_a, marked_b=marked_b, path=path)
