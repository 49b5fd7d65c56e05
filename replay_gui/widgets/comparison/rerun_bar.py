"""A strip with the progress and the result of a re-run."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from replay_gui.core.translation.messages import tr, trn
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, ICON, UNIT, set_role, theme_events
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.rerun.rerun_process import RerunProcess
from replay_gui.models.rerun.rerun_states import NotRun, PreparingRerun, RerunEnded, RunningAgain
from replay_gui.models.rerun.rerun_words import RerunVerdict, progress_words, verdict_of
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_COLUMN_SHARES = (1, 2, 2)  # of the width: path, recorded, now


class RerunBar(QWidget):
    """Hidden until a run is run again. The verdict stays until it is dismissed.

    Signals: output_requested(): show the output of the agent.
    """

    output_requested = Signal()

    def __init__(self, process: RerunProcess, comparison: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._process, self._comparison = process, comparison
        self.words, self.place = PlainLabel(), QPushButton()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes = PlainLabel(role="secondary")
        self.notes.setWordWrap(True)
        set_role(self.place, "link")
        self.place.setToolTip(tr("The agent's code that made the request. Click to copy."))
        self.output, self.cancel = QPushButton(tr("Output")), QPushButton(tr("Cancel"))
        self.output.setToolTip(tr("Output of the agent"))
        self.close_button = QToolButton()
        self.close_button.setToolTip(tr("Dismiss"))
        self.close_button.setAccessibleName(tr("Dismiss"))
        self.close_button.setIconSize(QSize(ICON, ICON))
        self._fields = QWidget()
        self._grid = QGridLayout(self._fields)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GAP)
        self._grid.setVerticalSpacing(0)
        for column, share in enumerate(_COLUMN_SHARES):
            self._grid.setColumnStretch(column, share)
        left = QVBoxLayout()
        left.setSpacing(UNIT)
        for widget in (self.words, self._fields, self.notes):
            left.addWidget(widget)
        self._frame = QFrame()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(GAP, GAP, GAP, 0)
        outer.addWidget(self._frame)
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(GAP + UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(GAP)
        row.addLayout(left, 1)
        for button in (self.place, self.output, self.cancel, self.close_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.place.clicked.connect(self._on_place)
        self.output.clicked.connect(self.output_requested)
        self.cancel.clicked.connect(process.cancel)
        self.close_button.clicked.connect(self.hide)
        process.changed.connect(self.refresh)
        comparison.b.index_changed.connect(self._show_progress)
        theme_events().changed.connect(self._set_icons)
        self._set_icons()
        self.hide()

    @Slot()
    def refresh(self) -> None:
        """Show the progress, or the verdict."""
        state, running = self._process.state, self._process.running
        self.cancel.setVisible(running)
        self.close_button.setVisible(not running)
        match state:
            case NotRun():
                pass
            case PreparingRerun(cancelled=cancelled) | RunningAgain(cancelled=cancelled):
                self.cancel.setEnabled(not cancelled)
                self._show(RerunVerdict("info", ""))
                self._show_progress()
            case RerunEnded():
                self._show(verdict_of(state, self._process.output))
            case _:
                assert_never(state)
        self.setVisible(not isinstance(state, NotRun))

    @Slot()
    def _show_progress(self) -> None:
        state, session = self._process.state, self._comparison
        if isinstance(state, PreparingRerun | RunningAgain):
            events = session.b.index.count if self.shows_new_log else 0
            progress = progress_words(events, session.a.index.count)
            self.words.setText(tr("Cancelling…") if state.cancelled else progress)

    @property
    def shows_new_log(self) -> bool:
        """Whether the log that the re-run writes is the one in B."""
        facts = self._comparison.b.facts
        return facts is not None and facts.path == str(self._process.new)

    def _show(self, verdict: RerunVerdict) -> None:
        set_role(self._frame, verdict.role)
        self.words.setText(verdict.sentence)
        self.setAccessibleName(verdict.sentence)
        self.place.setText(_short(verdict.place))
        self.place.setProperty("place", verdict.place)
        self.place.setVisible(bool(verdict.place))
        more = (trn("{n} more differs.", "{n} more differ.", verdict.more),) if verdict.more else ()
        self.notes.setText(" ".join((*more, *verdict.notes)))
        self.notes.setVisible(bool(self.notes.text()))
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        lines = [(tr("field"), tr("recorded"), tr("now")), *verdict.fields] if verdict.fields else []
        for line, texts in enumerate(lines):
            for column, text in enumerate(texts):
                label = ElidedLabel(text)
                label.setToolTip(plain_tooltip(text))
                if not line or not column:
                    set_role(label, "secondary")
                self._grid.addWidget(label, line, column)
        self._fields.setVisible(bool(lines))

    @Slot()
    def _on_place(self) -> None:
        QGuiApplication.clipboard().setText(str(self.place.property("place")))

    @Slot()
    def _set_icons(self) -> None:
        self.close_button.setIcon(icon("close"))


def _short(place: str) -> str:
    """Return a place in code without its folder: ``agent.py:12 in plan``."""
    return place.replace("\\", "/").rpartition("/")[2]
