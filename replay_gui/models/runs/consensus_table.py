"""The agreement of runs without outcomes, and the outliers among them, as a Qt table."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import HeadedTable
from replay_gui.models.runs.run_names import names_of
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip

if TYPE_CHECKING:
    from replay_gui.core.contrast.consensus import Consensus, Outlier

_MAX_TEXT_CHARACTERS = 400


class ConsensusColumn(IntEnum):
    """A column of the table."""

    RUN = 0
    UNLIKE = 1
    ALONE = 2
    LACKS = 3


class ConsensusTable(HeadedTable["Outlier"]):
    """One row for each outlier, the most unlike first; `run(row)` returns the number of its run."""

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._names: list[str] = []
        session.contrast_changed.connect(self._on_contrast_changed)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns."""
        return tr("Run"), tr("Differs from"), tr("Only this run, or few others"), tr("Missing here, done by most")

    def run(self, row: int) -> int:
        """The number of the run of a row; IndexError beyond the last."""
        return self._rows[row].run

    @Slot()
    def _on_contrast_changed(self) -> None:
        contrasted = self._session.contrasted
        agreement = None if contrasted is None else contrasted.consensus
        outliers: tuple[Outlier, ...] = () if agreement is None else agreement.outliers
        if outliers != self._rows:
            self._names = names_of(self._session, [outlier.run for outlier in outliers])
            self._show_rows(outliers)

    # ---- Qt's model interface --------------------------------------------------------------------------
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, or the same as a plain tooltip."""
        if not index.isValid():
            return None
        words = self._words(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        return plain_tooltip(words) if role == Qt.ItemDataRole.ToolTipRole else None

    def _words(self, row: int, column: int) -> str:
        outlier = self._rows[row]
        match ConsensusColumn(column):
            case ConsensusColumn.RUN:
                return self._names[row]
            case ConsensusColumn.UNLIKE:
                return tr("{share:.0%} of the others", share=outlier.unlike)
            case ConsensusColumn.ALONE:
                return one_line("; ".join(outlier.alone), _MAX_TEXT_CHARACTERS)
            case ConsensusColumn.LACKS:
                return one_line("; ".join(outlier.lacks), _MAX_TEXT_CHARACTERS)


def agreement_words(agreement: Consensus) -> str:
    """Return ``4 of 5 runs made the very same changes; more than half did …``."""
    words = agreement.same_words
    if agreement.shared:
        words = tr("{same}; more than half {shared}", same=words, shared="; ".join(agreement.shared))
    return one_line(words, _MAX_TEXT_CHARACTERS)
