"""The progress of the background work: words, a thin bar, and a button to stop it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Progress
from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_BAR_STEPS = 1000  # steps of the bar: totals do not fit its 31 bits
_BAR_WIDTH_PX = 40 * UNIT
_PATIENCE_MS = 400


class ProgressStrip(QWidget):
    """Hidden while there is no background work, and at its beginning, so that short work does not flash.

    Signals: cancelled(). appears(): it is about to become visible.
    """

    cancelled = Signal()
    appears = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = PlainLabel()
        set_role(self._label, "secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setMaximumWidth(_BAR_WIDTH_PX)
        self._bar.setFixedHeight(UNIT)
        self._bar.setRange(0, _BAR_STEPS)
        self.cancel = QPushButton(tr("Cancel"))
        set_role(self.cancel, "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, 0, GAP, 0)
        row.setSpacing(GAP)
        row.addWidget(self._label)
        row.addWidget(self._bar, 1)
        row.addStretch(1)
        row.addWidget(self.cancel)
        self.cancel.clicked.connect(self.cancelled)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._appear)
        self.hide()

    @property
    def text(self) -> str:
        """The shown text."""
        return self._label.text()

    def show_progress(self, progress: Progress | None) -> None:
        """Show this progress, if the work takes a while; None hides the strip."""
        if progress is None:
            self._patience.stop()
            self.hide()
            return
        self._bar.setUpdatesEnabled(False)  # otherwise setValue repaints immediately, with all updates of the window
        self._bar.setRange(0, _BAR_STEPS if progress.total else 0)  # 0 to 0 shows activity without a value
        self._bar.setValue(min(progress.done * _BAR_STEPS // progress.total, _BAR_STEPS) if progress.total else 0)
        self._bar.setUpdatesEnabled(True)
        self._label.setText(progress_words(progress))
        if self.isHidden() and not self._patience.isActive():
            self._patience.start()

    @Slot()
    def _appear(self) -> None:
        self.appears.emit()  # first: showing it lays out the whole window
        self.show()


def progress_words(progress: Progress) -> str:
    """Return a text such as ``Verifying · 42 % · 12 s left``."""
    words = [one_line(progress.job, 80)]
    if progress.total:
        words.append(f"{min(progress.done * 100 // progress.total, 100)} %")
    if progress.eta is not None:
        words.append(tr("{duration} left", duration=duration_text(round(progress.eta * 10**9), whole_seconds=True)))
    return " · ".join(words)
