"""The page of a comparison: why the runs differ, or where they diverge, beside both timelines."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from replay_gui.engine.requests import Side
from replay_gui.look.theme import GAP
from replay_gui.models.comparison.comparison_rows import ComparisonColumn
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import run_line
from replay_gui.widgets.comparison.cause_panel import CausePanel
from replay_gui.widgets.comparison.divergence_view import DivergenceView, run_names
from replay_gui.widgets.comparison.rule_file_prompt import RuleFilePrompt
from replay_gui.widgets.comparison.rule_offer_bar import RuleOfferBar
from replay_gui.widgets.comparison.step_diff_view import StepDiffView
from replay_gui.widgets.run.note_bar import NoteBar
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from replay_gui.widgets.why.action_panel import ActionPanel
from replay_gui.widgets.why.outcome_button import OutcomeButton
from replay_gui.widgets.why.trail_panel import TrailPanel
from replay_gui.widgets.why.why_panel import WhyPanel
from replay_gui.windows.compare_status import CompareStatus
from replay_gui.windows.splitter import new_splitter

_MAX_UPPER_SHARE, _LOWER_SHARE = 0.44, 0.23  # of the height, with the aligned steps
_WHY_UPPER_SHARE = 0.62  # of the height, with the reasons
_COLUMN_SHARES = (30, 70)  # of the width of the upper row, in percent
_WHY_COLUMN_SHARES = (36, 64)
_MIN_PANEL_PX = (28 * GAP, 14 * GAP)  # the window must not grow with the content of a panel
_MIN_HALF_PX = 11 * GAP  # height of each of the two panels of steps
_MESSAGE_MS = 5000  # ms that the foot shows a message


class CompareView(QWidget):
    """Panels with draggable borders; `show_why` chooses which. Both timelines are always visible.

    `rule_offer`, `rule_prompt`: questions about files of rules, above all panels.
    `why`: the session of the reasons. `outcomes`: the marks at the heads of the timelines. `finder`: the search in A,
    part of it in both. With the reasons: `reasons`, `action_panel`, `trails`. With the steps: `causes`, `divergences`,
    `step`.

    The panels are built by `build`, or before it some at each step of `parts`: all at once block the event loop. Before
    that nothing else may be called, and only `why` is there.
    """

    def __init__(self, session: ComparisonSession, finder: RunSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._finder = session, finder
        self.why = WhySession(session, self)
        self.parts = self._build_parts()

    def build(self) -> None:
        """Build the panels that are not built yet."""
        for _ in self.parts:
            pass

    def _build_parts(self) -> Iterator[None]:
        session = self._session
        body = QWidget(self)
        self._rows = new_splitter(Qt.Orientation.Vertical, body)
        self._upper = new_splitter(Qt.Orientation.Horizontal, self._rows)
        self._left = QStackedWidget(self._upper)
        self.reasons, self.causes = WhyPanel(self.why, self._left), CausePanel(session, self._left)
        yield
        self._right = new_splitter(Qt.Orientation.Vertical, self._upper)
        self.timelines = (
            TimelinePanel(session.a, "", compact=True, parent=self._right),
            TimelinePanel(session.b, "", compact=True, parent=self._right),
        )
        self.outcomes = (OutcomeButton(self.why, "a"), OutcomeButton(self.why, "b"))
        for timeline, mark in zip(self.timelines, self.outcomes, strict=True):
            timeline.add_mark(mark)
        yield
        self.action_panel = ActionPanel(self.why, self._right)
        self._lower = QStackedWidget(self._rows)
        self.trails = TrailPanel(self.why, self._lower)
        yield
        self._split = new_splitter(Qt.Orientation.Vertical, self._lower)
        self.divergences = DivergenceView(session, ComparisonSearch(session, self._finder, self), self._split)
        yield
        self.step = StepDiffView(session, self._split)
        yield
        self._arrange(body)

    def _arrange(self, body: QWidget) -> None:
        """Lay out the panels, and connect them with each other."""
        for stack, pages in ((self._left, (self.reasons, self.causes)), (self._lower, (self.trails, self._split))):
            for page in pages:
                stack.addWidget(page)
        for panel in (self._left, self.trails):
            panel.setMinimumSize(*_MIN_PANEL_PX)
        for half in (self.divergences, self.step):
            half.setMinimumSize(_MIN_PANEL_PX[0], _MIN_HALF_PX)
        for low in (self.action_panel, *self.timelines):
            low.setMinimumSize(_MIN_PANEL_PX[0], _MIN_PANEL_PX[1] // 2)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(GAP, GAP, GAP, GAP)
        inner.addWidget(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._bars = layout
        rules = self._session.rules
        self.rule_offer, self.rule_prompt = RuleOfferBar(rules, self), RuleFilePrompt(rules, self)
        for bar in (self.rule_offer, self.rule_prompt):
            layout.addWidget(bar)
        layout.addWidget(body, 1)
        self._body = body
        body.installEventFilter(self)  # a bar above it takes some of its height
        self._status = CompareStatus(self._session, self)
        layout.addWidget(self._status)
        self._dragged = False
        self._splitters = (self._rows, self._upper, self._right, self._split)
        self._connect()
        self.show_why(True)

    def _connect(self) -> None:
        session = self._session
        for splitter in self._splitters:
            splitter.splitterMoved.connect(self._on_dragged)
        for panel in self.timelines:
            panel.lanes_changed.connect(self._fit)
        self.why.changed.connect(self._on_why_changed)
        session.compared_changed.connect(self._request_totals)
        for run in (session.a, session.b):
            run.run_changed.connect(self._name_runs)
            run.totals_changed.connect(self._show_facts)
            run.index_changed.connect(self._show_facts)

    # ---- which panels are shown ---------------------------------------------------------------------
    def show_why(self, on: bool) -> None:
        """Show the reasons, or the aligned steps."""
        self._left.setCurrentWidget(self.reasons if on else self.causes)
        self._choose_lower()
        self.action_panel.setVisible(on)
        self.why.show_origins(on)
        self._status.show_why(on)
        self.setFocusProxy(self.reasons if on else self.divergences)
        self._fit()

    def _choose_lower(self) -> None:
        """Show the steps that led to a reason; or all steps of both runs if no reason is chosen."""
        result = self.why.result
        has_trails = self.shows_why and (result is None or bool(result.reasons))
        self._lower.setCurrentWidget(self.trails if has_trails else self._split)

    @property
    def shows_why(self) -> bool:
        """Whether the reasons are shown."""
        return self._left.currentWidget() is self.reasons

    @property
    def side(self) -> Side:
        """The current run: of the panel with the focus, else the framed side of the aligned steps."""
        focus = self.window().focusWidget()
        for run, panels in ((Side.A, (self.timelines[0], self.trails.a)), (Side.B, (self.timelines[1], self.trails.b))):
            if focus is not None and any(panel is focus or panel.isAncestorOf(focus) for panel in panels):
                return run
        return Side.B if self.divergences.view.side == ComparisonColumn.SIDE_B else Side.A

    def show_message(self, text: str) -> None:
        """Show a message in the foot for a moment."""
        self._status.showMessage(text, _MESSAGE_MS)

    # ---- sizes ----------------------------------------------------------------------------------------
    def save(self) -> list[QByteArray]:
        """Return the state of the splitters; empty while the user has dragged none."""
        return [splitter.saveState() if self._dragged else QByteArray() for splitter in self._splitters]

    def restore(self, *states: object) -> None:
        """Restore the state of the splitters; invalid data is ignored."""
        known = [
            isinstance(state, QByteArray) and splitter.restoreState(state)
            for splitter, state in zip(self._splitters, states, strict=True)
        ]
        self._dragged = any(known)

    def reset(self) -> None:
        """Move the borders to their default positions."""
        self._dragged = False
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the panels to the new size."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the panels again when a bar appears or disappears above them."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def add_note_bar(self, book: NoteBook, name: str) -> NoteBar:
        """Show a bar above the panels with the questions about a run's notes."""
        bar = NoteBar(book, name, self)
        self._bars.insertWidget(0, bar)
        return bar

    @Slot()
    def _on_dragged(self) -> None:
        self._dragged = True

    @Slot()
    def _fit(self) -> None:
        """Give the timelines and actions their preferred height, within bounds, and the parts below them the rest."""
        if self._dragged:
            return
        # The rows themselves are laid out only after this page has its size.
        height, why = self.height() - self._body.y() - self._status.sizeHint().height() - 3 * GAP, self.shows_why
        wanted = [panel.sizeHint().height() for panel in self.timelines]
        if why:
            most, actions = round(_WHY_UPPER_SHARE * height), self.action_panel.sizeHint().height()
            actions = min(actions, max(most - sum(wanted) - 2 * GAP, most // 4))
            upper = min(most, sum(wanted) + actions + 2 * GAP)
            left = upper - actions - 2 * GAP
            self._right.setSizes([left // 2, left - left // 2, actions])
            self._split.setSizes([(height - upper) // 2, (height - upper) // 2])
        else:
            upper, lower = min(sum(wanted) + GAP, round(_MAX_UPPER_SHARE * height)), round(_LOWER_SHARE * height)
            upper = max(upper, sum(panel.least_height for panel in self.timelines) + GAP)
            self._split.setSizes([height - upper - lower - GAP, lower])
            self._right.setSizes([wanted[0], wanted[1], 0])
        self._rows.setSizes([upper, height - upper])
        shares = _WHY_COLUMN_SHARES if why else _COLUMN_SHARES
        self._upper.setSizes([share * self._upper.width() // sum(shares) for share in shares])

    # ---- heads ----------------------------------------------------------------------------------------
    @Slot()
    def _name_runs(self) -> None:
        for panel, name in zip(self.timelines, run_names(self._session), strict=True):
            panel.set_title(name)
        self._show_facts()
        self._fit()

    @Slot()
    def _request_totals(self) -> None:
        """Request tokens and cost of both runs, once they are compared."""
        if self._session.fresh:
            self._session.a.request_totals()
            self._session.b.request_totals()

    @Slot()
    def _on_why_changed(self) -> None:
        self._choose_lower()
        self._show_facts()
        self._fit()

    @Slot()
    def _show_facts(self) -> None:
        why, sizes = self.why.result, self.why.sizes
        for which, (panel, run) in enumerate(zip(self.timelines, (self._session.a, self._session.b), strict=True)):
            size = None if sizes is None else sizes[which]
            result = None if why is None else why.results[which]
            panel.set_facts(run_line(run.index.count, size, result, None if run.totals is None else run.totals.uses))
