"""Paints an entry of the command palette: its mark and name, its details, its kind, and its keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from replay_gui.core.translation.messages import tr
from replay_gui.look.marks import draw_mark
from replay_gui.look.theme import GAP, ICON, UNIT, data_font, kind_color, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.palette.palette_list import PaletteList
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.parts.text.line_text import RIGHT, LineText, draw_marked

_WORD_GAP_PX = GAP + UNIT  # pixels between two words


class PaletteDelegate(QStyledItemDelegate):
    """For a RowView over a PaletteList."""

    def __init__(self, view: RowView, entries: PaletteList) -> None:
        super().__init__(view)
        self._view = view
        self._entries = entries
        self._data, self._ui = LineText(data_font()), LineText(ui_font())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one entry."""
        colors, row = theme(), index.row()
        entry = self._entries.entry(row)
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or row == self._view.hovered:
            painter.fillRect(rect, colors.selection if chosen else colors.hover)
        quiet = colors.text if chosen else colors.secondary
        loud = colors.text if entry.enabled else colors.secondary
        if entry.kind:
            middle = QPointF(rect.x() + GAP + ICON // 2, rect.center().y() + 1)
            draw_mark(painter, entry.kind, middle, kind_color(entry.kind, entry.tool))
        space = rect.adjusted(2 * GAP + ICON, 0, -GAP - UNIT, 0)
        for words, face in ((entry.shortcut, self._data), (tr(entry.group.value), self._ui)):
            if words:
                face.draw(painter, space, words, quiet, RIGHT)
                space = space.adjusted(0, 0, -face.width(words) - _WORD_GAP_PX, 0)
        painter.setFont(self._ui.font)
        used = draw_marked(
            painter, space, entry.name, marked=self._entries.spans(row), ink=loud, ground=colors.changed_word
        )
        about = entry.detail if entry.enabled else tr("not available now")
        self._ui.draw(painter, space.adjusted(used + _WORD_GAP_PX, 0, 0, 0), about, quiet)
