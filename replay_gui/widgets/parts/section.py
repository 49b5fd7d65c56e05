"""Sections of a panel, one below the other, each with a heading that folds it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import FOCUS, GAP, HEAD, ICON, LINE, ROW, UNIT, Bold, theme, ui_font
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.wrapped_body import WrappedBody


class Section(QWidget):
    """A heading, and rows below it. While the section is folded, the heading shows a summary of the rows."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = _Head(title)
        self._body = QWidget()
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, UNIT, 0, UNIT)
        self._rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._body)
        self._chosen = False  # whether the user has folded or unfolded it
        self._head.toggled.connect(self._on_toggled)
        self._head.clicked.connect(self._on_clicked)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: list[QWidget]) -> None:
        """Show these rows instead of the earlier ones; hide the section if there are none.

        Rows that stay at their place are not laid out again; rows that are not shown any more are deleted.
        """
        shown = self.rows()
        kept = next((n for n, (old, new) in enumerate(zip(shown, rows, strict=False)) if old is not new), None)
        kept = min(len(shown), len(rows)) if kept is None else kept
        while self._rows.takeAt(kept) is not None:
            pass
        for gone in {*shown[kept:]} - {*rows}:
            gone.hide()
            gone.deleteLater()
        before: QWidget = next((row for row in rows[:kept][::-1] if _has_tab(row)), self._head)
        for row in rows[kept:]:
            self._rows.addWidget(row)
            if _has_tab(row):
                QWidget.setTabOrder(before, row)  # otherwise Tab would reach the new rows after all older widgets
                before = row
        self.setVisible(bool(rows))

    def rows(self) -> list[QWidget]:
        """The widgets below the head, from top to bottom."""
        items = (self._rows.itemAt(i) for i in range(self._rows.count()))
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    def set_summary(self, words: str, sound: bool | None = None) -> None:
        """Set the text that the heading shows while the section is folded; `sound` as in FactRow."""
        self._head.summary, self._head.sound = words, sound
        self._head.update()

    def set_room(self, enough: bool) -> None:
        """Fold the section if there is not enough space for it, unless the user has folded or unfolded it."""
        if not self._chosen:
            self._head.setChecked(not enough)

    @property
    def full_height(self) -> int:
        """The height in pixels if unfolded; 0 without rows. It counts rows not shown yet, which a layout ignores."""
        rows = self.rows()
        return HEAD + 2 * UNIT + sum(row.sizeHint().height() for row in rows) if rows else 0

    @Slot()
    def _on_clicked(self) -> None:
        self._chosen = True

    @Slot(bool)
    def _on_toggled(self, folded: bool) -> None:
        self._body.setVisible(not folded)


def _has_tab(row: QWidget) -> bool:
    return bool(row.focusPolicy() & Qt.FocusPolicy.TabFocus)


class _Head(QAbstractButton):
    """Checked while the section is folded; then `summary` is at the right, with a check or a cross for `sound`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        keep_left_to_right(self)
        self.summary = ""
        self.sound: bool | None = None
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFixedHeight(HEAD)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colors, painter, rect = theme(), left_to_right_painter(self), self.rect()
        painter.fillRect(rect, colors.head)
        painter.fillRect(0, 0, rect.width(), LINE, colors.line)
        painter.fillRect(0, rect.height() - LINE, rect.width(), LINE, colors.line)
        painter.setFont(ui_font(Bold))
        painter.setPen(colors.text)
        space = rect.adjusted(GAP + UNIT, 0, -ICON - 2 * GAP, 0)
        painter.drawText(space, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text())
        if self.isChecked() and self.summary:
            self._paint_summary(painter, space.adjusted(0, 0, -GAP, 0))
        icon_rect = rect.adjusted(rect.width() - ICON - GAP, (HEAD - ICON) // 2, -GAP, -(HEAD - ICON) // 2)
        tinted_icon("chevron-right" if self.isChecked() else "chevron-down", colors.secondary).paint(painter, icon_rect)
        if self.hasFocus():
            half = FOCUS // 2
            painter.setPen(QPen(colors.accent, FOCUS))
            painter.drawRect(rect.adjusted(half, half, -half, -half))
        painter.end()

    def _paint_summary(self, painter: QPainter, space: QRect) -> None:
        colors = theme()
        painter.setFont(ui_font())
        painter.setPen(colors.secondary if self.sound is not False else colors.bad_text)
        painter.drawText(space, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self.summary)
        if self.sound is not None:
            left = space.right() - painter.fontMetrics().horizontalAdvance(self.summary) - ICON - UNIT
            color = colors.good_text if self.sound else colors.bad_text
            icon_rect = QRect(left, (HEAD - ICON) // 2, ICON, ICON)
            tinted_icon("check" if self.sound else "cross", color).paint(painter, icon_rect)


class SectionColumn(QScrollArea):
    """Sections that take all the height; they scroll if they need more."""

    def __init__(self, name: str, sections: Iterable[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body = WrappedBody()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in sections:
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(self._body)
        self._body.setAutoFillBackground(False)  # otherwise it would have the colour of the window


class SectionStack(SectionColumn):
    """Sections that take only the height that they need; in less height, they scroll."""

    def __init__(self, *sections: Section, parent: QWidget | None = None) -> None:
        super().__init__("", sections, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._body.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """Return the size of all visible sections."""
        return self._body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return no minimum width, and the height of a head and two rows, or less if the sections are lower."""
        return QSize(0, min(HEAD + 2 * ROW, self._body.sizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Update the requested size when a section changes its own."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
