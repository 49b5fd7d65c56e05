"""The steps of one run that led to the chosen reason, as a Qt list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.effects.effect import EffectFinding
from replay_gui.core.effects.effect_words import finding_words
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import Position, index_before
from replay_gui.core.reasons.origin import Side
from replay_gui.core.text.event_label import label_text
from replay_gui.core.translation.messages import trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.comparison.why_answers import TrailGap, TrailRow
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.why.why_session import WhySession


class TrailTable(QAbstractListModel):
    """`line(row)` returns a TrailRow or a TrailGap. The trail stays until the next one arrives."""

    def __init__(self, session: WhySession, side: Side, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self.side = session, side
        self._lines: tuple[TrailRow | TrailGap, ...] = ()
        session.trail_changed.connect(self._on_trail_changed)
        session.changed.connect(self._on_trail_changed)

    def line(self, row: int) -> TrailRow | TrailGap:
        """The line at a row; IndexError beyond the last."""
        return self._lines[row]

    def gap_text(self, gap: TrailGap) -> str:
        """Return the text for events that are left out."""
        return trn("{n} more step", "{n} more steps", gap.stop - gap.start)

    def effect(self, line: TrailRow) -> EffectFinding | None:
        """Return the effect of a call; None for other events, and if it is not known."""
        if line.row.kind != Kind.TOOL_REQUEST:
            return None
        return self._session.effect_of(self.side, index_before(line.row.position), line.row.tool)

    def row_at(self, position: Position) -> int:
        """Return the row of the event just before a position; -1 if it is not in the trail."""
        for number, line in enumerate(self._lines):
            if isinstance(line, TrailRow) and line.row.position == position:
                return number
        return -1

    def activate(self, row: int) -> None:
        """Go to the event of a row, or show the events of a gap."""
        line = self._lines[row]
        if isinstance(line, TrailGap):
            self._session.open_gap(self.side, line)
        else:
            self._session.go_to(self.side, index_before(line.row.position))

    @Slot()
    def _on_trail_changed(self) -> None:
        trail, result = self._session.trail, self._session.result
        if trail is None and result is not None and result.reasons:
            return  # the next one is on its way
        lines = () if trail is None else trail.a if self.side == "a" else trail.b
        if lines is not self._lines:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the line in words for a screen reader, or the same as a plain tooltip."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        line = self._lines[index.row()]
        if isinstance(line, TrailGap):
            return self.gap_text(line)
        words = f"{whole_number(line.row.position)} {label_text(line.row.label)} {line.row.text}"
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        finding = self.effect(line)
        return plain_tooltip(words if finding is None else f"{words}\n{finding_words(finding)}")
