"""All changes of the chosen value of the state: a table, and a plot if they are numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from replay_gui.core.state.state import Path
from replay_gui.core.text.json_pointer import join_pointer, pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, WIDE, set_role
from replay_gui.models.session import Session
from replay_gui.models.values.change_table import ChangeTable
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.values.change_plot import ChangePlot
from replay_gui.widgets.values.change_view import ChangeView

_SIZE_PX = (110 * GAP, 72 * GAP)
_MAX_TITLE_CHARACTERS = 80


class ChangesDialog(QDialog):
    """Beside the window, which stays usable; it follows the chosen value."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.table = ChangeTable(session, self)
        self.view = ChangeView(self.table, session)
        self.plot = ChangePlot(self.table, session)
        self.words = ElidedLabel()
        set_role(self.words, "secondary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (self.words, self.plot, self.view):
            layout.addWidget(widget)
        layout.setStretch(2, 1)
        self.resize(*_SIZE_PX)
        self.table.changed.connect(self._show_words)
        session.run_changed.connect(self.close)
        self.finished.connect(self._on_finished)
        self.view.setFocus()

    @Slot(object)
    def show_path(self, path: Path) -> None:
        """Show the changes of the value at this path."""
        if path != self.table.path:
            name = one_line(pointer_text(join_pointer(path)), _MAX_TITLE_CHARACTERS)
            self.setWindowTitle(tr("All changes of {value}", value=name))
            self.table.list_changes(path)

    @Slot()
    def _show_words(self) -> None:
        words = self.table.words
        self.words.setText(words[0].upper() + words[1:])
        self.view.hint = "" if self.table.listing else tr("No event changed this value.")

    @Slot()
    def _on_finished(self) -> None:
        if self.table.listing:
            self.table.list_changes(None)
