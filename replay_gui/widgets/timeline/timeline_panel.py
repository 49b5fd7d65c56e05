"""The timeline and the overview below it, in one card."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from replay_gui.core.translation.messages import tr, trn
from replay_gui.look.theme import GAP, HEAD, LANE_MIN, LANE_TIGHT, UNIT, set_role
from replay_gui.models.session import Session
from replay_gui.models.timeline.pending_clock import PendingClock
from replay_gui.models.timeline.timeline_choice import REST, SPENDING, TOOLS, LaneChoice
from replay_gui.widgets.parts.direction import keep_left_to_right
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.timeline.overview_strip import OverviewStrip
from replay_gui.widgets.timeline.spending_band import SpendingBand
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.widgets.timeline.timeline_layout import height_of


class TimelinePanel(QFrame):
    """`timeline`, `spending` (if the run has tokens or cost) and `overview` of one session.

    Without a title it has no head. With one (in a comparison) its head names the side, the run and the number of
    events; `set_facts` replaces this text, and `add_mark` puts a widget before the side.
    `compact`: few lanes, no numbers, no spending, no overview (None).

    Signals:
        lanes_changed(): the lanes and the wanted height have changed.
    """

    lanes_changed = Signal()

    def __init__(
        self, session: Session, title: str | None = None, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._session = session
        set_role(self, "panel")
        self.setAccessibleName(tr("Timeline") if title is None else _name(session, title))
        self.timeline = Timeline(session, compact, self)
        self.timeline.lanes_changed.connect(self._on_lanes_changed)
        self.spending = None if compact else SpendingBand(session, self)
        self.overview = None if compact else OverviewStrip(session, self)
        column = QVBoxLayout(self)
        column.setSpacing(UNIT)
        if title is not None:
            column.addWidget(self._head(title))
        column.setContentsMargins(0, UNIT if title is None else 0, GAP, UNIT if compact else GAP + UNIT)
        column.addWidget(self.timeline, 1)
        if self.spending is not None:
            column.addWidget(self.spending)
            self.spending.fold_asked.connect(self.toggle_spending)
            self.spending.known_changed.connect(self._on_lanes_changed)
            self._on_lanes_changed()
        if not compact:
            PendingClock(session, self)
        if self.overview is not None:
            column.addWidget(self.overview)
        if compact:
            self.timeline.choose(LaneChoice(folded=frozenset({TOOLS, REST})))
        self.setFocusProxy(self.timeline)

    # ---- lanes ----------------------------------------------------------------------------------------
    @Slot()
    def toggle_tools(self) -> None:
        """Show all tools in one lane, or each in its own."""
        self.timeline.choose(self.timeline.choice.toggled(TOOLS))

    @Slot()
    def toggle_rest(self) -> None:
        """Show memory, patches and errors in one lane, or each in its own."""
        self.timeline.choose(self.timeline.choice.toggled(REST))

    @Slot()
    def toggle_spending(self) -> None:
        """Show tokens and cost on one line, or on two with their scales."""
        self.timeline.choose(self.timeline.choice.toggled(SPENDING))

    @Slot()
    def _on_lanes_changed(self) -> None:
        if self.spending is not None:
            choice = self.timeline.choice
            self.spending.set_folded(SPENDING in choice.folded)
            self.spending.setVisible(self.spending.known and SPENDING not in choice.hidden)
        self.lanes_changed.emit()

    @Slot()
    def show_all_lanes(self) -> None:
        self.timeline.choose(self.timeline.choice.with_all())

    def save_lanes(self) -> str:
        """Return the folded and hidden lanes, for `restore_lanes`."""
        return self.timeline.choice.save()

    def restore_lanes(self, saved: object) -> None:
        """Restore the lanes that `save_lanes` returned; ignore invalid data."""
        self.timeline.choose(LaneChoice.restored(saved))

    @property
    def least_height(self) -> int:
        """The height at which the lanes are as low as they become, and none is cut, in pixels."""
        compact = self.overview is None
        lanes = height_of(len(self.timeline.rows), compact, LANE_TIGHT if compact else LANE_MIN)
        return self.sizeHint().height() - max(self.timeline.sizeHint().height() - lanes, 0)

    @property
    def names_width(self) -> int | None:
        """The width of the column of names that the user has chosen, in pixels; None: the default."""
        return self._session.names_width

    def set_names_width(self, width: int) -> None:
        """Set the width of the column of names, in pixels; 0: the default."""
        self._session.set_names_width(width or None)

    # ---- the head -------------------------------------------------------------------------------------
    def set_title(self, title: str) -> None:
        """Set the run's name in the head; the panel must have one."""
        self._title.setText(title)
        self.setAccessibleName(_name(self._session, title))

    def set_facts(self, text: str) -> None:
        """Set the head's text about the run, until the run or its index changes."""
        self._facts.setText(text)

    @property
    def facts(self) -> str:
        """The head's text about the run."""
        return self._facts.text()

    def add_mark(self, widget: QWidget) -> None:
        """Put a widget at the left end of the head."""
        self._head_row.setContentsMargins(GAP, 0, GAP, 0)
        self._head_row.insertWidget(0, widget)

    def _head(self, title: str) -> QWidget:
        self._side, self._title, self._facts = PlainLabel(self._session.side.value), ElidedLabel(title), ElidedLabel()
        for label, role in ((self._side, "title"), (self._title, "title"), (self._facts, "secondary")):
            set_role(label, role)
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        head = QFrame()
        set_role(head, "head")
        head.setFixedHeight(HEAD)
        self._head_row = QHBoxLayout(head)
        self._head_row.setContentsMargins(GAP + UNIT, 0, GAP, 0)
        self._head_row.setSpacing(GAP)
        for widget in (self._side, self._title):
            self._head_row.addWidget(widget)
        self._head_row.addWidget(self._facts, 1)
        self._session.run_changed.connect(self._count_events)
        self._session.index_changed.connect(self._count_events)
        self._count_events()
        return head

    @Slot()
    def _count_events(self) -> None:
        self._facts.setText(trn("{n} event", "{n} events", self._session.index.count))


def _name(session: Session, title: str) -> str:
    return tr("Timeline of {side}, {run}", side=session.side.value, run=title)
