"""The tool bar of the page of many runs."""

from __future__ import annotations

import os

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton, QWidget

from replay_gui.core.contrast.passed_expression import passed_judge
from replay_gui.core.errors import ReplayError
from replay_gui.core.text.given_paths import file_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, UNIT, Bold, theme, ui_font
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.compact_level import compact_level
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.outcome_mark import OUTCOME_SIZE, paint_outcome
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.runs.group_by_button import GroupByButton
from replay_gui.windows.action_bar import ICON_AND_TEXT, ICON_ONLY, ActionBar

_FIELD_WIDTHS_PX = (11 * GAP, 26 * GAP)  # minimum and maximum
_FIELD_STRETCH = 40  # stretch factor; the empty space after the fields has 1
_MAX_NAME_CHARACTERS = 80
_EXPORT_TEXTS = (translatable("Export report…"), translatable("Export…"))  # in full, and short
_NO_FOLDER, _SHORT_TEXT, _NUMBERS_ONLY = 1, 2, 3  # compact levels
_PASSED_TIP = translatable("Definition of passing, for logs without outcomes: score >= 0.5 and end == answered")


class RunsBar(ActionBar):
    """Open, the opened sources, a filter, the definition of passing, and the numbers of passed and failed runs.

    In a narrow window, the button for a folder is hidden first, since the menu has it; then texts become shorter, and
    last the outcomes become numbers beside their marks.

    Signals: filtered(str): the text of the filter. export_wanted(): the user wants a report on the runs.
    query_wanted(bool): whether the user wants the SQL panel.
    Attributes: compact_level: how much is hidden, from 0 (all is shown) to 3.
    """

    filtered = Signal(str)
    export_wanted = Signal()
    query_wanted = Signal(bool)

    def __init__(self, session: RunsSession, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(tr("Runs"), "runs", actions, parent)
        self._session = session
        self.compact_level = 0
        self.add_buttons(("open", "open_folder"))
        self.set_button_text("open", tr("Open"))
        self.buttons["open"].setToolButtonStyle(ICON_AND_TEXT)
        self.set_button_text("open_folder", tr("Open folder…"))
        self.name = ElidedLabel()
        self.name.setAccessibleName(tr("Opened files"))
        self.row.addWidget(self.name)
        self.add_line()
        self.group_by = GroupByButton(session)
        self.group_by.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.row.addWidget(self.group_by)
        self.filter = _field(tr("Filter tasks and runs"), tr("Filter"))
        self.passed = _field(tr("Passed: as in the logs"), tr("Definition of passing"))
        self.passed.setToolTip(plain_tooltip(tr(_PASSED_TIP)))
        for field in (self.filter, self.passed):
            self.row.addWidget(field, _FIELD_STRETCH)
        self.export = QPushButton(tr(_EXPORT_TEXTS[0]))
        self.export.setToolTip(plain_tooltip(tr("Preview a report on these runs, choose its redaction, and save it")))
        self.row.addWidget(self.export)
        self.query = QToolButton()
        self.query.setText("SQL")
        self.query.setCheckable(True)
        self.query.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.query.setToolTip(plain_tooltip(tr("Ask the catalogue by SQL")))
        self.row.addWidget(self.query)
        self.row.addSpacing(GAP)
        self.row.addStretch(1)
        self.counts = OutcomeCounts()
        self.row.addWidget(self.counts)
        self.filter.textChanged.connect(self.filtered)
        self.passed.editingFinished.connect(self._on_passed)
        self.passed.textEdited.connect(self._on_passed_edited)
        self.export.clicked.connect(self.export_wanted)
        self.query.toggled.connect(self.query_wanted)
        session.runs_changed.connect(self._show)
        session.contrast_changed.connect(self._show)
        session.progressed.connect(self._enable_export)
        session.opened.connect(self._show)
        session.opened.connect(self._on_opened)
        session.catalogue_found.connect(self._on_opened)
        self._show()
        self._on_opened()

    @Slot()
    def _on_opened(self) -> None:
        has_tables = bool(self._session.catalogue)
        self.query.setVisible(has_tables)
        self.query.setChecked(self.query.isChecked() and has_tables)

    @Slot()
    def _show(self) -> None:
        session = self._session
        names = [file_name(os.path.normpath(source)) for source in session.sources]
        named = names[0] if len(names) == 1 else trn("{n} source", "{n} sources", len(names))
        runs = f" · {trn('{n} run', '{n} runs', len(session.runs))}" if session.runs else ""
        self._enable_export()
        self.name.setText(f"{one_line(named, _MAX_NAME_CHARACTERS)}{runs}")
        self.counts.show_counts(session.counts if session.outcomes else None)

    @Slot()
    def _enable_export(self) -> None:
        self.export.setEnabled(self._session.contrasted is not None and not self._session.working)

    # ---- fitting the width ------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the compact level again."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Choose the compact level again when the contents need another width."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        level = compact_level(self._wanted_px, self.width(), last_level=_NUMBERS_ONLY)
        if level != self.compact_level:
            self.compact_level = level
            self.buttons["open_folder"].setVisible(level < _NO_FOLDER)
            self.buttons["open"].setToolButtonStyle(ICON_AND_TEXT if level < _SHORT_TEXT else ICON_ONLY)
            self.export.setText(tr(_EXPORT_TEXTS[level >= _SHORT_TEXT]))
            self.counts.set_short(level >= _NUMBERS_ONLY)

    def _wanted_px(self, level: int) -> int:
        """Return the width, in pixels, that the row needs at a compact level.

        With short texts, the fields need not show all of their words, nor the label those of the opened files.
        """
        folder = self.buttons["open_folder"].sizeHint().width() + UNIT
        texts = [self.fontMetrics().horizontalAdvance(tr(text)) for text in _EXPORT_TEXTS]
        short = folder + texts[0] - texts[1] + self.fontMetrics().horizontalAdvance(f" {tr('Open')}")
        spared = (0, folder, short, short + self.counts.spared_px)
        wanted = self.row.sizeHint().width() + spared[self.compact_level] - spared[level]
        wanted -= self.name.sizeHint().width() if level >= _SHORT_TEXT else 0
        for field in (self.filter, self.passed):
            wanted += (field.minimumWidth() if level >= _SHORT_TEXT else _words_px(field)) - field.sizeHint().width()
        return wanted

    @Slot(str)
    def _on_passed_edited(self, text: str) -> None:
        """Show the problem of the expression while it is typed."""
        problem = _problem(text)
        self.passed.setToolTip(plain_tooltip(problem or tr(_PASSED_TIP)))
        self.passed.setProperty("wrong", bool(problem))
        self.passed.style().unpolish(self.passed)
        self.passed.style().polish(self.passed)

    def set_passed(self, text: str) -> None:
        """Set the expression for passing, for the runs that are read next; ignore an invalid one."""
        self.passed.setText("" if _problem(text) else text.strip())
        self._session.passed = self.passed.text()

    @Slot()
    def _on_passed(self) -> None:
        text = self.passed.text().strip()
        if not _problem(text):
            self._session.set_passed(text)


class OutcomeCounts(QWidget):
    """``92 passed · 108 failed``, with their marks; empty while outcomes are not known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._parts: list[tuple[bool | None, str, str]] = []  # outcome; its number; the same with words
        self._is_short = False

    @property
    def spared_px(self) -> int:
        """By how many pixels it is narrower without words."""
        metrics = self.fontMetrics()
        return sum(metrics.horizontalAdvance(words) - metrics.horizontalAdvance(n) for _, n, words in self._parts)

    def set_short(self, on: bool) -> None:
        """Show only the numbers, or also the words; those who hear it always hear the words."""
        self._is_short = on
        self.updateGeometry()
        self.update()

    def show_counts(self, counts: tuple[int, int, int] | None) -> None:
        """Show the numbers of passed, failed and unknown outcomes."""
        self._parts = []
        if counts is not None:
            passed, failed, unknown = counts
            parts = (
                (passed, True, trn("{n} passed", "{n} passed", passed)),
                (failed, False, trn("{n} failed", "{n} failed", failed)),
                (unknown, None, trn("{n} without an outcome", "{n} without an outcome", unknown)),
            )
            self._parts = [(outcome, whole_number(count), words) for count, outcome, words in parts if count]
        self.setAccessibleName(", ".join(words for _, _, words in self._parts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of all parts."""
        return QSize(sum(self._width(words) for _, words in self._shown) + GAP, self.fontMetrics().height() + GAP)

    def minimumSizeHint(self) -> QSize:
        """Return the same size, so that the parts are never cut."""
        return self.sizeHint()

    @property
    def _shown(self) -> list[tuple[bool | None, str]]:
        return [(outcome, number if self._is_short else words) for outcome, number, words in self._parts]

    def _width(self, words: str) -> int:
        return int(OUTCOME_SIZE) + UNIT + self.fontMetrics().horizontalAdvance(words) + 2 * GAP

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint each part after its mark."""
        painter, x = left_to_right_painter(self), 0
        painter.setFont(ui_font(Bold))
        for outcome, words in self._shown:
            paint_outcome(painter, self._center(x), outcome)
            painter.setPen(theme().text)
            space = self.rect().adjusted(x + int(OUTCOME_SIZE) + UNIT, 0, 0, 0)
            painter.drawText(space, int(Qt.AlignmentFlag.AlignVCenter), words)
            x += self._width(words)
        painter.end()

    def _center(self, x: int) -> QPointF:
        return QPointF(x + OUTCOME_SIZE / 2, self.height() / 2)


def _field(placeholder: str, name: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(placeholder)
    field.setAccessibleName(name)
    field.setClearButtonEnabled(True)
    field.setMinimumWidth(_FIELD_WIDTHS_PX[0])
    field.setMaximumWidth(_FIELD_WIDTHS_PX[1])
    return field


def _words_px(field: QLineEdit) -> int:
    """Return the width of a field's placeholder."""
    return field.fontMetrics().horizontalAdvance(field.placeholderText()) + 4 * GAP


def _problem(text: str) -> str:
    """Return the problem of an expression; "" if it is valid or empty."""
    if not text.strip():
        return ""
    try:
        passed_judge(text)
    except ReplayError as why:
        return str(why)
    return ""
