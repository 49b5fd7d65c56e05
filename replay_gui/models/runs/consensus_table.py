"""What runs without outcomes agree on, and those that are unlike the others, as a Qt table."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.text.plain_text import one_line
from replay_gui.models.run.any_index import AnyIndex
from replay_gui.models.runs.run_names import names_of
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip

if TYPE_CHECKING:
    from replay_gui.core.contrast.consensus import Consensus, Outlier

_MAX_WORDS = 400  # characters
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ConsensusColumn(IntEnum):
    """A column of the table."""

    RUN = 0
    UNLIKE = 1
    ALONE = 2
    LACKS = 3


HEADINGS = ("Run", "Unlike", "It alone, or with few others", "It lacks what most did")


class ConsensusTable(QAbstractTableModel):
    """One row for each outlier, the most unlike first; `run(row)` returns the number of its run."""

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._outliers: tuple[Outlier, ...] = ()
        self._names: list[str] = []
        session.contrast_changed.connect(self._on_contrast_changed)

    def run(self, row: int) -> int:
        """The number of the run of a row; IndexError beyond the last."""
        return self._outliers[row].run

    @Slot()
    def _on_contrast_changed(self) -> None:
        contrasted = self._session.contrasted
        agreement = None if contrasted is None else contrasted.consensus
        outliers = () if agreement is None else agreement.outliers
        if outliers != self._outliers:
            self.beginResetModel()
            self._outliers, self._names = outliers, names_of(self._session, [outlier.run for outlier in outliers])
            self.endResetModel()

    # ---- as Qt asks -------------------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of outliers."""
        return 0 if parent.isValid() else len(self._outliers)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(ConsensusColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return _LEFT if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, or the same as a plain tooltip."""
        if not index.isValid():
            return None
        words = self._words(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        return plain_tooltip(words) if role == Qt.ItemDataRole.ToolTipRole else None

    def _words(self, row: int, column: int) -> str:
        outlier = self._outliers[row]
        match column:
            case ConsensusColumn.RUN:
                return self._names[row]
            case ConsensusColumn.UNLIKE:
                return f"{outlier.unlike:.0%} of the others"
            case ConsensusColumn.ALONE:
                return one_line("; ".join(outlier.alone), _MAX_WORDS)
        return one_line("; ".join(outlier.lacks), _MAX_WORDS)


def agreement_words(agreement: Consensus) -> str:
    """Return ``4 of 5 runs made the very same changes; more than half did …``."""
    same = f"{len(agreement.same):,} of {agreement.of:,} runs made the very same changes"
    shared = f"; more than half {'; '.join(agreement.shared)}" if agreement.shared else ""
    return one_line(f"{same}{shared}", _MAX_WORDS)
