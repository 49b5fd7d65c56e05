"""Shows a plain text, and never interprets its content."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QContextMenuEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from replay_gui.look.theme import GAP, UNIT, data_font
from replay_gui.widgets.parts.direction import keep_left_to_right
from replay_gui.widgets.readable.text_matches import TextMatches
from replay_gui.widgets.readable.text_menu import show_text_menu

_MAX_BLOCK_CHARACTERS = 1024  # of a block
_CONTINUED_BLOCK = 1  # user state of a block that continues the line before it


class EventTextView(QPlainTextEdit):
    """Read-only; wraps."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._matches = TextMatches(self)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.setFont(data_font())
        self.document().setDefaultFont(data_font())
        self.document().setDocumentMargin(GAP + UNIT)

    def show_text(self, text: str) -> None:
        """Replace the text; the time depends on its length, so long texts come in parts."""
        cut = [(piece, part > 0) for line in text.split("\n") for part, piece in enumerate(_pieces(line))]
        self.setPlainText("\n".join(piece for piece, _ in cut))
        if len(cut) > text.count("\n") + 1:
            block = self.document().begin()
            for _, goes_on in cut:
                block.setUserState(_CONTINUED_BLOCK if goes_on else -1)
                block = block.next()

    def find_all(self, text: str, match_case: bool) -> int:
        """Mark all occurrences of the text within blocks; return their number, up to the limit."""
        return self._matches.find_all(text, match_case)

    def show_found(self, number: int) -> None:
        """Mark one match, from 0, as the current one, and scroll to it."""
        self._matches.show(number)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the selected text, without the breaks that were added to make the layout fast."""
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
        """Show the usual menu, with the added actions of this widget."""
        show_text_menu(self, event.globalPos())

    def wanted_height(self) -> int:
        """Return the height in pixels of the whole text at the present width."""
        lines = self.document().size().height()  # a plain text document counts lines, not pixels
        return round(lines * self.fontMetrics().lineSpacing() + 2 * self.document().documentMargin()) + GAP


def _pieces(text: str) -> list[str]:
    """Split a line into pieces that are quick to lay out: Qt needs almost a second for 65,536 characters."""
    return [text[i : i + _MAX_BLOCK_CHARACTERS] for i in range(0, len(text), _MAX_BLOCK_CHARACTERS)] or [""]
