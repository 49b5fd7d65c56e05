"""Writes lines of an event into a text document, with formats of our own."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)

from replay_gui.core.readable.reading_line import LetterStyle, LineKind, ReadingLine, StyledText, TextStyle
from replay_gui.look.theme import GAP, UI_SIZE, UNIT, Bold, Normal, data_font, theme, ui_font

GUTTER_PX = 16.0  # px to the left of a line, for its chevron
QUOTE_INDENT_PX = 12.0  # px for each level of quotation
_LIST_INDENT_PX = 20.0  # px for each level of lists: room for a marker
_LEVEL_INDENT_PX = 14.0  # px for each level of a tree
_BLOCK_CHARACTERS = 1024  # Qt needs almost a second for a block of 65,536
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_HEADING_SIZES = (1.45, 1.3, 1.15, 1.05, 1.0, 1.0)  # of the usual size, by level


class ReadingWriter:
    """Appends to a document; call `close` at the end."""

    def __init__(self, document: QTextDocument, *, is_first: bool) -> None:
        self._document = document
        self._cursor = QTextCursor(document)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._cursor.beginEditBlock()
        self._has_empty_block = is_first
        self._table: QTextTable | None = None  # the table that is being written
        self._style_colors = style_colors()
        self._looks: dict[tuple[TextStyle, LetterStyle, LineKind, int], QTextCharFormat] = {}

    def write(self, line: ReadingLine) -> int:
        """Append a line; return the number of its first block."""
        if line.kind is LineKind.TABLE:
            return self._write_row(line)
        self._leave_table()
        ground = _block_format(line)
        self._begin_block(ground)
        first = self._cursor.block().blockNumber()
        used = 0
        for span in line.spans:
            look, text = self._format_of(span, line), span.text
            if line.kind is LineKind.HEAD and text.strip() == text:  # it breaks between its facts; copies have a space
                text = text.replace(" ", _NO_BREAK_SPACE)
            while text:
                room = _BLOCK_CHARACTERS - used
                if room <= 0:
                    self._cursor.insertBlock(ground)
                    used, room = 0, _BLOCK_CHARACTERS
                self._cursor.insertText(text[:room], look)
                used += len(text[:room])
                text = text[room:]
        return first

    def close(self) -> None:
        """End the edit."""
        self._leave_table()
        self._cursor.endEditBlock()

    def _begin_block(self, ground: QTextBlockFormat) -> None:
        if self._has_empty_block:
            self._cursor.setBlockFormat(ground)
            self._has_empty_block = False
        else:
            self._cursor.insertBlock(ground, QTextCharFormat())

    def _write_row(self, line: ReadingLine) -> int:
        table = self._table
        if table is None or line.begins or table.columns() != len(line.cells):
            self._leave_table()
            self._has_empty_block = False
            table = self._table = self._cursor.insertTable(1, max(1, len(line.cells)), _table_format(line))
        else:
            table.appendRows(1)
        row = table.rows() - 1
        first = table.cellAt(row, 0).firstCursorPosition().block().blockNumber()
        for column, cell in enumerate(line.cells):
            cursor = table.cellAt(row, column).firstCursorPosition()
            for span in cell:
                cursor.insertText(span.text[:_BLOCK_CHARACTERS], self._format_of(span, line))
        return first

    def _leave_table(self) -> None:
        if self._table is not None:
            self._table = None
            self._cursor.movePosition(QTextCursor.MoveOperation.End)
            self._has_empty_block = True  # Qt adds it after every table

    def _format_of(self, span: StyledText, line: ReadingLine) -> QTextCharFormat:
        style = line.style if span.style is TextStyle.VALUE else span.style
        key = (style, span.form, line.kind, line.level)
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = QTextCharFormat()
            look.setFont(_font(span.form, line))
            look.setForeground(QBrush(self._style_colors[style]))
            if LetterStyle.MONO in span.form and line.kind is not LineKind.CODE and line.kind is not LineKind.DATA:
                look.setBackground(QBrush(theme().band))
        return look


def style_colors() -> dict[TextStyle, QColor]:
    """Return the colours of text."""
    colors = theme()
    return {
        TextStyle.KEY: colors.accent,
        TextStyle.VALUE: colors.text,
        TextStyle.QUIET: colors.secondary,
        TextStyle.ADDED: colors.added_text,
        TextStyle.REMOVED: colors.removed_text,
        TextStyle.KEYWORD: colors.accent,
        TextStyle.STRING: colors.good_text,
        TextStyle.NUMBER: colors.warn_text,
        TextStyle.COMMENT: colors.secondary,
    }


def _font(form: LetterStyle, line: ReadingLine) -> QFont:
    is_bold = LetterStyle.BOLD in form or line.kind is LineKind.HEADING
    weight = Bold if is_bold else Normal
    if LetterStyle.MONO in form or line.kind in (LineKind.CODE, LineKind.DATA):
        font = data_font(weight)
    else:
        scale = _HEADING_SIZES[line.level - 1] if line.kind is LineKind.HEADING and line.level else 1.0
        font = ui_font(weight, UI_SIZE * scale)
    font.setItalic(LetterStyle.ITALIC in form)
    font.setStrikeOut(LetterStyle.STRUCK in form)
    font.setUnderline(LetterStyle.LINK in form)
    return font


def _block_format(line: ReadingLine) -> QTextBlockFormat:
    colors, ground = theme(), QTextBlockFormat()
    is_tree = line.kind is LineKind.DATA or line.depth > 0
    lead = (
        line.quotes * QUOTE_INDENT_PX
        + line.indent * _LIST_INDENT_PX
        + line.depth * _LEVEL_INDENT_PX
        + (GUTTER_PX if is_tree else 0.0)
    )
    ground.setLeftMargin(lead + (QUOTE_INDENT_PX / 2 if line.quotes else 0.0))
    if line.begins or line.kind is LineKind.HEAD:
        ground.setTopMargin(GAP)
    if line.kind is LineKind.HEAD:
        ground.setBottomMargin(UNIT)
    if line.style is TextStyle.ADDED:
        ground.setBackground(colors.added)
    elif line.style is TextStyle.REMOVED:
        ground.setBackground(colors.removed)
    elif line.kind is LineKind.CODE:
        ground.setBackground(colors.raised)
    if line.kind is LineKind.RULE:
        ground.setProperty(QTextBlockFormat.Property.BlockTrailingHorizontalRulerWidth, _FULL_WIDTH)
    return ground


_FULL_WIDTH = QTextLength(QTextLength.Type.PercentageLength, 100)


def _table_format(line: ReadingLine) -> QTextTableFormat:
    table = QTextTableFormat()
    table.setBorderCollapse(True)
    table.setBorder(1)
    table.setBorderBrush(QBrush(theme().line))
    table.setCellPadding(UNIT)
    table.setTopMargin(GAP)
    table.setLeftMargin(line.quotes * QUOTE_INDENT_PX + line.indent * _LIST_INDENT_PX)
    return table
