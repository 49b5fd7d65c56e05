"""The card of each part of the window: a head with a title and flat buttons, and a body below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, HEAD, UNIT, data_font, set_role
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.compact_level import compact_level
from replay_gui.widgets.parts.text.elided_label import ElidedLabel


@dataclass(frozen=True, slots=True)
class _HeadButton:
    button: QToolButton
    text: str
    short: str
    spare: bool

    def width(self, level: int) -> int:
        """Return its width in pixels at a compact level."""
        if self.button.isHidden() and not (self.spare and level < _MINIMAL_LEVEL):
            return 0
        face, button = self.button.fontMetrics(), self.button
        return (
            button.sizeHint().width()
            - face.horizontalAdvance(button.text())
            + face.horizontalAdvance(self.text if level < _SHORT_WORDS_LEVEL else self.short)
        )


_SHORT_WORDS_LEVEL, _MINIMAL_LEVEL = 1, 2  # compact levels: short words; without buttons that can be spared


class Panel(QFrame):
    """A card titled `title`, with secondary text behind it, a note at the right, then the buttons.

    All texts are plain. If there is little room, first the secondary text is cut, then the buttons become shorter, then
    the less important buttons are hidden, then the note is cut, and finally the title.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.setAccessibleName(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, UNIT)  # the parts' corners stay inside the round ones
        self._column.setSpacing(0)
        head = QFrame(self)
        set_role(head, "head")
        head.setFixedHeight(HEAD)
        self._column.addWidget(head)
        self._title = ElidedLabel(title)
        set_role(self._title, "title")
        self._secondary = ElidedLabel()
        set_role(self._secondary, "secondary")
        self._secondary.setFont(data_font())
        self._secondary.setContentsMargins(UNIT, 0, 0, 0)
        self._secondary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._note = ElidedLabel()
        set_role(self._note, "secondary")
        self._note.hide()
        self._buttons: list[_HeadButton] = []
        self._level = 0
        self._head = QHBoxLayout(head)
        self._head.setContentsMargins(GAP + UNIT, 0, GAP, 0)
        self._head.setSpacing(UNIT)
        self._head.addWidget(self._title)
        self._head.addWidget(self._secondary, 1)
        self._head.addWidget(self._note)

    def set_title(self, text: str) -> None:
        """Set the title, which is also the panel's accessible name."""
        if text != self._title.text():
            self._title.setText(text)  # with another width, Qt asks for another layout, as for a button
            self.setAccessibleName(text)

    def set_secondary(self, text: str, is_whole: bool = False) -> None:
        """Set the text after the title, in the data font: an id, a path. `is_whole`: it is hidden instead of cut."""
        self._secondary.is_whole = is_whole
        self._secondary.setText(text)

    def set_note(self, text: str, short: str = "") -> None:
        """Set the text at the right, before the buttons: a count. `short`: shown if there is no room for it."""
        if (text, short) != (self._note.text(), self._note.short):
            self._note.short = short
            self._note.setText(text)
            self._note.setVisible(bool(text))  # an empty label would still take a gap
            self._fit_head()

    def add_button(
        self, text: str, tip: str, checkable: bool = False, short: str = "", spare: bool = False
    ) -> QToolButton:
        """Add a flat text button at the right end of the head.

        `short`: its text if there is little room. `spare`: it is hidden if there is still less, because it has a key.
        """
        button = QToolButton()
        button.setText(text)
        button.setToolTip(plain_tooltip(tip))
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_role(button, "secondary")
        self._head.addWidget(button)
        self._buttons.append(_HeadButton(button, text, short or text, spare))
        return button

    def add_part(self, part: QWidget, stretch: int = 0) -> None:
        """Add a widget below the other parts. `stretch`: its share of the room, as in a layout."""
        self._column.addWidget(part, stretch)

    def add_stretch(self) -> None:
        """Leave the room that no part takes at the bottom."""
        self._column.addStretch()

    def tab_widgets(self) -> list[QWidget]:
        """Return the widgets in the order of Tab: the buttons of the head, then the parts."""
        buttons: list[QWidget] = [head_button.button for head_button in self._buttons]
        tabbed = (one for one in self.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return [*buttons, *(one for one in tabbed if one not in buttons)]

    # ---- room -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose again which parts of the head fit."""
        super().resizeEvent(event)
        self._fit_head()

    def event(self, event: QEvent) -> bool:
        """Choose again which parts of the head fit when a button appears or disappears, or a text changes."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_head()
        return done

    def _fit_head(self) -> None:
        width_at = cache(self.width_at)
        level = compact_level(width_at, self.width(), last_level=_MINIMAL_LEVEL)
        wanted = self._note.sizeHint().width()
        self._note.setMaximumWidth(max(wanted - max(width_at(level) + 4 * UNIT - self.width(), 0), 0))
        if level == self._level:
            return
        self._level = level
        for head_button in self._buttons:
            head_button.button.setText(head_button.text if level < _SHORT_WORDS_LEVEL else head_button.short)
            if head_button.spare:
                head_button.button.setVisible(level < _MINIMAL_LEVEL)

    def width_at(self, level: int) -> int:
        """Return the width that title, note and buttons need."""
        margins = self._head.contentsMargins()
        parts = [self._title.sizeHint().width(), 0 if self._note.isHidden() else self._note.sizeHint().width()]
        parts += [head_button.width(level) for head_button in self._buttons]
        gaps = sum(part > 0 for part in parts) * self._head.spacing()  # one of them before the secondary text
        return margins.left() + sum(parts) + gaps + margins.right()
