"""The split view with its headings and the strip at its side, and the menu of its rows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from replay_gui.core.log.positions import NO_EVENT, EventIndex, position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import Progress
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, ICON, UNIT, set_role, theme_events
from replay_gui.models.comparison.comparison_rows import ComparisonColumn, ComparisonRows
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.event_words import bookkeeping_tip, bookkeeping_words
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.comparison.divergence_search import DivergenceFind
from replay_gui.widgets.comparison.divergence_strip import DivergenceStrip
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.comparison.side_heads import SideHeads
from replay_gui.widgets.comparison.split_view import SplitView
from replay_gui.widgets.parts.dimmer import Dimmer
from replay_gui.widgets.parts.progress_strip import progress_words
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_MAX_NAME_CHARACTERS = 80


class DivergenceView(QWidget):
    """Both runs, aligned.

    `view`: the rows; `rows`: their model; `strip`: the overview; `finder`: a search in both, `finding`: its line.
    """

    def __init__(self, session: ComparisonSession, finder: ComparisonSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._progress: Progress | None = None
        self._anchor: tuple[int, EventIndex] | None = (
            None  # the side and the event index for which a counterpart is being chosen
        )
        self.rows = ComparisonRows(session, self)
        card = QFrame(self)
        self._heads = SideHeads(card)
        self.finding = DivergenceFind(session, finder, card)
        self.prompt = _AnchorPrompt(card)
        self.view = SplitView(session, self.rows, finder, card)
        self._dimmer = Dimmer(self.view)
        self.strip = DivergenceStrip(self.rows, finder, self.view.verticalScrollBar())
        self.finder = finder
        self.find_button = QToolButton()
        self.find_button.setToolTip(plain_tooltip(finder.title))
        self.find_button.setAccessibleName(finder.title)
        self.find_button.setIconSize(QSize(ICON, ICON))
        self.find_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._heads.add_widget(1, self.find_button)
        set_role(card, "panel")
        card.setAccessibleName(tr("Both runs, aligned"))
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, UNIT)
        column.setSpacing(0)
        column.addWidget(self._heads)
        column.addWidget(self.finding)
        column.addWidget(self.prompt)
        column.addWidget(self.view, 1)
        self.bookkeeping = QPushButton()
        set_role(self.bookkeeping, "foot")
        self.bookkeeping.setToolTip(plain_tooltip(bookkeeping_tip()))
        self.bookkeeping.clicked.connect(self._on_bookkeeping_clicked)
        column.addWidget(self.bookkeeping)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(card, 1)
        row.addWidget(self.strip)
        self.setFocusProxy(self.view)
        self.rows.modelReset.connect(self._count_bookkeeping)
        self._count_bookkeeping()
        self.view.menu_wanted.connect(self._on_menu_wanted)
        self.view.side_chosen.connect(self._on_side_chosen)
        self.prompt.cancel.clicked.connect(self.cancel_anchor)
        self.find_button.clicked.connect(self.finding.begin)
        self.finding.left.connect(self.view.setFocus)
        theme_events().changed.connect(self._set_icon)
        self._set_icon()
        finder.arrived.connect(self._on_arrived)
        session.compared_changed.connect(self._refresh)
        session.progress_changed.connect(self._on_progress_changed)
        session.a.run_changed.connect(self._refresh)
        session.b.run_changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        session = self._session
        for which, (side, name) in enumerate(zip((session.a, session.b), run_names(session), strict=True)):
            self._heads.set_title(which, f"{side.side.value} · {name}")
        waits = tr("The runs are not compared.") if self._progress is None else progress_words(self._progress)
        self.view.hint = waits if session.comparison is None else tr("Neither run has any event.")
        self._dimmer.set_dimmed(session.comparison is not None and not session.fresh)
        self.view.viewport().update()

    @Slot()
    def _set_icon(self) -> None:
        self.find_button.setIcon(icon("search"))

    @Slot(object)
    def _on_progress_changed(self, progress: Progress | None) -> None:
        self._progress = progress
        self._refresh()

    @Slot()
    def _count_bookkeeping(self) -> None:
        """Show the number of bookkeeping rows, and the effect of a click."""
        count, hides = self.rows.bookkeeping_count, self._session.a.hides_bookkeeping
        self.bookkeeping.setText(bookkeeping_words(count, hides))
        self.bookkeeping.setVisible(count > 0)

    @Slot()
    def _on_bookkeeping_clicked(self) -> None:
        self._session.a.show_bookkeeping(self._session.a.hides_bookkeeping)

    @Slot(bool)
    def set_changes_only(self, on: bool) -> None:
        self.rows.set_changes_only(on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """On Escape, cancel an anchor that was begun, or else the search."""
        if event.key() == Qt.Key.Key_Escape and self._anchor is not None:
            self.cancel_anchor()
        elif event.key() == Qt.Key.Key_Escape and self.finding.isVisible():
            self.finding.end()
        else:
            super().keyPressEvent(event)

    @Slot(int)
    def _on_arrived(self, row: int) -> None:
        """Choose the row that a step of the search led to."""
        self.rows.reveal(row)
        if self.finder.hit(row, self.view.side == ComparisonColumn.SIDE_A) is None:
            self.view.set_side(self.view.side.opposite)
        self.view.show_chosen()

    # ---- anchors ------------------------------------------------------------------------------------
    @Slot()
    def begin_anchor(self) -> None:
        """Use the chosen row's event on the chosen side as one half of an anchor."""
        index = self._event_index(self._session.row, self.view.side)
        if index is not None:
            self._anchor = self.view.side, index
            here, there = ("A", "B") if self.view.side == ComparisonColumn.SIDE_A else ("B", "A")
            self.prompt.show_text(
                tr(
                    "Choose the step of {there} that is the same as {position} of {here}.",
                    there=there,
                    position=whole_number(position_after(index)),
                    here=here,
                )
            )
            self.view.set_side(self.view.side.opposite)
            self.view.setFocus()

    @Slot()
    def cancel_anchor(self) -> None:
        self._anchor = None
        self.prompt.hide()

    @Slot(int, int)
    def _on_side_chosen(self, row: int, side: int) -> None:
        if self._anchor is None or side == self._anchor[0]:
            return
        index = self._event_index(row, side)
        if index is not None:
            first = self._anchor[1]
            self.cancel_anchor()
            self._session.set_anchor(*((first, index) if side == ComparisonColumn.SIDE_B else (index, first)))

    def _event_index(self, row: int, side: int) -> EventIndex | None:
        comparison = self._session.comparison
        if comparison is None or row < 0:
            return None
        indexes = comparison.alignment.a if side == ComparisonColumn.SIDE_A else comparison.alignment.b
        index = EventIndex(int(indexes[row]))
        return None if index == NO_EVENT else index

    # ---- the menu of a row --------------------------------------------------------------------------
    @Slot(int, int, QPoint)
    def _on_menu_wanted(self, row: int, side: int, at: QPoint) -> None:
        self._session.select(row)
        menu = self.row_menu(row, side)
        if menu.actions():
            menu.popup(at)

    def row_menu(self, row: int, side: int) -> RuleMenu:
        """Return the menu of a row: rules about its event, and setting an anchor."""
        menu = RuleMenu(self._session.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        aligned = self.rows.aligned(row)
        event = aligned.a if side == ComparisonColumn.SIDE_A else aligned.b
        shown = event or aligned.a or aligned.b
        if shown is not None:
            menu.offer(shown.tool, shown.kind, label=shown.label)
        if event is not None:
            menu.addSeparator()
            other = "B" if side == ComparisonColumn.SIDE_A else "A"
            menu.addAction(tr("This is the same step as … in {other}", other=other)).triggered.connect(
                self.begin_anchor
            )
        return menu


def run_names(session: ComparisonSession) -> tuple[str, str]:
    """Return the names of both runs, equal ones with what distinguishes their paths; "" while a run is not open."""
    a, b = session.a.facts, session.b.facts
    names = ["" if facts is None else facts.name for facts in (a, b)]
    if a is not None and b is not None and a.name == b.name:
        parts = zip(*(reversed(facts.given.replace("\\", "/").split("/")) for facts in (a, b)), strict=False)
        differing = next(((first, second) for first, second in parts if first != second), ("", ""))
        names = [part if part.startswith(a.name) else f"{part} · {a.name}" if part else a.name for part in differing]
    first, second = (one_line(name, _MAX_NAME_CHARACTERS) for name in names)
    return first, second


class _AnchorPrompt(QFrame):
    """The instruction shown while an anchor is being set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "info")
        self._words = PlainLabel()
        self.cancel = QToolButton()
        self.cancel.setText(tr("Cancel"))
        set_role(self.cancel, "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, 0, GAP, 0)
        row.addWidget(self._words, 1)
        row.addWidget(self.cancel)
        self.hide()

    def show_text(self, words: str) -> None:
        self._words.setText(words)
        self.show()
