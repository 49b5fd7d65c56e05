"""Ctrl+G: go to an event by its number, a time or an id."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import Position
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, UNIT, WIDE, set_role
from replay_gui.models.run.go_to import (
    GoToEvent,
    GoToReader,
    GoToText,
    GoToTime,
    NotUnderstood,
    accepted_forms,
    position_at_time,
)
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_WIDTH_PX = 80 * GAP
_MAX_CHARACTERS = 300


class GoToDialog(WrappedDialog):
    """Asks for a place in a run, and shows in one line how the text is understood.

    Signals:
        chosen(object): the position, an int. (An object, because an int of Qt ends at 2^31.)
        search_wanted(str): the place is the next event that contains this text.
    """

    chosen = Signal(object)
    search_wanted = Signal(str)

    def __init__(
        self, index: RunIndex, position: Position, parent: QWidget, run_id: str = "", first_broken: int | None = None
    ) -> None:
        """`run_id`, `first_broken`: as in GoToReader."""
        super().__init__(parent)
        self.setWindowTitle(tr("Go to"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._index = index
        self._reader = GoToReader(index, position, run_id, first_broken)
        self.hint = PlainLabel(accepted_forms())
        set_role(self.hint, "secondary")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        self.field = QLineEdit(str(position))
        self.field.setAccessibleName(tr("Number, time or id of the event"))
        self.field.setMaxLength(_MAX_CHARACTERS)
        self.field.selectAll()
        self.field.textChanged.connect(self._on_text_changed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText(tr("Go"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (self.field, self.hint, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(_WIDTH_PX)

    def accept(self) -> None:
        """Emit the target and close; stay open if the text has none."""
        match self._reader.read(self.field.text()):
            case GoToEvent(position):
                self.chosen.emit(position)
            case GoToTime(time):
                self.chosen.emit(position_at_time(self._index, time))
            case GoToText(text):
                self.search_wanted.emit(text)
            case NotUnderstood():
                return
        super().accept()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        place = self._reader.read(text)
        wrong = isinstance(place, NotUnderstood)
        self._ok.setEnabled(not wrong)
        self.hint.setText(place.words)
        set_role(self.hint, "bad" if wrong and text.strip() else "secondary")
        self.field.setAccessibleDescription(place.words)
