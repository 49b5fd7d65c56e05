"""Compared runs that are still running: a run that has grown is read and compared again."""

from __future__ import annotations

import time
from collections.abc import Callable, Set

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Alert
from replay_gui.engine.requests import Side
from replay_gui.models.session import Session

_MAX_UNASKED_S = 20.0  # reading and comparing that takes longer is repeated only on request


class ComparisonFollowing(QObject):
    """Makes the comparison read grown runs again; the present result and the chosen step stay until that is done.

    Attributes:
        grown: the sides that have grown since the first comparison, and were read again automatically.

    Signals:
        changed(): `grown` has changed. alert_raised(object): an Alert that offers to read again, if it would take long.
    """

    changed = Signal()
    alert_raised = Signal(object)

    def __init__(
        self,
        a: Session,
        b: Session,
        parent: QObject,
        *,
        read_again: Callable[[Set[Side]], bool],
        is_working: Callable[[], bool],
    ) -> None:
        """`read_again`: begins it; returns False if it cannot. `is_working`: whether runs are read or compared now."""
        super().__init__(parent)
        self._a, self._b = a, b
        self._read_again, self._is_working = read_again, is_working
        self.grown: frozenset[Side] = frozenset()
        self._behind: frozenset[Side] = frozenset()  # to be read again
        self._began_at: float | None = None
        self._took_s = 0.0
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._catch_up)
        for run in (a, b):
            run.following.file_grew.connect(self._on_file_grew)
            run.progress_changed.connect(self._catch_up)

    def enable(self, on: bool) -> None:
        """Compare growing runs again from now on, or only report them in a banner."""
        for run in (self._a, self._b):
            if run.following.reports_growth != on:
                run.following.reports_growth = on
                if on:
                    run.following.check()

    @property
    def is_behind(self) -> bool:
        """Whether a run has grown and was not read again yet."""
        return bool(self._behind)

    def take_growth(self, side: Side, *, always: bool = False) -> None:
        """Read the grown log of this side again, as soon as no run is being read or compared.

        `always`: even if that takes long.
        """
        if self._took_s > _MAX_UNASKED_S and not always:
            took = duration_text(round(self._took_s * 1e9))
            text = tr("{run} has grown. To read and compare again takes {duration}.", run=side.name, duration=took)
            self.alert_raised.emit(Alert("info", text, ("reload",)))
            return
        self._behind |= {side}
        if side not in self.grown:
            self.grown |= {side}
            self.changed.emit()
        self._catch_up()

    def forget(self) -> None:
        """Start again for other runs, or none."""
        self.grown = self._behind = frozenset()
        self._began_at, self._took_s = None, 0.0
        self._rest.stop()
        self.changed.emit()

    @Slot()
    def _on_file_grew(self) -> None:
        self.take_growth(Side.A if self.sender() is self._a.following else Side.B)

    @Slot()
    def on_progress(self) -> None:
        """Update after the comparison has started, continued or finished reading or comparing."""
        if self._is_working():
            self._began_at = time.monotonic() if self._began_at is None else self._began_at
        elif self._began_at is not None:
            self._took_s, self._began_at = time.monotonic() - self._began_at, None
            self._rest.start(
                round(1000 * min(self._took_s, _MAX_UNASKED_S))
            )  # so that half the time is left for others
        self._catch_up()

    @Slot()
    def _catch_up(self) -> None:
        if self._behind and not self._rest.isActive() and self._read_again(self._behind):
            self._behind = frozenset()
