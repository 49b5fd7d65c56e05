"""The page shown while no run is open: how to open one, recent runs, and the samples."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.text.clock import local_time_text
from replay_gui.core.text.given_paths import file_name, folder_of, home_folder
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import bytes_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import (
    FOCUS,
    GAP,
    ICON,
    ROW,
    SMALL_RADIUS,
    UI_SIZE,
    UNIT,
    Bold,
    Medium,
    set_role,
    theme,
    theme_events,
    ui_font,
)
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.text.line_text import LineText
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.parts.wrapped_body import WrappedBody

if TYPE_CHECKING:  # the first window lists none
    from replay_gui.core.facts.known_sessions import KnownSession

_LINE_HEIGHT_PX = ROW - UNIT  # height of each of the two lines
_ROW_HEIGHT_PX = 2 * _LINE_HEIGHT_PX + GAP


class ChoiceRow(QAbstractButton):
    """A run to choose. `name`: its first line. `path`: the file to open; `paths`: two files to compare."""

    def __init__(self, name: str, sentence: str, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self.path = path
        self.paths: tuple[str, ...] = (path,)
        self.name, self._sentence = name, sentence  # not the button's text: an ampersand in it would be a shortcut
        self.setAccessibleName(name)
        self.setAccessibleDescription(sentence)
        self.setFixedHeight(_ROW_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the run by Enter, as by Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return the height of two lines; the texts take the available width."""
        return QSize(40 * GAP, _ROW_HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint an icon and two lines: the name, and a description."""
        colors, painter = theme(), left_to_right_painter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.selection if self.isDown() else colors.hover)
            painter.drawRoundedRect(self.rect(), SMALL_RADIUS, SMALL_RADIUS)
        tinted_icon("file", colors.secondary).paint(
            painter, QRect(GAP, UNIT + (_LINE_HEIGHT_PX - ICON) // 2, ICON, ICON)
        )
        left, width = 2 * GAP + ICON, self.width() - 3 * GAP - ICON
        space = QRect(left, UNIT, width, _LINE_HEIGHT_PX)
        LineText(ui_font(Medium)).draw(painter, space, self.name, colors.text)
        LineText(ui_font()).draw(painter, space.translated(0, _LINE_HEIGHT_PX), self._sentence, colors.secondary)
        if self.hasFocus():
            half = FOCUS // 2
            painter.setPen(QPen(colors.accent, FOCUS))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(half, half, -half, -half), SMALL_RADIUS, SMALL_RADIUS)
        painter.end()


_MAX_WIDTH_PX = 90 * GAP
_SPACING_PX = 2 * GAP
_TITLE_SIZE = 1.75 * UI_SIZE
_MAX_RECENT_RUNS = 8  # rows
_MAX_SESSIONS_AT_FIRST = 6  # rows; a button shows the others
AGENTS = translatable("Claude Code, Codex, Gemini CLI, OpenCode, Pi and Inspect")
FORMATS = translatable(
    "Reads its own logs, and those of Claude Code, Codex, Gemini CLI, OpenCode, Pi, Goose, Aider, OpenHands, "
    "SWE-agent, Inspect, LangGraph, LangSmith, Langfuse, MLflow, OpenTelemetry, Temporal and others, and any "
    "JSON Lines. The documentation lists them all (Shift+F1)."
)
_INTRODUCTION = translatable(
    "Open the log of a run, go to any event, and see what the agent knew, asked for and received."
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A run included in the program: its name, a sentence about it, and its path."""

    name: str
    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class RecentEntry:
    """A run, or the two of a comparison, by their paths. opened: when, in ns since 1970; None if unknown."""

    paths: tuple[str, ...]
    opened: int | None


class WelcomePage(QScrollArea):
    """The page that is shown while no run is open.

    Signals: open_requested(), folder_requested(): the user wants to choose a file or a folder. path_chosen(str): open
    this file. sessions_wanted(): list the sessions on this computer. shown(): the page is visible.
    pair_chosen(object): the paths of two runs to compare.
    """

    open_requested = Signal()
    folder_requested = Signal()
    path_chosen = Signal(str)
    pair_chosen = Signal(object)
    sessions_wanted = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "window")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Welcome"))
        page = WrappedBody()
        self.setWidget(page)
        page.setAutoFillBackground(False)
        outer = QHBoxLayout(page)
        outer.setContentsMargins(4 * GAP, 4 * GAP, 4 * GAP, 4 * GAP)
        middle = QWidget(page)
        middle.setMaximumWidth(_MAX_WIDTH_PX)
        outer.addStretch(1)
        outer.addWidget(middle, 100)
        outer.addStretch(1)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addStretch(1)
        title = _label(tr("Replay an agent’s run"), "title")
        title.setFont(ui_font(Bold, _TITLE_SIZE))
        column.addWidget(title)
        column.addWidget(_label(tr(_INTRODUCTION), "secondary"))
        column.addSpacing(_SPACING_PX)
        column.addWidget(self._drop_zone())
        column.addSpacing(_SPACING_PX)
        self._recent, self._samples = _Group(tr("Recent")), _Group(tr("Samples"))
        self._sessions = _Group(tr("Sessions on this computer"))
        wanted = tr("Show the newest sessions of {agents}", agents=tr(AGENTS))
        fits = QFontMetrics(ui_font()).horizontalAdvance(wanted) < _MAX_WIDTH_PX - 4 * GAP
        self.sessions = QPushButton(wanted if fits else tr("Show the newest sessions"))
        set_role(self.sessions, "link")
        self.sessions.setToolTip(
            tr("Lists the known folders of these agents. No file is read before, and no data is sent")
        )
        self.sessions.clicked.connect(self._on_sessions_clicked)
        self._found: list[ChoiceRow] = []  # every session; some do not fit at first
        self._sessions.show_rows([])
        for part in (self._sessions, self.sessions, self._recent, self._samples):
            column.addWidget(part)
        column.addWidget(_label(tr(FORMATS), "secondary"))
        column.addStretch(2)
        theme_events().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.set_recent(())
        self.set_samples(())

    def _drop_zone(self) -> QFrame:
        self.open = QPushButton(" " + tr("Open a run…"))
        self.open.setDefault(True)
        self.open.setIconSize(QSize(ICON, ICON))
        self.open.clicked.connect(self.open_requested)
        self.folder = QPushButton(tr("Open a folder…"))
        self.folder.clicked.connect(self.folder_requested)
        zone = QFrame()
        set_role(zone, "drop")
        zone.setAccessibleName(tr("Open a run, or drop a log here"))
        row = QHBoxLayout(zone)
        row.setContentsMargins(_SPACING_PX, _SPACING_PX, _SPACING_PX, _SPACING_PX)
        row.setSpacing(_SPACING_PX)
        row.addWidget(self.open)
        row.addWidget(self.folder)
        row.addWidget(_label(tr("or drop a log here; two, to compare them; a folder, to list it"), "secondary"), 1)
        return zone

    def set_recent(self, recent: Sequence[RecentEntry]) -> None:
        """List recent runs, newest first; the caller may leave out missing files."""
        self._recent.show_rows([self._recent_row(entry) for entry in recent[:_MAX_RECENT_RUNS]])

    def _recent_row(self, entry: RecentEntry) -> ChoiceRow:
        names = " ↔ ".join(file_name(path) or path for path in entry.paths)
        folders = " ↔ ".join(dict.fromkeys(map(_folder, entry.paths)))
        when = "" if entry.opened is None else local_time_text(entry.opened)
        row = self._row(names, " · ".join(part for part in (when, folders) if part), entry.paths[0])
        row.paths = entry.paths
        return row

    def set_sessions(self, sessions: Sequence[KnownSession], problem: str = "") -> None:
        """List the sessions on this computer, in the given order; `problem`: why they are not known, or ""."""
        self._found = [self._session_row(session) for session in sessions]
        self._sessions.show_rows(self._found[:_MAX_SESSIONS_AT_FIRST])
        more = len(self._found) - _MAX_SESSIONS_AT_FIRST
        words = "" if sessions else tr("No sessions of {agents} were found", agents=tr(AGENTS))
        if more > 0:
            words = trn("Show {n} more", "Show {n} more", more)
        self.sessions.setText(one_line(problem) if problem else words)
        self.sessions.setVisible(bool(self.sessions.text()))
        self.sessions.setEnabled(more > 0)

    @Slot()
    def _on_sessions_clicked(self) -> None:
        if self._found:
            self._sessions.show_rows(self._found)
            self.sessions.hide()
        else:
            self.sessions.setText(tr("Looking for sessions…"))
            self.sessions.setEnabled(False)
            self.sessions_wanted.emit()

    def _session_row(self, session: KnownSession) -> ChoiceRow:
        name = session.prompt or file_name(session.path)
        when = local_time_text(session.changed)
        facts = (session.agent, when, bytes_text(session.size), _folder(session.path))
        return self._row(name, " · ".join(fact for fact in facts if fact), session.path)

    def showEvent(self, event: QShowEvent) -> None:
        """Emit `shown`."""
        super().showEvent(event)
        self.shown.emit()

    def set_samples(self, samples: Sequence[Sample]) -> None:
        """List the samples, in the given order."""
        self._samples.show_rows([self._row(sample.name, sample.sentence, sample.path) for sample in samples])

    @property
    def rows(self) -> list[ChoiceRow]:
        """All rows that can be chosen, from top to bottom."""
        return [*self._sessions.rows, *self._recent.rows, *self._samples.rows]

    def _row(self, name: str, sentence: str, path: str) -> ChoiceRow:
        row = ChoiceRow(one_line(name), one_line(sentence), path)
        row.clicked.connect(self._on_row)
        return row

    @Slot()
    def _on_row(self) -> None:
        row = self.sender()
        if isinstance(row, ChoiceRow):
            if len(row.paths) > 1:
                self.pair_chosen.emit(list(row.paths))
            else:
                self.path_chosen.emit(row.path)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.open.setIcon(tinted_icon("open", theme().on_accent))


class _Group(QFrame):
    """A card of rows under a name; hidden while it is empty."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows: list[ChoiceRow] = []
        self.setAccessibleName(name)
        set_role(self, "panel")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(UNIT, GAP, UNIT, UNIT)
        self._column.setSpacing(0)
        heading = _label(name, "title")
        heading.setContentsMargins(GAP, 0, GAP, UNIT)
        self._column.addWidget(heading)

    def show_rows(self, rows: list[ChoiceRow]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            if row not in rows:
                row.deleteLater()
        self.rows = rows
        for row in rows:
            self._column.addWidget(row)
            row.show()
        self.setVisible(bool(rows))


def _label(text: str, role: str) -> PlainLabel:
    label = PlainLabel(text, role)
    label.setWordWrap(True)
    return label


def _folder(path: str) -> str:
    """Return the folder of a file, with the home folder as ~."""
    folder, home = folder_of(path), home_folder()
    return "~" + folder[len(home) :] if folder == home or folder.startswith(home + os.sep) else folder
