"""The only view of rich text: a page of the documentation, which is part of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextDocument, QTextFormat, QTextTable
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from replay_gui.core.resource_paths import resources
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import UI_SIZE, WIDE, Bold, data_font, ui_font

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_CODE = "monospace"  # the family that Qt gives a block of code
_SIZES = {1: 1.6 * UI_SIZE, 2: 1.3 * UI_SIZE, 3: 1.1 * UI_SIZE}  # of headings, by level


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
        self.setAccessibleName(tr("Page"))
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
                form.setBorder(0)  # Qt draws a part of it
                table.setFormat(form)
        self._use_own_faces()
        self.moveCursor(self.textCursor().MoveOperation.Start)

    def _use_own_faces(self) -> None:
        """Draw code, headings and bold words in the faces of the window: for bold, Qt would smear the regular one."""
        spans, block, heading = list[tuple[int, int, QTextCharFormat]](), self.document().begin(), QTextBlockFormat()
        heading.setTopMargin(WIDE)
        cursor = self.textCursor()
        while block.isValid():
            level, part = block.blockFormat().headingLevel(), block.begin()
            if level:
                cursor.setPosition(block.position())
                cursor.mergeBlockFormat(heading)
            while not part.atEnd():
                fragment, look = part.fragment(), part.fragment().charFormat()
                is_bold = look.fontWeight() > Bold
                if is_bold or look.fontFixedPitch() or _CODE in look.font().families():
                    look.clearProperty(QTextFormat.Property.FontSizeAdjustment)
                    look.setFont(ui_font(Bold, _SIZES.get(level, UI_SIZE)) if is_bold else data_font())
                    spans.append((fragment.position(), fragment.length(), look))
                part += 1
            block = block.next()
        for begin, length, look in spans:
            cursor.setPosition(begin)
            cursor.setPosition(begin + length, cursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(look)

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
