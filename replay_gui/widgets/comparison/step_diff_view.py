"""The differences of the chosen row's events, and of the states after them: two panels."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QWidget

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.log.event import Event
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.event_label import event_label
from replay_gui.core.text.json_pointer import join_pointer, split_pointer
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, ROW
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import (
    differences_words,
    payload_note,
    payload_title,
    request_words,
    state_title,
)
from replay_gui.models.comparison.diff_rows import DiffRows
from replay_gui.models.comparison.watched_rows import WatchedRows
from replay_gui.widgets.comparison.diff_view import DiffView
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.parts.dimmer import Dimmer
from replay_gui.widgets.parts.direction import keep_left_to_right
from replay_gui.widgets.parts.panel import Panel

_NO_STEP_TEXT = translatable("Choose a step above to see its differences.")
_MAX_WATCHED_ROWS = 2  # shown without scrolling: the panel is low
_EQUAL_TEXT = translatable("Both events are equal.")


class StepDiffView(QWidget):
    """Payload on the left, state on the right. `payload`, `state`: the views of lines; `watched`: of watched values.

    `state_actions`: for the menu of a difference of the states, in addition to copying.
    """

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._session = session
        self.state_actions: list[QAction] = []
        self.payload_rows, self.state_rows = DiffRows(self), DiffRows(self)
        self._payload_panel, self._state_panel = (
            Panel(tr("The chosen step"), self),
            Panel(tr("State, A against B"), self),
        )
        self.payload = DiffView(tr("Differences of the events"), self.payload_rows, self._payload_panel)
        self._payload_panel.add_part(self.payload, 1)
        self.watched = DiffView(tr("Watched values of both runs"), WatchedRows(session, self), self._state_panel)
        self._state_panel.add_part(self.watched)
        self.state = DiffView(tr("Differences of the states"), self.state_rows, self._state_panel)
        self._dimmer = Dimmer(self.state)
        self._state_panel.add_part(self.state, 1)
        self.beside = self._payload_panel.add_button(tr("Side by side"), tr("A beside B"), checkable=True)
        self.unified = self._payload_panel.add_button(tr("Unified"), tr("A above B"), checkable=True)
        self.unified.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.beside)
        group.addButton(self.unified)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._payload_panel, 1)
        row.addWidget(self._state_panel, 1)
        self.unified.toggled.connect(self.set_unified)
        self.payload.menu_wanted.connect(self._on_payload_menu)
        for view in (self.state, self.watched):
            view.menu_wanted.connect(self._on_state_menu)
        self.watched.model().modelReset.connect(self._fit_watched)
        self._fit_watched()
        session.step_changed.connect(self._show)
        self._show()

    @Slot()
    def _fit_watched(self) -> None:
        rows = self.watched.model().rowCount()
        self.watched.setVisible(rows > 0)
        self.watched.setFixedHeight(min(max(rows, 1), _MAX_WATCHED_ROWS) * ROW)

    @Slot(bool)
    def set_unified(self, on: bool) -> None:
        self.payload_rows.set_unified(on)
        self.state_rows.set_unified(on)

    @Slot()
    def _show(self) -> None:
        step = self._session.step
        self._payload_panel.set_title(payload_title(step))
        self._payload_panel.set_note(payload_note(step), "" if step is None else whole_number(len(step.payload)))
        self._state_panel.set_title(state_title(step))
        has_states = step is not None and step.has_states
        self.payload.hint = tr(_NO_STEP_TEXT if step is None else _EQUAL_TEXT)
        if step is None:
            self.payload_rows.show((), {})
            self.state_rows.show((), {})
            self._state_panel.set_note("")
            return
        one_sided = step.a if step.b is None else step.b
        only = () if one_sided is None or (step.a and step.b) else _all_of(one_sided, step.b is None)
        self.payload_rows.show(only or step.payload, step.payload_equal, request_words(step))
        self._dimmer.set_dimmed(not has_states)
        if has_states:  # otherwise those of the last step stay, and are dimmed soon
            count = len(step.state)
            self._state_panel.set_note(
                differences_words(count, step.state_cut), whole_number(count) + "+" * step.state_cut
            )
            self.state_rows.show(step.state, step.state_equal)

    @Slot(int, QPoint)
    def _on_payload_menu(self, row: int, at: QPoint) -> None:
        self.payload_menu(row).popup(at)

    def payload_menu(self, row: int) -> RuleMenu:
        """Return the menu of a row: rules about its path, and copy actions."""
        step, menu = self._session.step, RuleMenu(self._session.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        event = None if step is None else step.a if step.a is not None else step.b
        path = self.payload_rows.line(row).path
        if event is not None:
            menu.offer(event.tool, event.kind, path or None, event_label(event))
            menu.addSeparator()
        self.payload.add_copy_actions(menu)
        return menu

    @property
    def chosen_path(self) -> tuple[str, ...]:
        """The keys of the chosen value of both states, in the list that has the focus; none: ()."""
        view, rows = (self.watched, self.watched.model()) if self.watched.hasFocus() else (self.state, self.state_rows)
        assert isinstance(rows, DiffRows)
        row = view.currentIndex().row()
        return () if row < 0 else tuple(split_pointer(rows.line(row).path))

    @Slot(int, QPoint)
    def _on_state_menu(self, _row: int, at: QPoint) -> None:
        view = self.watched if self.sender() is self.watched else self.state
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view.add_copy_actions(menu)
        if self.chosen_path:
            menu.addActions(self.state_actions)
        if menu.actions():
            menu.popup(at)


def _all_of(event: Event, in_a: bool) -> tuple[Difference, ...]:
    """Return the members of an event that only one run has, as differences."""
    return tuple(
        Difference(join_pointer((name,)), *((value, ABSENT) if in_a else (ABSENT, value)))
        for name, value in event.payload.items()
    )
