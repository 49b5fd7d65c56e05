"""Shows lines of an event as plain text with inks; never interprets what they hold."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from replay_gui.look.theme import GAP, UNIT, data_font, theme
from replay_gui.models.run.event_readable import ReadableLine, TextStyle

_MAX_BLOCK_CHARACTERS = 1024  # characters of a block
_MAX_MATCHES = 1000  # of a text that is searched for, which are marked
_CONTINUED_BLOCK = 1  # user state of a block that is no line of its own, but goes on with the one before


class EventTextView(QPlainTextEdit):
    """Read-only; wraps; a patch's lines are tinted."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matches: list[QTextCursor] = []
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.setFont(data_font())
        self.document().setDefaultFont(data_font())
        self.document().setDocumentMargin(GAP + UNIT)

    def show_text(self, text: str) -> None:
        """Plain text without inks."""
        cut = [(piece, part > 0) for line in text.split("\n") for part, piece in enumerate(_pieces(line))]
        self.setPlainText("\n".join(piece for piece, _ in cut))
        if len(cut) > text.count("\n") + 1:
            block = self.document().begin()
            for _, goes_on in cut:
                block.setUserState(_CONTINUED_BLOCK if goes_on else -1)
                block = block.next()

    def show_lines(self, lines: Sequence[ReadableLine]) -> None:
        """Replace the text; costs time by its length, so long texts come in pages."""
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        inks, grounds = _inks(), _grounds()
        for number, line in enumerate(lines):
            ground = QTextBlockFormat()
            if line.style in grounds:
                ground.setBackground(grounds[line.style])
            if number:
                cursor.insertBlock(ground)
            else:
                cursor.setBlockFormat(ground)
            for text, ink in line.spans:
                look = QTextCharFormat()
                look.setForeground(inks[ink])
                for part, piece in enumerate(_pieces(text)):
                    if part:
                        cursor.insertBlock(ground)
                        cursor.block().setUserState(_CONTINUED_BLOCK)
                    cursor.insertText(piece, look)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def find_all(self, text: str, match_case: bool) -> int:
        """Mark the text wherever it stands in one of the blocks, up to _MAX_MATCHES times; return how often."""
        self._matches = []
        flags = QTextDocument.FindFlag.FindCaseSensitively if match_case else QTextDocument.FindFlag(0)
        match = self.document().find(text, 0, flags) if text else QTextCursor()
        while not match.isNull() and len(self._matches) < _MAX_MATCHES:
            self._matches.append(match)
            match = self.document().find(text, match, flags)
        self._mark_matches(None)
        return len(self._matches)

    def show_found(self, number: int) -> None:
        """Mark one match, from 0, as the current one, in sight."""
        self._mark_matches(number)
        place = QTextCursor(self.document())
        place.setPosition(self._matches[number].selectionStart())
        self.setTextCursor(place)
        self.centerCursor()

    def _mark_matches(self, current: int | None) -> None:
        colors, marks = theme(), []
        for number, match in enumerate(self._matches):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = match
            look = QTextCharFormat()
            look.setBackground(colors.accent if number == current else colors.changed_word)
            look.setForeground(colors.on_accent if number == current else colors.text)
            mark.format = look
            marks.append(mark)
        self.setExtraSelections(marks)

    def createMimeDataFromSelection(self) -> QMimeData:
        """The chosen text as it is: without the breaks that only make it quick to lay out."""
        chosen, part, data = self.textCursor(), QTextCursor(self.document()), QMimeData()
        start, end = chosen.selectionStart(), chosen.selectionEnd()
        parts: list[str] = []
        block = self.document().findBlock(start)
        while block.isValid() and block.position() <= end:
            parts += [] if not parts or block.userState() == _CONTINUED_BLOCK else ["\n"]
            part.setPosition(max(start, block.position()))
            part.setPosition(min(end, block.position() + block.length() - 1), QTextCursor.MoveMode.KeepAnchor)
            parts.append(part.selectedText())
            block = block.next()
        data.setText("".join(parts))
        return data

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The usual menu, and the actions that this widget was given."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        menu.addActions(self.actions())
        menu.popup(event.globalPos())

    def wanted_height(self) -> int:
        """Pixels that the whole text takes at the present width."""
        lines = self.document().size().height()  # a plain text document counts lines, not pixels
        return round(lines * self.fontMetrics().lineSpacing() + 2 * self.document().documentMargin()) + GAP


def _pieces(text: str) -> list[str]:
    """A line in pieces that are quick to lay out: Qt takes most of a second for one of 65,536 characters."""
    return [text[i : i + _MAX_BLOCK_CHARACTERS] for i in range(0, len(text), _MAX_BLOCK_CHARACTERS)] or [""]


def _inks() -> dict[TextStyle, QColor]:
    colors = theme()
    return {
        TextStyle.KEY: colors.accent,
        TextStyle.VALUE: colors.text,
        TextStyle.QUIET: colors.secondary,
        TextStyle.ADDED: colors.added_text,
        TextStyle.REMOVED: colors.removed_text,
    }


def _grounds() -> dict[TextStyle, QColor]:
    colors = theme()
    return {TextStyle.ADDED: colors.added, TextStyle.REMOVED: colors.removed}
