"""The outliers among runs without outcomes."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, ui_font
from replay_gui.models.runs.consensus_table import ConsensusColumn, ConsensusTable
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.runs.headed_view import HeadedView

_RUN_SHARE, _ALONE_SHARE = 0.2, 0.45  # of the width


class ConsensusView(HeadedView):
    """A ConsensusTable. Signal: opened(int): the number of a run, by Enter or a double click."""

    opened = Signal(int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        self._outliers = ConsensusTable(session)
        super().__init__(tr("Runs that are unlike the others"), self._outliers, parent)
        self.setItemDelegate(CellDelegate(self))
        self.row_activated.connect(self._on_row_activated)

    @Slot(int)
    def _on_row_activated(self, row: int) -> None:
        self.opened.emit(self._outliers.run(row))

    @Slot()
    def _fit(self) -> None:
        width, metrics = self.viewport().width(), QFontMetrics(ui_font())
        run, unlike = (
            round(_RUN_SHARE * width),
            metrics.horizontalAdvance(tr("{percent} of the others", percent="100 %")) + 2 * GAP,
        )
        alone = round(_ALONE_SHARE * (width - run - unlike)) if width > run + unlike else unlike
        self.setColumnWidth(ConsensusColumn.RUN, run)
        self.setColumnWidth(ConsensusColumn.UNLIKE, unlike)
        self.setColumnWidth(ConsensusColumn.ALONE, alone)
        self.setColumnWidth(ConsensusColumn.LACKS, max(width - run - unlike - alone, unlike))
