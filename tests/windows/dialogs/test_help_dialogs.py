from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFont, QGuiApplication, QTextTable
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.diagnostics import Topic, configure_logging, topic_logger
from replay_gui.look.theme import Bold
from replay_gui.models.diagnostics_text import diagnostics_text
from replay_gui.version import VERSION
from replay_gui.widgets.parts import page_view
from replay_gui.widgets.parts.page_view import PageView
from replay_gui.windows.dialogs import documentation_dialog
from replay_gui.windows.dialogs.diagnostics_dialog import DiagnosticsDialog
from replay_gui.windows.dialogs.documentation_dialog import DocumentationDialog


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two pages in place of the bundled one."""
    (tmp_path / "a.md").write_text("# First page\n\nSee [the other](b.md#part), <b>no HTML</b>.\n\n![](/etc/passwd)\n")
    (tmp_path / "b.md").write_text("Text without a heading, [out](https://example.org).\n")
    for module in (page_view, documentation_dialog):
        monkeypatch.setattr(module, "docs_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def logging_restored() -> Iterator[None]:
    root = logging.getLogger("replay_gui")
    before = list(root.handlers), root.level, root.propagate
    yield
    root.handlers, root.level, root.propagate = before


def test_the_pages_are_listed_by_their_headings(parent: QWidget, docs: Path) -> None:
    dialog = DocumentationDialog(parent)
    assert [dialog.pages.item(row).text() for row in range(dialog.pages.count())] == ["First page", "b"]
    assert dialog.view.toPlainText().startswith("First page")
    dialog.close()


def test_a_link_to_a_page_shows_it_and_no_other_link_does_anything(parent: QWidget, docs: Path) -> None:
    dialog = DocumentationDialog(parent)
    dialog.view.anchorClicked.emit(QUrl("https://example.org/b.md"))
    dialog.view.anchorClicked.emit(QUrl("missing.md"))
    assert dialog.pages.currentRow() == 0
    dialog.view.anchorClicked.emit(QUrl("b.md#part"))
    assert dialog.pages.currentRow() == 1
    assert "without a heading" in dialog.view.toPlainText()
    dialog.close()


def test_a_page_has_the_faces_of_the_window(qtbot: QtBot, docs: Path) -> None:
    (docs / "c.md").write_text("# Head\n\nText, **bold** and `code`.\n\n| a | b |\n|---|---|\n| c | d |\n\n    block\n")
    view = PageView()
    qtbot.addWidget(view)
    view.show_page(docs / "c.md")
    faces: dict[str, tuple[str, float]] = {}
    for text in ("Head", "Text", "bold", "code", "block"):
        font = view.document().find(text).charFormat().font()
        faces[text] = font.families()[0], font.variableAxisValue(QFont.Tag("wght"))
    bold = float(Bold.value)
    assert [faces[text] for text in ("Head", "bold")] == [("Inter", bold)] * 2
    assert [faces[text][0] for text in ("Text", "code", "block")] == ["Inter", "JetBrains Mono", "JetBrains Mono"]
    (table,) = (frame for frame in view.document().rootFrame().childFrames() if isinstance(frame, QTextTable))
    assert table.format().border() == 0


def test_a_page_may_hold_no_html_and_loads_nothing(qtbot: QtBot, docs: Path) -> None:
    view = PageView()
    qtbot.addWidget(view)
    view.show_page(docs / "a.md")
    assert "<b>no HTML</b>" in view.toPlainText()
    assert view.loadResource(2, QUrl("file:///etc/passwd")) is None


def test_only_bundled_files_are_shown(qtbot: QtBot, docs: Path) -> None:
    view = PageView()
    qtbot.addWidget(view)
    with pytest.raises(ValueError, match="not a page"):
        view.show_page(docs / "sub" / "a.md")


def test_without_pages_the_dialog_says_so(parent: QWidget, docs: Path) -> None:
    for page in docs.glob("*.md"):
        page.unlink()
    dialog = DocumentationDialog(parent)
    assert dialog.pages.count() == 0
    dialog.close()


@pytest.mark.usefixtures("logging_restored")
def test_diagnostics_have_versions_and_the_last_messages(parent: QWidget) -> None:
    configure_logging()
    topic_logger(Topic.ENGINE).warning("the cache of %s cannot be read", Path.home() / "runs")
    dialog = DiagnosticsDialog(str(Path.home() / "settings.ini"), parent)
    text = dialog.report.toPlainText()
    assert f"replay-gui {VERSION}" in text
    assert "numpy " in text
    assert "settings: ~" in text
    assert "the cache of ~" in text
    assert str(Path.home()) not in text
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == text
    dialog.close()


def test_diagnostics_say_what_was_not_recorded(qtbot: QtBot) -> None:
    text = diagnostics_text("/somewhere/settings.ini", None)
    assert text.count("not recorded") == len(Topic)
    assert "/somewhere/settings.ini" in text
