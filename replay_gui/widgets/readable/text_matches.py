"""Marks all occurrences of a text in an edit, and steps through them."""

from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from replay_gui.look.theme import theme

_MAX_MATCHES = 1000  # marked matches


class TextMatches:
    """The matches of a text in one edit; the text is never changed."""

    def __init__(self, edit: QPlainTextEdit | QTextEdit) -> None:
        self._edit = edit
        self._found: list[QTextCursor] = []

    def find_all(self, text: str, match_case: bool) -> int:
        """Mark the occurrences of the text within blocks, up to _MAX_MATCHES; return their number."""
        self._found = []
        document = self._edit.document()
        flags = QTextDocument.FindFlag.FindCaseSensitively if match_case else QTextDocument.FindFlag(0)
        match = document.find(text, 0, flags) if text else QTextCursor()
        while not match.isNull() and len(self._found) < _MAX_MATCHES:
            self._found.append(match)
            match = document.find(text, match, flags)
        self._mark(None)
        return len(self._found)

    def block(self, number: int) -> QTextBlock:
        """Return the block in which a match begins."""
        return self._edit.document().findBlock(self._found[number].selectionStart())

    def show(self, number: int) -> None:
        """Mark one match, from 0, as the current one, and scroll to it."""
        self._mark(number)
        place = QTextCursor(self._edit.document())
        place.setPosition(self._found[number].selectionStart())
        self._edit.setTextCursor(place)
        if isinstance(self._edit, QPlainTextEdit):
            self._edit.centerCursor()
        else:
            bar, viewport = self._edit.verticalScrollBar(), self._edit.viewport()
            bar.setValue(bar.value() + self._edit.cursorRect().center().y() - viewport.height() // 2)

    def _mark(self, current: int | None) -> None:
        colors, marks = theme(), []
        for number, match in enumerate(self._found):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = match
            look = QTextCharFormat()
            look.setBackground(colors.accent if number == current else colors.changed_word)
            look.setForeground(colors.on_accent if number == current else colors.text)
            mark.format = look
            marks.append(mark)
        self._edit.setExtraSelections(marks)
