"""The line to search in the content of a panel."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MAX_CHARACTERS = 1000


class PanelFindBar(QFrame):
    """A field and the number of hits; hidden until `begin`.

    Signals:
        text_changed(str): the text to find has changed. opened(bool): the bar was shown, or hidden.
        step_wanted(bool): Enter (True) or Shift+Enter: to the next or the previous hit.
    """

    text_changed = Signal(str)
    opened = Signal(bool)
    step_wanted = Signal(bool)

    def __init__(self, name: str, placeholder: str, parent: QWidget | None = None) -> None:
        """`name`: for a screen reader."""
        super().__init__(parent)
        self._left: QWidget | None = None  # the widget that had the focus before
        self.line = QLineEdit()
        self.line.setPlaceholderText(placeholder)
        self.line.setAccessibleName(name)
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(_MAX_CHARACTERS)
        self.count = PlainLabel()
        set_role(self.count, "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, UNIT, GAP, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.line, 1)
        row.addWidget(self.count)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self.text_changed)
        self.hide()

    @Slot()
    def begin(self) -> None:
        """Show the bar, and focus its field with all of its text selected."""
        if self.isHidden():
            self._left = self.window().focusWidget()
            self.show()
            self.opened.emit(True)
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    @Slot()
    def end(self) -> None:
        """Hide the bar, forget its text, and give the focus back."""
        if not self.isHidden():
            had_focus, left, self._left = self.line.hasFocus(), self._left, None
            self.hide()
            self.opened.emit(False)
            self.line.clear()
            if had_focus and left is not None and left.isVisible():
                left.setFocus()

    def step(self, forward: bool) -> None:
        """Request the next or the previous hit."""
        self.step_wanted.emit(forward)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Go from hit to hit on Enter and Shift+Enter, and close the bar on Esc."""
        if not isinstance(event, QKeyEvent) or event.key() not in (*_ENTER_KEYS, Qt.Key.Key_Escape):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.type() == QEvent.Type.KeyPress:
            self.step(forward=not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return True
