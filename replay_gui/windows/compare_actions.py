"""The actions of a comparison."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidget

from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.windows.action_keys import key_words
from replay_gui.windows.actions import ACTION_SPECS, Handlers, connect_actions
from replay_gui.windows.compare_view import CompareView


class CompareActions(QObject):
    """Connects the actions of a comparison to its session and page, and enables the available ones."""

    def __init__(
        self, session: ComparisonSession, view: CompareView, actions: dict[str, QAction], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._view = view
        self._actions = {spec.name: actions[spec.name] for spec in ACTION_SPECS if spec.comparison}
        self._find_action = actions["find"]
        self._actions["link_cursors"].setChecked(session.linked)
        self._modes = QActionGroup(self)
        for name in ("show_why", "show_divergences"):
            self._modes.addAction(self._actions[name])
        self._actions["show_why"].setChecked(view.shows_why)
        connect_actions(actions, self.handlers)
        session.active_changed.connect(self.refresh)
        session.compared_changed.connect(self.refresh)
        session.row_changed.connect(self.refresh)
        view.why.changed.connect(self.refresh)
        self._find_action.changed.connect(self._show_find_key)
        self._show_find_key()
        session.a.run_changed.connect(self.refresh)
        session.b.run_changed.connect(self.refresh)
        self.refresh()

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions of a comparison."""
        return {
            "compare_swap": self.on_compare_swap,
            "compare_end": self.on_compare_end,
            "show_why": self.on_show_why,
            "show_divergences": self.on_show_divergences,
            "first_divergence": self.on_first_divergence,
            "previous_divergence": self.on_previous_divergence,
            "next_divergence": self.on_next_divergence,
            "last_divergence": self.on_last_divergence,
            "changes_only": self.on_changes_only,
            "show_ignored": self.on_show_ignored,
            "link_cursors": self.on_link_cursors,
            "anchor": self.on_anchor,
        }

    @Slot()
    def _show_find_key(self) -> None:
        self._view.divergences.finding.field.show_key(key_words(self._find_action.shortcut()))

    @Slot()
    def refresh(self) -> None:
        """Enable the actions that are available now."""
        session = self._session
        both = session.active and session.a.facts is not None and session.b.facts is not None
        for action in self._actions.values():
            action.setEnabled(session.active)
        self._actions["compare_swap"].setEnabled(both)
        why = self._view.why.result
        can_step = bool(why is not None and why.reasons) if self._view.shows_why else session.point_count > 0
        for name in ("first_divergence", "previous_divergence", "next_divergence", "last_divergence"):
            self._actions[name].setEnabled(can_step)
        self._actions["anchor"].setEnabled(session.row >= 0)

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_compare_end(self) -> None:
        self._session.end()

    @Slot()
    def on_compare_swap(self) -> None:
        self._session.swap()

    @Slot(bool)
    def on_show_why(self, on: bool) -> None:
        if on:
            self._show(why=True)

    @Slot(bool)
    def on_show_divergences(self, on: bool) -> None:
        if on:
            self._show(why=False)

    def _show(self, why: bool) -> None:
        self._view.show_why(why)
        self._view.setFocus()
        self.refresh()

    def _turn_to_divergences(self) -> None:
        """Show where the runs diverge, because the next action is about that."""
        self._actions["show_divergences"].setChecked(True)

    @Slot()
    def on_first_divergence(self) -> None:
        if self._view.shows_why:
            self._view.why.choose(0)
        else:
            self._session.select_point(0)

    @Slot()
    def on_previous_divergence(self) -> None:
        self._step(-1)

    @Slot()
    def on_next_divergence(self) -> None:
        self._step(1)

    def _step(self, delta: int) -> None:
        if self._view.shows_why:
            self._view.why.step(delta)
        else:
            self._session.step_point(delta)

    @Slot()
    def on_last_divergence(self) -> None:
        if self._view.shows_why:
            self._view.why.choose_last()
        else:
            self._session.select_point(-1)

    @Slot(bool)
    def on_changes_only(self, on: bool) -> None:
        self._turn_to_divergences()
        self._view.divergences.set_changes_only(on)

    @Slot(bool)
    def on_show_ignored(self, on: bool) -> None:
        self._turn_to_divergences()
        self._view.divergences.rows.set_ignored_shown(on)

    @Slot(bool)
    def on_link_cursors(self, on: bool) -> None:
        self._session.set_linked(on)

    @Slot()
    def on_anchor(self) -> None:
        self._turn_to_divergences()
        self._view.divergences.begin_anchor()
