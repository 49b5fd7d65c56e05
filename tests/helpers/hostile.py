"""Hostile text in every field of a run, and a check of everything that a window shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from replay_gui import Recorder

HTML = (
    '<img src="file:///etc/hostname"><b>bold</b><a href="https://example.org/steal">link</a><script>alert(1)</script>'
)
EVIL = HTML + "\x1b[31mred\x1b[0m \u202egnp.exe\u202c line\nbreak\r\ttab \x00 &amp; &File %s {0} 'quote' \"double\""
MEGABYTE = (EVIL + " ") * (1_000_000 // len(EVIL))
SECOND = 1_000_000_000
_ROWS = 300  # checked rows of a model


def write_hostile(path: Path, answer: str = "") -> Path:
    """Write a sealed log with EVIL in every possible text; `answer` is part of one tool's output."""
    now = 1_700_000_000 * SECOND
    run = Recorder(path, EVIL, EVIL, {EVIL: EVIL}, run_id=EVIL, created=now)
    run.state_transition(EVIL, EVIL, time=now + 1)
    for n in range(3):
        call = run.tool_request(
            f"{EVIL}{n}", {EVIL: [EVIL, {"deep": EVIL}]}, tool_version=EVIL, time=now + 2, note=EVIL
        )
        run.tool_response(
            call, {EVIL: EVIL, "answer": answer}, success=n != 1, error=EVIL if n == 1 else None, time=now + 3
        )
    run.capability_denied(EVIL, EVIL, EVIL, time=now + 4)
    run.observation("message", EVIL, EVIL, time=now + 5)
    run.observation(EVIL, EVIL, EVIL, time=now + 6)
    run.decision(EVIL, EVIL, EVIL, time=now + 7)
    run.decision("message", MEGABYTE, MEGABYTE, time=now + 8)
    run.memory_write(EVIL, EVIL, time=now + 9)
    run.memory_write(MEGABYTE[:4000], MEGABYTE, time=now + 9)
    run.memory_read(EVIL, EVIL, time=now + 10)
    patch = run.patch_proposal(EVIL, EVIL, EVIL, EVIL, time=now + 11)
    run.patch_rejected(patch, EVIL, EVIL, time=now + 12)
    run.error(EVIL, EVIL, EVIL, recoverable=False, time=now + 13)
    run.snapshot(EVIL, time=now + 14)
    run.append(f"x:{EVIL}", {EVIL: EVIL}, time=now + 15)
    run.seal(now + 16)
    run.close()
    return path


def faults_on_screen() -> list[str]:
    """Return the faults of shown widgets with hostile text, such as rich text, in words; empty if there are none."""
    return [f"{where}: {what}" for widget in QApplication.allWidgets() for where, what in _faults(widget)]


def _faults(widget: QWidget) -> Iterator[tuple[str, str]]:
    name = f"{type(widget).__name__} in {type(widget.parent()).__name__} {widget.accessibleName()!r}"
    shown = [("title", widget.windowTitle()), ("name", widget.accessibleName())]
    if isinstance(widget, QLabel):
        shown.append(("text", widget.text()))
        if widget.textFormat() is not Qt.TextFormat.PlainText:
            yield name, f"its text format is {widget.textFormat().name}"
    if isinstance(widget, QAbstractButton | QLineEdit):
        shown.append(("text", widget.text()))
    if isinstance(widget, QAbstractButton) and "File" in widget.text():
        yield from _mnemonic(name, widget.text())
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        yield from ((name, what) for what in _rich_parts(widget.document()))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from ((name, what) for what in _model_faults(widget.model()))
    for action in widget.actions():
        yield from _action_faults(name, action, not isinstance(widget, QMenu) or widget.toolTipsVisible())
    yield from ((name, what) for what in _hint_faults(widget.toolTip()))
    for what, text in shown:
        yield from ((name, f"{what} {fault}") for fault in _raw_characters(text))


def _action_faults(name: str, action: QAction, hints: bool) -> Iterator[tuple[str, str]]:
    yield from ((name, f"action {fault}") for fault in _raw_characters(action.text()))
    if hints:
        yield from ((name, f"action {fault}") for fault in _hint_faults(action.toolTip()))
    if "File" in action.text() and "img" in action.text():
        yield from _mnemonic(name, action.text())


def _mnemonic(name: str, text: str) -> Iterator[tuple[str, str]]:
    if "img" in text and "&" in text.replace("&&", ""):
        yield name, f"takes an ampersand for a shortcut: {text[:60]!r}"


def _rich_parts(document: QTextDocument) -> Iterator[str]:
    block = document.begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            shape = fragments.fragment().charFormat()
            if shape.isAnchor() or shape.isImageFormat():
                yield f"a link or an image in {block.text()[:60]!r}"
            fragments += 1
        yield from _raw_characters(block.text())
        block = block.next()


def _model_faults(model: QAbstractItemModel) -> Iterator[str]:
    root = QModelIndex()
    for row in range(min(model.rowCount(root), _ROWS)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(root)):
            index = model.index(row, column)
            text, hint = index.data(), index.data(Qt.ItemDataRole.ToolTipRole)
            if isinstance(text, str):
                yield from _raw_characters(text)
            if isinstance(hint, str):
                yield from _hint_faults(hint)


def _hint_faults(text: str) -> Iterator[str]:
    """Return the faults of a tooltip. Qt guesses its text format; our own HTML may only wrap and break lines."""
    if GuiQt.mightBeRichText(text) and re.findall(r"<(?!br>)[^>]*>", text) != ["<qt>", "</qt>"]:
        yield f"its tool tip would be rich text: {text[:60]!r}"
    yield from (f"tool tip {fault}" for fault in _raw_characters(text))


def _raw_characters(text: str) -> Iterator[str]:
    if text.isprintable():  # most are, and that is told in no time
        return
    raw = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t\u200b"}
    if raw:
        yield f"has {sorted(map(ascii, raw))} in {text[:60]!r}"
