"""The heads above the parts for A and B, side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from replay_gui.look.theme import GAP, HEAD, LINE, LINKS, UNIT, WIDE, set_role, theme
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.text.elided_label import ElidedLabel


class SideHeads(QWidget):
    """A title and a note for each side, and the gutter between them; sides are 0 (A) and 1 (B)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._titles = (ElidedLabel(), ElidedLabel())
        self._notes = (ElidedLabel(), ElidedLabel())
        self._rows: list[QHBoxLayout] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for which in (0, 1):
            if which:
                row.addWidget(_Gutter())
            row.addWidget(self._head(which), 1)

    def set_title(self, which: int, text: str) -> None:
        """Set the title of a side; the note is cut before it."""
        self._titles[which].setText(text)

    def title(self, which: int) -> str:
        """Return the title of a side."""
        return self._titles[which].text()

    def set_note(self, which: int, text: str) -> None:
        """Set the secondary text at the right of a side's head."""
        self._notes[which].setText(text)

    def note(self, which: int) -> str:
        """Return the note of a side."""
        return self._notes[which].text()

    def add_widget(self, which: int, widget: QWidget) -> None:
        """Add a widget at the right end of a side's head."""
        self._rows[which].addWidget(widget)

    def _head(self, which: int) -> QFrame:
        head = QFrame()
        set_role(head, "head")
        head.setFixedHeight(HEAD)
        title, note = self._titles[which], self._notes[which]
        set_role(title, "title")
        set_role(note, "secondary")
        title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it gets what the title leaves
        note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(head)
        row.setContentsMargins(GAP + UNIT, 0, GAP, 0)
        row.setSpacing(WIDE)
        row.addWidget(title)
        row.addWidget(note, 1)
        self._rows.append(row)
        return head


class _Gutter(QWidget):
    """The gutter between the heads."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(LINKS)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = left_to_right_painter(self)
        painter.fillRect(self.rect(), theme().window)
        for x in (0, self.width() - LINE):
            painter.fillRect(x, 0, LINE, self.height(), theme().line)
        painter.end()
