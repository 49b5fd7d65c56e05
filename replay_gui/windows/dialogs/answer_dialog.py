"""The dialog to edit a recorded answer before the run is run again."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, WIDE, data_font, set_role
from replay_gui.models.rerun.edited_answer import AnswerText, EditedAnswer, NotEditable
from replay_gui.widgets.parts.notice import Notice
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_SIZE_PX = (88 * GAP, 60 * GAP)
_QUIET_MS = 150  # ms after the last key, when the text is checked


class AnswerDialog(WrappedDialog):
    """Attributes: field: the answer. next_button: enabled while the text differs from the answer.

    Signals: edited(object): an EditedAnswer, when the button is pressed.
    """

    edited = Signal(object)

    def __init__(self, answer: AnswerText, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("What if"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._answer = answer
        self.field = QPlainTextEdit(answer.text)
        self.field.setFont(data_font())
        set_role(self.field, "field")
        self.field.setAccessibleName(tr("The answer"))
        self.problem = Notice("warn")
        self._reset, self._cancel = QPushButton(tr("Reset")), QPushButton(tr("Cancel"))
        self.next_button = QPushButton(tr("Run again with this…"))
        self.next_button.setDefault(True)
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        words = tr("What if event {position} had been different?", position=whole_number(answer.position))
        head = PlainLabel(f"{words} {answer.about}")
        head.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(
            PlainLabel(tr("JSON. Nothing runs yet.") if answer.is_json else tr("Nothing runs yet."), "secondary"), 1
        )
        for button in (self._reset, self._cancel, self.next_button):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(head)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        self.resize(*_SIZE_PX)
        self.field.textChanged.connect(self._quiet.start)
        self._quiet.timeout.connect(self.check)
        self._reset.clicked.connect(self._on_reset)
        self._cancel.clicked.connect(self.reject)
        self.next_button.clicked.connect(self._on_next)
        self.check()

    @cached_property
    def _unedited(self) -> EditedAnswer:
        """The recorded answer as an edit, computed once."""
        return self._answer.edited(self._answer.text)

    @Slot()
    def check(self) -> EditedAnswer | None:
        """Return the text as an edit; if it is none, show the reason and return None."""
        text = self.field.toPlainText()
        edited, problem = None, ""
        try:
            edited = self._answer.edited(text)
        except NotEditable as why:
            problem = str(why)
        if edited is not None and edited == self._unedited:
            edited = None
        self.problem.show_text(visible(problem))
        self.next_button.setEnabled(edited is not None)
        return edited

    @Slot()
    def _on_reset(self) -> None:
        self.field.setPlainText(self._answer.text)

    @Slot()
    def _on_next(self) -> None:
        edited = self.check()
        if edited is not None:
            self.edited.emit(edited)
            self.accept()
