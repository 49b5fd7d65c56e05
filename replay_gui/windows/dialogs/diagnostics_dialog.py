"""Ctrl+Shift+D: versions and messages for a bug report, to copy."""

from __future__ import annotations

import logging

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from replay_gui.core.diagnostics import RecentLines
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, WIDE, data_font
from replay_gui.models.diagnostics_text import diagnostics_text
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_SIZE_PX = (90 * GAP, 70 * GAP)
_ABOUT_TEXT = translatable(
    "Add this text to a bug report. It has no content of a log, but it may name files that were opened."
)


class DiagnosticsDialog(QDialog):
    """The text that will be copied. `report`: its field. `copy_button`: puts it on the clipboard."""

    def __init__(self, settings_file: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Diagnostics"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = PlainLabel(tr(_ABOUT_TEXT))
        about.setWordWrap(True)
        self.report = QPlainTextEdit(diagnostics_text(settings_file, _recent_lines()))
        self.report.setReadOnly(True)
        self.report.setFont(data_font())
        self.report.setAccessibleName(tr("Diagnostics"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.setDefault(True)
        self.copy_button.clicked.connect(self._on_copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (about, self.report, buttons):
            layout.addWidget(widget)
        self.resize(*_SIZE_PX)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copy_button.setText(tr("Copied"))


def _recent_lines() -> RecentLines | None:
    """Return the handler that `configure_logging` has installed, or None if it was not called."""
    handlers = logging.getLogger("replay_gui").handlers
    return next((handler for handler in handlers if isinstance(handler, RecentLines)), None)
