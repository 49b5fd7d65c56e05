"""Opens the two runs of a comparison: their files, their formats, and whether both are open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.importers.run_choice import possible_files
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Alert
from replay_gui.models.event_loop_queue import EventLoopQueue
from replay_gui.models.session import Session


@dataclass(frozen=True, slots=True)
class WantedRun:
    """A run that was requested and is not open yet. `by_format_of_a`: if that fails, the content decides."""

    path: str
    by_format_of_a: bool = False


class RunPair(QObject):
    """Opens runs in the sessions `a` and `b`.

    Signals:
        opened(): both runs are open.
        replaced(): A shows another run than the expected one, or none.
        alert_raised(object): an Alert of B.
        refused(object): a run cannot be opened: the Alert to show, or None if A's session shows it.
    """

    opened = Signal()
    replaced = Signal()
    alert_raised = Signal(object)
    refused = Signal(object)

    def __init__(self, a: Session, b: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._a, self._b = a, b
        self._wanted: list[WantedRun | None] = [None, None]  # in A and B
        self._opening = EventLoopQueue(self)  # after the page of the comparison is painted
        for session in (a, b):
            session.run_changed.connect(self._on_run_changed)
            session.alert_raised.connect(self._on_alert)
        a.bookkeeping_changed.connect(self._on_bookkeeping_changed)

    def open(self, path_b: str | None, path_a: str | None = None, format: str | None = None) -> None:
        """Open `path_b` in B and `path_a` in A; None keeps the open run.

        `format`: the importer of both. None: the one chosen for this file, if it is open; else, for B, the one chosen
        for A; if that one fails, the content decides.
        """
        for_a, for_b, by_format_of_a = format, format, False
        if format is None:
            for_a = self._a.format if path_a is None else self._chosen(path_a)
            for_b = None if path_b is None else self._chosen(path_b)
            by_format_of_a = for_b is None and for_a is not None
        self._wanted = [
            None if path_a is None else WantedRun(path_a),
            None if path_b is None else WantedRun(path_b, by_format_of_a),
        ]
        begin_a = [] if path_a is None else [partial(self._a.open, path_a, format=for_a, paired=True)]
        begin_b = [] if path_b is None else [partial(self._b.open, path_b, format=for_b or for_a, paired=True)]
        self._opening.begin(*begin_a, *begin_b)

    def forget(self) -> None:
        """Stop waiting for runs."""
        self._opening.stop()
        self._wanted = [None, None]

    @property
    def complete(self) -> bool:
        """Whether both runs are open and no other was requested."""
        return self._a.facts is not None and self._b.facts is not None and self._wanted == [None, None]

    def _chosen(self, given: str) -> str | None:
        paths = possible_files(given)  # without the disk, which might not answer
        for session in (self._a, self._b):
            if session.facts is not None and session.format is not None and session.facts.path in paths:
                return session.format
        return None

    @Slot()
    def _on_bookkeeping_changed(self) -> None:
        """Show bookkeeping events of B if those of A are shown."""
        self._b.show_bookkeeping(not self._a.hides_bookkeeping)

    @Slot()
    def _on_run_changed(self) -> None:
        side = 0 if self.sender() is self._a else 1
        facts, wanted = (self._a, self._b)[side].facts, self._wanted[side]
        if facts is not None and wanted is not None and facts.path in possible_files(wanted.path):
            self._wanted[side] = None
            if self.complete:
                self.opened.emit()
        elif side == 0 and (wanted is None or (facts is not None and self._a.is_latest)):
            self.replaced.emit()

    @Slot(object)
    def _on_alert(self, alert: Alert) -> None:
        of_b = self.sender() is self._b
        wanted = self._wanted[of_b] if alert.severity == "error" else None
        if wanted is not None and wanted.by_format_of_a:
            self._wanted[of_b] = WantedRun(wanted.path)
            self._b.open(wanted.path)
            return
        if of_b:
            self.alert_raised.emit(msgspec.structs.replace(alert, text=f"B: {alert.text}"))
        if wanted is not None:
            refusal = msgspec.structs.replace(
                alert, text=tr("Not compared. {reason}", reason=alert.text), actions=alert.actions if alert.path else ()
            )
            self.refused.emit(refusal if of_b else None)
