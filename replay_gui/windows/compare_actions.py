"""What the actions of a comparison do."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.windows.actions import SPECS
from replay_gui.windows.compare_view import CompareView


class CompareActions(QObject):
    """Connects the actions whose Spec says so to a session and its page, and enables what can be done."""

    def __init__(
        self, session: ComparisonSession, view: CompareView, actions: dict[str, QAction], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._view = view
        self._window = window
        self._actions = {spec.name: actions[spec.name] for spec in SPECS if spec.comparison}
        self._actions["link_cursors"].setChecked(session.linked)
        for name, action in self._actions.items():
            signal = action.toggled if action.isCheckable() else action.triggered
            signal.connect(getattr(self, f"on_{name}"))
        session.active_changed.connect(self.refresh)
        session.compared_changed.connect(self.refresh)
        session.row_changed.connect(self.refresh)
        session.rules.changed.connect(self.refresh)
        session.a.run_changed.connect(self.refresh)
        session.b.run_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        session = self._session
        both = session.active and session.a.facts is not None and session.b.facts is not None
        for action in self._actions.values():
            action.setEnabled(session.active)
        self._actions["compare_with"].setEnabled(session.a.facts is not None)
        self._actions["compare_swap"].setEnabled(both)
        for name in ("first_divergence", "previous_divergence", "next_divergence", "last_divergence"):
            self._actions[name].setEnabled(session.point_count > 0)
        self._actions["anchor"].setEnabled(session.row >= 0)
        self._actions["undo_rule"].setEnabled(session.active and session.rules.can_undo)
        self._actions["redo_rule"].setEnabled(session.active and session.rules.can_redo)

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_compare_with(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Compare with another run")
        if path:
            self._session.start(path)

    @Slot()
    def on_compare_end(self) -> None:
        self._session.end()

    @Slot()
    def on_compare_swap(self) -> None:
        self._session.swap()

    @Slot()
    def on_first_divergence(self) -> None:
        self._session.select_point(0)

    @Slot()
    def on_previous_divergence(self) -> None:
        self._session.step_point(-1)

    @Slot()
    def on_next_divergence(self) -> None:
        self._session.step_point(1)

    @Slot()
    def on_last_divergence(self) -> None:
        self._session.select_point(-1)

    @Slot(bool)
    def on_changes_only(self, on: bool) -> None:
        self._view.divergences.set_changes_only(on)

    @Slot(bool)
    def on_show_ignored(self, on: bool) -> None:
        self._view.divergences.rows.set_ignored_shown(on)

    @Slot(bool)
    def on_link_cursors(self, on: bool) -> None:
        self._session.set_linked(on)

    @Slot()
    def on_anchor(self) -> None:
        self._view.divergences.begin_anchor()

    @Slot()
    def on_undo_rule(self) -> None:
        self._session.rules.undo()

    @Slot()
    def on_redo_rule(self) -> None:
        self._session.rules.redo()
