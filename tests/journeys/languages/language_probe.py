"""Shows the pages and dialogs of the window in a language, and prints their texts as JSON.

python -m tests.journeys.languages.language_probe LANGUAGE FOLDER [PICTURES]: the language is that of the process. The
first folder gets the logs that are shown, the second, if there is one, pictures of the pages. The output has the texts
of each page or dialog by its name ("texts"), and those that are wider than the widget that shows them ("cut").
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from replay_gui.core.log.positions import Position
from replay_gui.engine.bridge import EngineBridge
from replay_gui.look.theme import apply_theme, ui_font
from replay_gui.models.session import Session
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.settings.language import apply_language
from replay_gui.windows.settings.settings_store import SettingsStore
from tests.journeys.languages.chinese_logs import write_chinese_evaluation

PATIENCE_S, POLL_MS = 60, 10
ROWS = 40  # of each list
DIALOGS = ("settings", "about", "shortcuts", "legend", "export", "go_to", "diagnostics", "notes", "note", "run_again")


class Probe:
    """A window, whose texts are collected page by page."""

    def __init__(self, app: QApplication, pictures: Path | None) -> None:
        self.session = Session(bridge=EngineBridge())
        self.window = MainWindow(self.session, app, SettingsStore())
        self.window.resize(1280, 800)
        self.window.show()
        self.window.activateWindow()
        self.texts: dict[str, list[str]] = {}
        self.cut: dict[str, list[str]] = {}
        self._pictures = pictures

    def until(self, is_true: Callable[[], bool]) -> None:
        """Wait until something is true; fail if it never is."""
        end = time.monotonic() + PATIENCE_S
        while not is_true():
            assert time.monotonic() < end
            QTest.qWait(POLL_MS)

    def collect(self, name: str, top: QWidget | None = None) -> None:
        """Note the texts of the visible widgets of a page or dialog."""
        top = top or self.window
        for _ in range(3):
            QApplication.processEvents()  # a layout that changes another takes a turn more
        widgets = [top, *(widget for widget in top.findChildren(QWidget) if widget.isVisibleTo(top))]
        texts = [text for widget in widgets for text in _texts(widget)]
        texts += [text for action in top.findChildren(QAction) for text in (action.text(), action.toolTip())]
        self.texts[name] = sorted({text for text in texts if text})
        self.cut[name] = sorted({text for widget in widgets for text in _cut(widget)})
        if self._pictures is not None:
            top.grab().save(str(self._pictures / f"{name}.png"))


def _texts(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    yield widget.accessibleName()
    yield widget.windowTitle()
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QLineEdit() | QPlainTextEdit():
            yield widget.placeholderText()
        case QComboBox():
            yield from (widget.itemText(row) for row in range(widget.count()))
        case QMenu():
            yield widget.title()
        case QAbstractItemView() if widget.model() is not None:
            yield from _cells(widget, widget.model())
    hint = getattr(widget, "hint", "")
    if isinstance(hint, str):
        yield hint


def _cells(view: QAbstractItemView, model: QAbstractItemModel) -> Iterator[str]:
    """The headings of a table, and the words of its first rows for those who hear them."""
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    for column in range(columns):
        if isinstance(view, QTableView) and not view.horizontalHeader().isHidden():
            yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(), ROWS)):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
                yield str(model.index(row, column).data(role) or "")


def _cut(widget: QWidget) -> Iterator[str]:
    """The text of a widget that has less room than it needs, and no ellipsis."""
    match widget:
        case QLabel() if not widget.wordWrap() and not isinstance(widget, ElidedLabel) and widget.text():
            needed = widget.minimumSizeHint().width()
        case QPushButton():
            needed = widget.minimumSizeHint().width()
        case _:
            return
    if widget.width() < needed:
        yield widget.text()


def _show_pages(probe: Probe, folder: Path) -> None:
    window, session = probe.window, probe.session
    probe.collect("welcome")
    session.open(str(folder / "甲0.rlog"))
    probe.until(lambda: session.report is not None and not session.working)
    session.seek(Position(6))
    probe.until(lambda: session.position_state is not None and session.position_state.position == 6)
    probe.collect("run")
    for name in DIALOGS:
        window.actions_[name].trigger()
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                probe.collect(name, dialog)
                dialog.close()
    comparison = window.comparison
    comparison.start(str(folder / "甲1.rlog"), str(folder / "甲0.rlog"))
    probe.until(lambda: comparison.active and comparison.fresh and comparison.settled and not session.working)
    why = window.compare_view.why
    probe.until(lambda: why.result is not None and not session.working)
    probe.collect("why")
    window.actions_["show_divergences"].trigger()
    probe.collect("divergences")
    window.open_paths([str(folder)])
    runs = window.runs_page.runs
    probe.until(lambda: not runs.working and runs.failures is not None)
    probe.collect("runs")


def main(language: str, folder: str, pictures: str | None = None) -> None:
    """Print the texts."""
    app = QApplication([])
    apply_language(app, language)
    app.setFont(ui_font())
    apply_theme(app, "dark")
    write_chinese_evaluation(Path(folder))
    probe = Probe(app, None if pictures is None else Path(pictures))
    try:
        _show_pages(probe, Path(folder))
    finally:
        probe.window.close()
        probe.session.close()
    json.dump({"texts": probe.texts, "cut": probe.cut}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
