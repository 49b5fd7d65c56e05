"""Asks whether to show notes beside the log, and in which place to keep the user's own notes."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.models.run.note_book import NoteBook, NotesPlaceChoice
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel


class NoteBar(QFrame):
    """Hidden unless it has a question. Notes beside the log are not shown until the user allows them.

    Signal: place_chosen(bool): keep notes beside their logs, or not.
    """

    place_chosen = Signal(bool)

    def __init__(self, book: NoteBook, name: str = "", parent: QWidget | None = None) -> None:
        """`name`: of the run, if there are two."""
        super().__init__(parent)
        self._name = name
        self._book = book
        set_role(self, "raised")
        self.words = PlainLabel(role="secondary")
        self.words.setWordWrap(True)
        self.yes, self.no = QPushButton(), QPushButton()
        set_role(self.no, "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, UNIT, GAP, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.yes.clicked.connect(self._on_yes)
        self.no.clicked.connect(self._on_no)
        book.questions_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        asks_place = self._book.choice is NotesPlaceChoice.ASKED
        if self._book.unused:
            self.words.setText(self._found_words(whole_number(self._book.unused)))
            self.words.setToolTip(plain_tooltip(one_line(self._book.unused_path)))
            self.yes.setText(tr("Show them"))
            self.yes.setToolTip(tr("Also those beside other logs in this folder, and their rules, from now on."))
            self.no.setText(tr("Not now"))
        elif asks_place:
            self.words.setText(tr("The note is kept among your own files. Keep notes beside their logs instead?"))
            self.words.setToolTip(tr("In a separate file, RUN.notes.toml; the log is not changed."))
            self.yes.setText(tr("Beside the log"))
            self.yes.setToolTip(tr("Everybody with the folder gets the notes."))
            self.no.setText(tr("In my own files"))
        self.setVisible(bool(self._book.unused) or asks_place)

    def _found_words(self, count: str) -> str:
        if self._name:
            return tr("Notes found beside the log of {run}: {count}. Show them?", run=self._name, count=count)
        return tr("Notes found beside the log: {count}. Show them?", count=count)

    @Slot()
    def _on_yes(self) -> None:
        if self._book.unused:
            self._book.allow()
        else:
            self.place_chosen.emit(True)

    @Slot()
    def _on_no(self) -> None:
        if self._book.unused:
            self._book.refuse()
        else:
            self.place_chosen.emit(False)
