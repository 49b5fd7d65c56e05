"""A file as plain text, to read only: for a file that could not be opened."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from replay_gui.core.text.given_paths import file_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import TextRead
from replay_gui.look.theme import GAP
from replay_gui.models.source_session import SourceSession
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.windows.dialogs.plain_text_dialog import PlainTextDialog

_SIZE_PX = (110 * GAP, 80 * GAP)


class TextDialog(PlainTextDialog):
    """The beginning and the end of the file, once the engine has read it."""

    def __init__(self, path: str, sources: SourceSession, parent: QWidget) -> None:
        title, place = tr("{file} as text", file=one_line(file_name(path), 80)), ElidedLabel(one_line(path))
        super().__init__(title, tr("Text of the file"), parent, placeholder=tr("Reading…"), above=place)
        self._path = path
        self.resize(*_SIZE_PX)
        sources.text_read.connect(self._on_text_read)
        sources.request_text(path)

    @Slot(object)
    def _on_text_read(self, shown: TextRead) -> None:
        if shown.path == self._path:
            self.body.setPlaceholderText("")
            self.body.setPlainText(shown.problem or shown.text or tr("(The file is empty.)"))
