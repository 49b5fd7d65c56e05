"""Shift+F1: the documentation included in the program."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP
from replay_gui.widgets.parts.page_view import PageView, docs_folder
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_SIZE_PX = (136 * GAP, 90 * GAP)
_LIST_WIDTH_PX = 28 * GAP
_FIRST = ("keys", "glossary", "why", "contrast", "formats", "recording", "interface")  # the most useful pages first


class DocumentationDialog(QDialog):
    """The pages of `resources/docs`: their titles at the left, the chosen one at the right.

    Attributes:
        pages: the list of titles. view: the chosen page.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Documentation"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._files = sorted(docs_folder().glob("*.md"), key=_order)
        self.pages, self.view = QListWidget(), PageView()
        self.pages.setAccessibleName(tr("Pages"))
        self.pages.setFixedWidth(_LIST_WIDTH_PX)
        self.pages.ensurePolished()  # otherwise rows are as high as without a style sheet
        self.pages.addItems([_title(file) for file in self._files])
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, 0, GAP)
        row.setSpacing(GAP)
        if self._files:
            row.addWidget(self.pages)
            row.addWidget(self.view, 1)
        else:
            row.addWidget(
                PlainLabel(tr("This installation has no documentation."), "secondary"), 1, Qt.AlignmentFlag.AlignCenter
            )
        self.resize(*_SIZE_PX)
        self.pages.currentRowChanged.connect(self._on_page_chosen)
        self.view.page_requested.connect(self._on_page_requested)
        self.pages.setCurrentRow(0)

    @Slot(int)
    def _on_page_chosen(self, row: int) -> None:
        if 0 <= row < len(self._files):
            self.view.show_page(self._files[row])

    @Slot(str)
    def _on_page_requested(self, name: str) -> None:
        """Follow a link to another page; ignore a link to a file that is not a page."""
        names = [file.name for file in self._files]
        if name in names:
            self.pages.setCurrentRow(names.index(name))


def _order(page: Path) -> tuple[int, str]:
    return (_FIRST.index(page.stem) if page.stem in _FIRST else len(_FIRST), page.name)


def _title(page: Path) -> str:
    """Return the first heading of a page, or its file name if it has none."""
    lines = page.read_text("utf-8").splitlines()
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), page.stem)
