"""Sections below one another, as high as they are; where there is no room for that, they scroll."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from replay_gui.look.theme import HEAD, ROW
from replay_gui.widgets.parts.section import Section


class SectionStack(QScrollArea):
    """Never squeezes a row, and never asks for more room than the sections that are shown take."""

    def __init__(self, *sections: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in sections:
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(self._body)
        self._body.setAutoFillBackground(False)  # else it would be of the colour of the window
        self._body.installEventFilter(self)

    def sizeHint(self) -> QSize:
        return self._body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(HEAD + 2 * ROW, self._body.sizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
