"""The page of one run: the timeline above; events, detail and state below."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, position_after
from replay_gui.core.state.state import Path
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.session import Session
from replay_gui.widgets.comparison.rule_file_prompt import RuleFilePrompt
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.panel_find_bar import PanelFindBar
from replay_gui.widgets.run.event_detail import EventDetail
from replay_gui.widgets.run.event_list import EventList
from replay_gui.widgets.run.note_bar import NoteBar
from replay_gui.widgets.run.range_panel import RangePanel
from replay_gui.widgets.run.run_facts_panel import RunFactsPanel
from replay_gui.widgets.run.state_inspector import StateInspector
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from replay_gui.windows.session.damage_opening import DamageOpening
from replay_gui.windows.splitter import new_splitter

_COLUMN_SHARES = (39, 30, 31)  # of the width, in percent
_MAX_TIMELINE_SHARE = 0.445  # of the height: the panels below keep half of the window with its tool bar
_MAX_SHARE_OF_MANY_TOOLS = 0.6  # the same, if the user chose many lanes
_MIN_PANEL_PX = (28 * GAP, 20 * GAP)  # the window must not grow with the content of a panel


class RunView(QWidget):
    """Four panels with draggable borders. Until one is dragged, the timeline has the height that its lanes need.

    Above them is the question in which file to keep a rule that corrects the effect of a tool.

    The panels are built by `build`, or before it one at each step of `parts`: all at once block the event loop. Before
    that nothing else may be called.
    """

    def __init__(self, session: Session, finder: RunSearch, rules: RuleBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.finder = session, finder
        self.parts = self._build_parts(rules)

    def build(self) -> None:
        """Build the panels that are not built yet."""
        for _ in self.parts:
            pass

    def _build_parts(self, rules: RuleBook) -> Iterator[None]:
        session = self._session
        DamageOpening(session, self)
        body = QWidget(self)
        self._rows = new_splitter(Qt.Orientation.Vertical, body)
        self.timeline = TimelinePanel(session, parent=self._rows)
        yield
        self._columns = new_splitter(Qt.Orientation.Horizontal, self._rows)
        self.events = EventList(session, self.finder, self._columns)
        yield
        self.detail = EventDetail(session, self._columns)
        self.detail.follow_search(self.finder)
        yield
        self._state_pages = QStackedWidget(self._columns)
        self.state = StateInspector(session, self._state_pages)
        self._state_pages.addWidget(self.state)
        yield
        self._arrange(body, rules)

    def _arrange(self, body: QWidget, rules: RuleBook) -> None:
        """Lay out the panels, and connect them with each other."""
        session, events, detail, state = self._session, self.events, self.detail, self.state
        self._add_page_button(state, tr("Facts"), tr("The run in numbers"))
        self._page_before: QWidget = state  # shown again when no range is chosen
        session.chosen_changed.connect(self._on_range_chosen)
        session.run_changed.connect(self._on_range_chosen)
        for column, (panel, share) in enumerate(zip((events, detail, self._state_pages), _COLUMN_SHARES, strict=True)):
            panel.setMinimumSize(*_MIN_PANEL_PX)
            self._columns.setStretchFactor(column, share)
        self._dragged = False
        inner = QVBoxLayout(body)
        inner.setContentsMargins(GAP, GAP, GAP, GAP)
        inner.addWidget(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RuleFilePrompt(rules, self))
        self._bars = layout
        layout.addWidget(body, 1)
        self._rows.splitterMoved.connect(self._on_dragged)
        _set_tab_order([one for panel in (events, detail, state) for one in panel.tab_widgets()])
        self.reset()
        session.run_changed.connect(self._fit)
        session.index_changed.connect(self._fit)
        self.timeline.lanes_changed.connect(self._fit)

    def add_note_bar(self, book: NoteBook) -> NoteBar:
        """Show a bar above the panels with the questions about notes."""
        bar = NoteBar(book, parent=self)
        self._bars.insertWidget(0, bar)
        return bar

    @cached_property
    def facts(self) -> RunFactsPanel:
        """The run in numbers: a page in place of the state, made when it is first wanted."""
        facts = RunFactsPanel(self._session, self._state_pages)
        self._add_page_button(facts, tr("State"), tr("The state at the position"))
        facts.filter_wanted.connect(self.show_filtered)
        self._add_state_page(facts)
        return facts

    @cached_property
    def range(self) -> RangePanel:
        """The sums of a chosen range: a page in place of the state, made when it is first wanted."""
        range_ = RangePanel(self._session, self._state_pages)
        range_.filter_wanted.connect(self.show_filtered)
        self._add_state_page(range_)
        return range_

    def _add_page_button(self, page: StateInspector | RunFactsPanel, text: str, tip: str) -> None:
        page.add_button(text, tip, spare=page is self.state).clicked.connect(self.toggle_facts)

    def _add_state_page(self, page: Panel) -> None:
        self._state_pages.addWidget(page)
        _set_tab_order([self.state.tab_widgets()[-1], *page.tab_widgets()])

    @Slot()
    def toggle_facts(self) -> None:
        """Show the facts of the run in place of the state, or the state again."""
        self._state_pages.setCurrentWidget(self.state if self.shows_facts else self.facts)

    @Slot()
    def _on_range_chosen(self) -> None:
        """Show the sums of a range while one is chosen."""
        shown, chosen = self._state_pages.currentWidget(), self._session.chosen
        if chosen is not None and shown is not None and not isinstance(shown, RangePanel):
            self._page_before = shown
            self._state_pages.setCurrentWidget(self.range)
        elif chosen is None and isinstance(shown, RangePanel):
            self._state_pages.setCurrentWidget(self._page_before)

    @Slot(object)
    def show_filtered(self, filter_: EventFilter) -> None:
        """List only the events that pass a filter, and go to the first of them."""
        self.events.set_filter(filter_)
        first = filter_.indexes(self._session.index, FIRST_EVENT, EventIndex(self._session.index.count))[:1].tolist()
        if first:
            self._session.seek(position_after(EventIndex(first[0])))

    @property
    def shows_facts(self) -> bool:
        """Whether the facts of the run are shown in place of the state."""
        return isinstance(self._state_pages.currentWidget(), RunFactsPanel)

    def find_bar_of(self, focused: QWidget | None) -> PanelFindBar | None:
        """Return the search line of the panel with the focused widget; None if it has none."""
        for panel in (self.detail, self.state):
            if focused is not None and panel.isAncestorOf(focused):
                return panel.find_bar
        return None

    def show_value(self, path: Path) -> None:
        """Show the state, and choose the value at this path in it."""
        self._state_pages.setCurrentWidget(self.state)
        self.state.show_value(path)

    def reset(self) -> None:
        """Move the borders to their default positions."""
        self._dragged = False
        width = max(self._columns.width(), sum(_COLUMN_SHARES) * GAP)
        self._columns.setSizes([share * width // sum(_COLUMN_SHARES) for share in _COLUMN_SHARES])
        self._fit()

    def save(self) -> list[QByteArray]:
        """Return the state of both splitters; empty for one that the user has not dragged."""
        return [self._rows.saveState() if self._dragged else QByteArray(), self._columns.saveState()]

    def restore(self, rows: object, columns: object) -> None:
        """Restore the state of both splitters; invalid data is ignored."""
        self._dragged = isinstance(rows, QByteArray) and self._rows.restoreState(rows)
        if isinstance(columns, QByteArray):
            self._columns.restoreState(columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the panels to the new size."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_dragged(self) -> None:
        self._dragged = True

    @Slot()
    def _fit(self) -> None:
        if not self._dragged:
            many_tools = self.timeline.timeline.choice.many_tools
            share = _MAX_SHARE_OF_MANY_TOOLS if many_tools else _MAX_TIMELINE_SHARE
            upper = min(self.timeline.sizeHint().height(), round(self._rows.height() * share))
            self._rows.setSizes([upper, self._rows.height() - GAP - upper])


def _set_tab_order(widgets: list[QWidget]) -> None:
    for one, following in pairwise(widgets):
        QWidget.setTabOrder(one, following)
