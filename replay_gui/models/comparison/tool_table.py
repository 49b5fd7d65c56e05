"""Calls, errors and different answers of each tool in both runs, as a Qt table."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.divergence.comparison import ToolDifference
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.tooltip import plain_tooltip

_HEADINGS = (
    translatable("Tool"),
    translatable("Calls A · B"),
    translatable("Errors A · B"),
    translatable("Other answer"),
)
_SPOKEN_HEADINGS = (
    translatable("tool"),
    translatable("calls in A and in B"),
    translatable("errors in A and in B"),
    translatable("equal requests with different answers"),
)
_MAX_NAME_CHARACTERS = 60


class ToolColumn(IntEnum):
    """The columns of the table of tools."""

    TOOL = 0
    CALLS = 1
    ERRORS = 2
    DIFFERENT_ANSWERS = 3


class ToolTable(QAbstractTableModel):
    """One row for each tool, those with different answers first. `tool(row)` returns its ToolDifference."""

    def __init__(self, session: ComparisonSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tools: list[ToolDifference] = []
        session.compared_changed.connect(self._on_compared_changed)

    def tool(self, row: int) -> ToolDifference:
        """Return the differences of the tool of a row; raise IndexError beyond the last."""
        return self._tools[row]

    @Slot()
    def _on_compared_changed(self) -> None:
        comparison = self._session.comparison
        if comparison is not None and not self._session.fresh:
            return
        self.beginResetModel()
        tools = () if comparison is None else comparison.tools
        self._tools = sorted(
            tools, key=lambda tool: (-tool.answered_otherwise, -tool.calls_a - tool.calls_b, tool.tool)
        )
        self.endResetModel()

    def differs(self, row: int, column: int) -> bool:
        """Whether the cell shows a difference between the runs."""
        tool = self._tools[row]
        match ToolColumn(column):
            case ToolColumn.CALLS:
                return tool.calls_a != tool.calls_b
            case ToolColumn.ERRORS:
                return tool.errors_a != tool.errors_b
            case ToolColumn.DIFFERENT_ANSWERS:
                return tool.answered_otherwise > tool.ignored
            case ToolColumn.TOOL:
                return False

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of tools."""
        return 0 if parent.isValid() else len(self._tools)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading, its spoken form, also as a tooltip, or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return tr(_HEADINGS[section])
            case Qt.ItemDataRole.AccessibleTextRole:
                return tr(_SPOKEN_HEADINGS[section])
            case Qt.ItemDataRole.ToolTipRole:
                words = tr(_SPOKEN_HEADINGS[section])
                return plain_tooltip(f"{words[:1].upper()}{words[1:]}")
            case Qt.ItemDataRole.TextAlignmentRole:
                return _aligned(section)
            case _:
                return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, or the name of its tool, which may be cut, as a tooltip."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(_words(self._tools[index.row()], ToolColumn.TOOL))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(index.column())
        return _words(self._tools[index.row()], index.column()) if role == Qt.ItemDataRole.DisplayRole else None


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == ToolColumn.TOOL else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _words(tool: ToolDifference, column: int) -> str:
    match ToolColumn(column):
        case ToolColumn.TOOL:
            return one_line(tool.tool, _MAX_NAME_CHARACTERS)
        case ToolColumn.CALLS:
            return f"{whole_number(tool.calls_a)} · {whole_number(tool.calls_b)}"
        case ToolColumn.ERRORS:
            return f"{whole_number(tool.errors_a)} · {whole_number(tool.errors_b)}"
        case ToolColumn.DIFFERENT_ANSWERS:
            differing, ignored = whole_number(tool.answered_otherwise), whole_number(tool.ignored)
            return tr("{count} ({ignored} ignored)", count=differing, ignored=ignored) if tool.ignored else differing
