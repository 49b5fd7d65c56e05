"""The question to the user how a call of a re-run is answered."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, ROW, WIDE, data_font, set_role
from replay_gui.record.sessions.questions import Question, Reply, ReplyKind, value_of_words
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_SIZE_PX, _VALUE_PX = (80 * GAP, 48 * GAP), 3 * ROW
_BUTTONS = {
    ReplyKind.RECORDED: translatable("As recorded"),
    ReplyKind.LIVE: translatable("For real"),
    ReplyKind.VALUE: translatable("With this value"),
    ReplyKind.STOP: translatable("Stop here"),
}


class QuestionDialog(WrappedDialog):
    """Attributes: buttons: by their reply. value: the field of a value, as JSON or else as text.

    Signals: replied(str, object): the question's name, and the Reply; closing the dialog stops the run.
    """

    replied = Signal(str, object)

    def __init__(self, name: str, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("How is this answered?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name = name
        words = tr("The agent calls {call}.", call=one_line(question.asked, 200))
        if question.place:
            place = one_line(question.place, 200)
            words = tr("The agent calls {call} by {place}.", call=one_line(question.asked, 200), place=place)
        head = PlainLabel(words)
        head.setWordWrap(True)
        recorded = tr("none: the recorded run has no such call") if question.recorded is None else question.recorded
        self.value = QPlainTextEdit("" if question.recorded is None else visible(question.recorded, "\n"))
        self.value.setFont(data_font())
        set_role(self.value, "field")
        self.value.setFixedHeight(_VALUE_PX)
        self.value.setAccessibleName(tr("The value"))
        self.buttons = {kind: QPushButton(tr(_BUTTONS[kind])) for kind in question.choices}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(head)
        for title, text in ((tr("Asked"), question.request), (tr("Recorded answer"), recorded)):
            layout.addWidget(PlainLabel(title, "secondary"))
            layout.addWidget(_read_only(title, text), 1)
        if ReplyKind.VALUE in self.buttons:
            layout.addWidget(PlainLabel(tr("A value of your own, as JSON or else as text"), "secondary"))
            layout.addWidget(self.value)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in self.buttons.values():
            button.setAutoDefault(False)
            row.addWidget(button)
            button.clicked.connect(self._on_reply)
        layout.addLayout(row)
        self.resize(*_SIZE_PX)
        self.rejected.connect(self._on_rejected)

    @Slot()
    def _on_reply(self) -> None:
        kind = next(kind for kind, button in self.buttons.items() if button is self.sender())
        value = value_of_words(self.value.toPlainText()) if kind is ReplyKind.VALUE else None
        self.replied.emit(self._name, Reply(kind, value))
        self.accept()

    @Slot()
    def _on_rejected(self) -> None:
        self.replied.emit(self._name, Reply(ReplyKind.STOP))


def _read_only(name: str, text: str) -> QPlainTextEdit:
    field = QPlainTextEdit(visible(text, "\n"))
    field.setReadOnly(True)
    field.setFont(data_font())
    field.setAccessibleName(name)
    return field
