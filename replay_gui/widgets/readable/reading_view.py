"""Shows an event as text for people. Text is inserted as plain text with our own formats, never interpreted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QTextBlock,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from replay_gui.core.readable.reading_line import Fold, LineKind, ReadingLine
from replay_gui.look.theme import GAP, UNIT, theme
from replay_gui.widgets.parts.direction import left_to_right_painter
from replay_gui.widgets.readable.reading_writer import GUTTER_PX, QUOTE_INDENT_PX, ReadingWriter
from replay_gui.widgets.readable.text_matches import TextMatches
from replay_gui.widgets.readable.text_menu import show_text_menu

_CHEVRON_PX = 4.0  # half of its size
_FOLD_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ReadingView(QTextEdit):
    """Read-only; wraps. A click on a chevron, or Enter in its line, folds or unfolds the part below the line.

    Signal: folded(): a part was folded or unfolded.
    """

    folded = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[ReadingLine] = []
        self._firsts: list[int] = []  # number of the first block of each line
        self._kept: dict[str, bool] = {}  # whether lines that the user has opened or closed are open, by name
        self._open: list[bool] = []  # of each line
        self._matches = TextMatches(self)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(GAP)

    # ---- content ----------------------------------------------------------------------------------
    def show_lines(self, lines: Sequence[ReadingLine]) -> None:
        """Replace the lines."""
        self.clear()
        self._lines, self._firsts, self._open = [], [], []
        self.add_lines(lines)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def add_lines(self, lines: Sequence[ReadingLine]) -> None:
        """Add lines below; the time depends on their length, so long texts come in pages."""
        begun = len(self._lines)
        writer = ReadingWriter(self.document(), is_first=not begun)
        for line in lines:
            self._firsts.append(writer.write(line))
            self._lines.append(line)
            self._open.append(self._kept.get(line.name, line.fold is not Fold.CLOSED))
        self._hide_folded(begun)  # before they are laid out, for which the scroll bar may come and go
        writer.close()

    def find_all(self, text: str, match_case: bool) -> int:
        """Mark all occurrences of the text, also hidden ones; return their number."""
        return self._matches.find_all(text, match_case)

    def show_found(self, number: int) -> None:
        """Mark one match, from 0, as the current one, unfold its part, and scroll to it."""
        block = self._matches.block(number)
        if not block.isVisible():
            self._reveal(self._line_of(block))
        self._matches.show(number)

    def wanted_height(self) -> int:
        """Return the height in pixels of all visible lines at the present width."""
        return round(self.document().size().height()) + GAP

    # ---- folding ----------------------------------------------------------------------------------
    def is_open(self, line: int) -> bool:
        """Return whether the part below a line is unfolded."""
        return self._open[line]

    def toggle(self, line: int) -> None:
        """Fold or unfold the part below a line, here and in other events with a line of this name."""
        self._open[line] = not self._open[line]
        self._kept[self._lines[line].name] = self._open[line]
        self._show_folds(line)
        self.folded.emit()

    def _reveal(self, line: int) -> None:
        depth, above = self._lines[line].depth, line
        while above > 0 and depth > 0:
            above -= 1
            if self._lines[above].depth < depth:
                depth = self._lines[above].depth
                self._open[above] = True
        self._show_folds(above)
        self.folded.emit()

    def _show_folds(self, begin: int) -> None:
        """Hide and show the blocks of the lines from `begin` on, and lay them out."""
        self._hide_folded(begin)
        if begin < len(self._lines):
            start = self.document().findBlockByNumber(self._firsts[begin]).position()
            self.document().markContentsDirty(start, self.document().characterCount() - start)
        self.viewport().update()

    def _hide_folded(self, begin: int) -> None:
        """Mark the blocks of the lines from `begin` on as visible, or not."""
        closed: int | None = None  # the depth of the closed line that hides the following ones
        for number, line in enumerate(self._lines):
            if closed is not None and line.depth <= closed:
                closed = None
            if number >= begin:
                self._set_visible(number, closed is None)
            if closed is None and line.fold is not None and not self._open[number]:
                closed = line.depth

    def _set_visible(self, line: int, on: bool) -> None:
        block = self.document().findBlockByNumber(self._firsts[line])
        end = self._firsts[line + 1] if line + 1 < len(self._firsts) else self.document().blockCount()
        while block.isValid() and block.blockNumber() < end and block.isVisible() != on:
            block.setVisible(on)
            if not on:
                block.layout().clearLayout()
            block = block.next()

    def _line_of(self, block: QTextBlock) -> int:
        """Return the number of the line that a block belongs to."""
        wanted, low, high = block.blockNumber(), 0, len(self._firsts)
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if self._firsts[middle] <= wanted else (low, middle)
        return low

    def _folding_at(self, at: QPointF) -> int | None:
        """Return the number of the line whose chevron is at the point, or None."""
        block = self.cursorForPosition(at.toPoint()).block()
        if not self._lines or not block.isVisible():
            return None
        line, rect = self._line_of(block), self._block_rect(block)
        is_on = rect.top() <= at.y() < rect.top() + self._line_height(block) and at.x() < rect.left()
        return line if is_on and self._lines[line].fold is not None else None

    def _block_rect(self, block: QTextBlock) -> QRectF:
        """Return the rectangle of a block in the viewport, without its left margin."""
        rect = self.document().documentLayout().blockBoundingRect(block)
        lead = block.blockFormat().leftMargin() + self.document().documentMargin()
        top = rect.top() - self.verticalScrollBar().value()
        return QRectF(lead, top, max(0.0, self.viewport().width() - lead), rect.height())

    @staticmethod
    def _line_height(block: QTextBlock) -> float:
        layout = block.layout()
        return layout.lineAt(0).height() if layout.lineCount() else 0.0

    # ---- mouse and keys ---------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold at a click on a chevron."""
        line = self._folding_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if line is None:
            super().mousePressEvent(event)
        else:
            self.toggle(line)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the pointer over a chevron."""
        super().mouseMoveEvent(event)
        hand = self._folding_at(event.position()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.IBeamCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold or unfold by Enter or Space in the line of a chevron."""
        if event.key() in _FOLD_KEYS and self._lines and not event.modifiers():
            line = self._line_of(self.textCursor().block())
            if self._lines[line].fold is not None:
                self.toggle(line)
                return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the usual menu, with the added actions of this widget."""
        show_text_menu(self, event.globalPos())

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the visible selected text within one line; for several lines, their source text."""
        data = QMimeData()
        data.setText(self._chosen_text())
        return data

    def _chosen_text(self) -> str:
        chosen, document = self.textCursor(), self.document()
        start, end = chosen.selectionStart(), chosen.selectionEnd()
        if not self._lines or start == end:
            return ""
        first, last = self._line_of(document.findBlock(start)), self._line_of(document.findBlock(end))
        is_code = all(line.kind is LineKind.CODE for line in self._lines[first : last + 1])
        texts: list[str] = []
        for number in range(first, last + 1):
            line = self._lines[number]
            if not document.findBlockByNumber(self._firsts[number]).isVisible() or (line.goes_on and texts):
                continue
            if line.is_rest and texts:
                texts[-1] += self._chosen_in(number, start, end) if line.source is None else line.source
            elif first == last or (line.source is None and not is_code):
                lead = "  " * line.depth if first != last else ""
                texts.append(lead + self._chosen_in(number, start, end))
            else:
                texts.append(line.visible_text if line.source is None else line.source)
        return "\n".join(texts)

    def _chosen_in(self, line: int, start_character: int, end_character: int) -> str:
        """Return the visible selected part of a line, without the breaks that were added to make the layout fast."""
        document, part, parts = self.document(), QTextCursor(self.document()), []
        stop = self._firsts[line + 1] if line + 1 < len(self._firsts) else document.blockCount()
        block = document.findBlockByNumber(self._firsts[line])
        while block.isValid() and block.blockNumber() < stop:
            begin, finish = (
                max(start_character, block.position()),
                min(end_character, block.position() + block.length() - 1),
            )
            if begin < finish:
                part.setPosition(begin)
                part.setPosition(finish, QTextCursor.MoveMode.KeepAnchor)
                parts.append(part.selectedText())
            block = block.next()
        return ("\t" if self._lines[line].cells else "").join(parts)

    # ---- drawing ----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, then chevrons and the bars beside quotations."""
        super().paintEvent(event)
        if not self._lines:
            return
        painter = left_to_right_painter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        block = self.cursorForPosition(event.rect().topLeft()).block()
        while block.isValid():
            rect = self._block_rect(block)
            if rect.top() > event.rect().bottom():
                break
            if block.isVisible():
                self._draw_beside(painter, block, rect)
            block = block.next()
        painter.end()

    def _draw_beside(self, painter: QPainter, block: QTextBlock, rect: QRectF) -> None:
        number = self._line_of(block)
        line, colors = self._lines[number], theme()
        for level in range(line.quotes):
            x = self.document().documentMargin() + level * QUOTE_INDENT_PX + UNIT
            painter.fillRect(QRectF(x, rect.top(), 2.0, rect.height()), colors.faint)
        if line.fold is not None and block.blockNumber() == self._firsts[number]:
            middle = QPointF(rect.left() - GUTTER_PX / 2, rect.top() + self._line_height(block) / 2)
            _draw_chevron(painter, middle, colors.secondary, is_open=self._open[number])
        if line.marker and block.blockNumber() == self._firsts[number]:
            painter.setPen(colors.secondary)
            painter.setFont(QFont(self.font()))
            height = self._line_height(block)
            painter.drawText(
                QRectF(0.0, rect.top(), rect.left() - UNIT, height),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                line.marker,
            )


def _draw_chevron(painter: QPainter, middle: QPointF, color: QColor, *, is_open: bool) -> None:
    near, far = _CHEVRON_PX, _CHEVRON_PX / 2
    points = [(-near, -far), (0.0, far), (near, -far)] if is_open else [(-far, -near), (far, 0.0), (-far, near)]
    painter.setPen(QPen(color, 1.5))
    painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in points]))
