"""The line that shows when the chosen value of the state changed, with steps to its other changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QToolButton, QWidget

from replay_gui.core.text.json_pointer import join_pointer, pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, ICON, UNIT, theme_events
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.values.value_trace import ChosenValueTrace
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_MAX_NAME_CHARACTERS = 32  # characters of the value's name, so that a hash is not wider than the panel


class ValueTraceBar(QFrame):
    """Shows the chosen value, its number of changes and the event of the last one; hidden while none is chosen.

    The buttons are beside the words, or below them if the words would be cut.
    """

    def __init__(self, trace: ChosenValueTrace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace = trace
        self.words = PlainLabel(role="secondary")
        self.words.setWordWrap(True)
        self.stop = self._button(tr("Stop looking for changes"))
        self.previous = self._button(tr("Previous change of this value"))
        self.next = self._button(tr("Next change of this value"))
        self.stop.clicked.connect(trace.stop)
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.watch = self._button(tr("Watch this value"))
        self.all_changes = self._button(tr("All changes of this value"))
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(UNIT)
        for button in (self.stop, self.previous, self.next, self.all_changes, self.watch):
            buttons.addWidget(button)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(GAP + UNIT, UNIT, GAP, UNIT)
        self._layout.setSpacing(UNIT)
        self._layout.addWidget(self.words, 1)
        self._layout.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignLeft)
        trace.changed.connect(self._show)
        theme_events().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show()

    def offer(self, watch: QAction, all_changes: QAction) -> None:
        """Set the actions of the two buttons, and the tooltips from them."""
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
            self.words.setText(f"{_name(trace.path)}: {trace.words}")
        self.stop.setVisible(trace.tracing)
        self._fit()
        self.previous.setEnabled(trace.previous_change is not None)
        self.next.setEnabled(trace.next_change is not None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the buttons so that there is room for the words."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put the buttons beside the words if one line has room for both."""
        margins, measure = self._layout.contentsMargins(), self.words.fontMetrics()
        words = measure.horizontalAdvance(self.words.text()) + 2 * UNIT
        needed = margins.left() + words + UNIT + self._buttons.sizeHint().width() + margins.right()
        below, beside = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._layout.setDirection(beside if needed <= self.width() else below)

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


def _name(path: Sequence[str | int]) -> str:
    """Return the last key of a path, for an item of a list with the list: ``messages[5]``."""
    keys = [at for at, name in enumerate(path) if not str(name).isdigit()]
    return one_line(pointer_text(join_pointer(path[keys[-1] if keys else 0 :])), _MAX_NAME_CHARACTERS)
