"""The sums of the range that is chosen on the timeline."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.facts.fact_table import FactTable
from replay_gui.models.facts.range_sums import RangeSums
from replay_gui.models.facts.use_cells import model_headings, model_rows, tool_headings, tool_rows
from replay_gui.models.session import Session
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.section import Section, SectionColumn
from replay_gui.widgets.run.fact_pairs import FactPairs
from replay_gui.widgets.run.fact_section import FactSection

_REST_MS = 60  # between two sums while the range is drawn


class RangePanel(Panel):
    """The sums over the session's chosen range, in total, by tool and by model; computed while the panel is visible.

    Signals: filter_wanted(object): a cell leads to the events that pass this EventFilter.
    """

    filter_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Range"), parent)
        self._session = session
        self.zoom = self.add_button(tr("Zoom"), tr("Show only this range in the timeline"))
        self.done = self.add_button(tr("Close"), tr("Close the sums"))
        self.zoom.clicked.connect(session.zoom_to_range)
        self.done.clicked.connect(session.forget_range)
        self.sums = Section(tr("In all"), self)
        self.tools, self.models = FactTable(tool_headings()), FactTable(model_headings())
        tables = FactSection(tr("By tool"), self.tools, self), FactSection(tr("By model"), self.models, self)
        for section in tables:
            section.aim_chosen.connect(self.filter_wanted)
        self.add_part(SectionColumn(tr("Sums of the range"), (self.sums, *tables)), 1)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.refresh)
        session.chosen_changed.connect(self._on_chosen_changed)
        session.totals_changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Sum up a range that was chosen while the panel was hidden."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def _on_chosen_changed(self) -> None:
        if not self._rest.isActive():
            self._rest.start()

    @Slot()
    def refresh(self) -> None:
        """Sum up, if the panel is visible and a range is chosen."""
        session, chosen = self._session, self._session.chosen
        if chosen is None or not self.isVisible():
            return
        totals = session.totals
        if totals is None and session.index.complete:
            session.request_totals()
        sums = RangeSums.of(session.index, None if totals is None else totals.spending, *chosen)
        self.set_title(tr("Events {first} to {last}", first=whole_number(chosen[0]), last=whole_number(chosen[1])))
        self.sums.set_rows([FactPairs(sums.pairs())])
        self.tools.show(tool_rows(sums.numbers))
        self.models.show(model_rows(sums.models))
