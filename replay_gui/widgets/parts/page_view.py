"""The only view of rich text: a page of the documentation, which is part of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QTextDocument, QTextTable
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from replay_gui.look.theme import WIDE, theme, ui_font
from replay_gui.resource_paths import resources

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class PageView(QTextBrowser):
    """Shows one bundled Markdown page; loads no picture, opens no link.

    Signals:
        page_requested(str): a link to another bundled page was clicked; its file name.
    """

    page_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Page")
        self.document().setDocumentMargin(WIDE)
        self.document().setDefaultFont(ui_font())
        self.anchorClicked.connect(self._on_link)

    def show_page(self, path: Path) -> None:
        """Show a file of `resources/docs`.

        Raises:
            ValueError: another file; only our own text may be shown as rich text.
            OSError, UnicodeDecodeError: it cannot be read.
        """
        if path.parent != docs_folder():
            raise ValueError(f"{path}: not a page of the documentation")
        text = path.read_text("utf-8")
        self.document().setMarkdown(text, _FEATURES)
        for table in self.document().rootFrame().childFrames():  # only at the top, like tables of Markdown
            if isinstance(table, QTextTable):
                form = table.format()
                form.setBorderBrush(theme().line)
                table.setFormat(form)
        self.moveCursor(self.textCursor().MoveOperation.Start)

    def loadResource(self, _type: int, _name: QUrl | str) -> Any:
        """Load no resource: a page is text only."""
        return None

    @Slot(QUrl)
    def _on_link(self, link: QUrl) -> None:
        if link.scheme() or link.host():
            return  # a link out of the documentation
        if link.fileName():
            self.page_requested.emit(link.fileName())
        else:
            self.scrollToAnchor(link.fragment())


def docs_folder() -> Path:
    """Return the folder of the bundled pages."""
    return resources() / "docs"
