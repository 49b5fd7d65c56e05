"""The line that says when the chosen value of the state changed, with steps to its other changes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from replay_gui.core.text.json_pointer import join_pointer, pointer_text
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, ICON, UNIT, set_role, theme_events
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.values.value_trace import ChosenValueTrace
from replay_gui.widgets.parts.elided_label import ElidedLabel


class ValueTraceBar(QFrame):
    """Names the chosen value, says how often it changed and by which event last; hidden while none is chosen."""

    def __init__(self, trace: ChosenValueTrace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace = trace
        self.words = ElidedLabel()
        set_role(self.words, "secondary")
        self.stop = self._button("Stop looking for changes")
        self.previous = self._button("Previous change of this value")
        self.next = self._button("Next change of this value")
        self.stop.clicked.connect(trace.stop)
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.watch = self._button("Watch this value")
        self.all_changes = self._button("All changes of this value")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, UNIT, GAP, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.words, 1)
        for button in (self.stop, self.previous, self.next, self.all_changes, self.watch):
            row.addWidget(button)
        trace.changed.connect(self._show)
        theme_events().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show()

    def offer(self, watch: QAction, all_changes: QAction) -> None:
        """Let the buttons trigger these actions, and say what they do."""
        for button, action in ((self.watch, watch), (self.all_changes, all_changes)):
            button.setToolTip(plain_tooltip(action.toolTip()))
            button.clicked.connect(action.trigger)

    def _button(self, tip: str) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setIconSize(QSize(ICON, ICON))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(plain_tooltip(tip))
        button.setAccessibleName(tip.partition(" (")[0])
        return button

    @Slot()
    def _show(self) -> None:
        trace = self._trace
        self.setVisible(trace.path is not None)
        if trace.path is not None:
            self.words.setText(f"{pointer_text(join_pointer(trace.path[-1:]))}: {trace.words}")
        self.stop.setVisible(trace.tracing)
        self.previous.setEnabled(trace.previous_change is not None)
        self.next.setEnabled(trace.next_change is not None)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.stop.setIcon(icon("close"))
        self.previous.setIcon(icon("previous"))
        self.next.setIcon(icon("next"))
        self.all_changes.setIcon(icon("list"))
        self.watch.setIcon(icon("watch"))

    @Slot()
    def _on_previous(self) -> None:
        self._trace.step(forward=False)

    @Slot()
    def _on_next(self) -> None:
        self._trace.step(forward=True)
