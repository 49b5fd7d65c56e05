"""Text of a log is never read as markup: by the one label class, the one tooltip helper, and a look at all sources."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from tests.helpers.paths import ROOT

EVIL = "<b>bold</b><img src='file:///etc/passwd'>"
FORBIDDEN = {  # names by which Qt reads a text as markup, or may
    "QLabel", "QMessageBox", "QErrorMessage", "QTextBrowser", "QTextEdit", "QWhatsThis",
    "setHtml", "insertHtml", "appendHtml", "setMarkdown", "insertMarkdown", "fromHtml", "fromMarkdown",
    "RichText", "AutoText", "MarkdownText", "setTextFormat", "setWhatsThis",
}  # fmt: skip
ALLOWED = {
    "replay_gui/widgets/parts/text/plain_label.py": {"QLabel", "setTextFormat"},
    "replay_gui/widgets/parts/page_view.py": {"QTextBrowser", "setMarkdown"},  # pages of resources/docs alone
    "replay_gui/widgets/run/sentence_row.py": {"setTextFormat"},  # to PlainText, as the class would else guess
    "replay_gui/widgets/readable/text_matches.py": {"QTextEdit"},  # its ExtraSelection alone, which marks plain text
    "replay_gui/widgets/readable/reading_view.py": {"QTextEdit"},  # filled by cursors alone, text in our own formats
}


def test_markup_stays_text(qapp: QApplication) -> None:
    label = PlainLabel(EVIL, "secondary")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.property("role") == "secondary"
    assert label.sizeHint().width() > PlainLabel("bold").sizeHint().width()
    with pytest.raises(ValueError, match="plain text only"):
        label.setTextFormat(Qt.TextFormat.AutoText)


@pytest.mark.parametrize("text", [EVIL, "<qt>x", "a & b", "Not found: &lt;b>", ("word " * 40).strip(), "<b>\nx"])
def test_a_tooltip_shows_its_text_as_it_is(text: str) -> None:
    tip = plain_tooltip(text)
    if GuiQt.mightBeRichText(tip):
        document = QTextDocument()
        document.setHtml(tip)
        assert document.toPlainText() == text
    else:
        assert tip == text


def test_no_tooltip_for_no_text() -> None:
    assert plain_tooltip("") == ""


def test_nothing_else_reads_markup() -> None:
    found = {f"{path}:{line} {name}" for path, line, name in _names() if name in FORBIDDEN - ALLOWED.get(path, set())}
    assert not found


def test_every_tooltip_is_a_constant_or_escaped() -> None:
    found = {f"{path}:{line}" for path, line, text in _tooltips() if not _is_plain(text)}
    assert not found


def test_the_search_finds_what_it_should() -> None:
    tree = ast.parse("widget.setToolTip(name)\nwidget.setToolTip(plain_tooltip(name) or 'x')")
    assert [_is_plain(text) for _, text in _tooltip_calls(tree)] == [False, True]
    tree = ast.parse("widget.setToolTip(tr('Run {run}', run=name))\nwidget.setToolTip(tr('Run'))")
    assert [_is_plain(text) for _, text in _tooltip_calls(tree)] == [False, True]
    tree = ast.parse("label = QLabel('x')")
    assert (1, "QLabel") in set(_names_of(tree))


def _trees(names: Iterable[str]) -> Iterator[tuple[str, ast.Module]]:
    """The files that have one of these names at all: to parse all of them takes seconds."""
    for file in sorted((ROOT / "replay_gui").rglob("*.py")):
        text = file.read_text("utf-8")
        if any(name in text for name in names):
            yield file.relative_to(ROOT).as_posix(), ast.parse(text)


def _names() -> Iterator[tuple[str, int, str]]:
    for path, tree in _trees(FORBIDDEN):
        for line, name in _names_of(tree):
            yield path, line, name


def _names_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield node.lineno, name


def _tooltips() -> Iterator[tuple[str, int, ast.expr]]:
    for path, tree in _trees(("setToolTip", "showText")):
        for line, text in _tooltip_calls(tree):
            yield path, line, text


def _tooltip_calls(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="setToolTip"), args=[text]):
                yield node.lineno, text
            case ast.Call(func=ast.Attribute(value=ast.Name(id="QToolTip"), attr="showText"), args=[_, text, *_]):
                yield node.lineno, text


def _is_plain(text: ast.expr) -> bool:
    match text:
        case ast.Constant() | ast.Call(func=ast.Name(id="plain_tooltip")):
            return True
        case ast.Call(func=ast.Name(id="tr"), args=[ast.Constant()], keywords=[]):  # a message without a field
            return True
        case ast.IfExp(body=first, orelse=second):
            return _is_plain(first) and _is_plain(second)
        case ast.BoolOp(values=values):
            return all(map(_is_plain, values))
    return False
