"""Two runs that are to be compared: which files they come from, what these are read as, and whether both are there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.importers.run_choice import split
from replay_gui.engine.answers import Alert
from replay_gui.models.event_loop_queue import EventLoopQueue
from replay_gui.models.session import Session


class RunPair(QObject):
    """Opens runs in the sessions `a` and `b`.

    Signals:
        opened(): the last run that was waited for is there.
        replaced(): another run than was waited for, or none, is open in A.
        troubled(object): a Trouble of B. refused(object): a run that was waited for cannot be opened: the Trouble to
        tell, or None, where A's session tells it.
    """

    opened = Signal()
    replaced = Signal()
    alert_raised = Signal(object)
    refused = Signal(object)

    def __init__(self, a: Session, b: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._a, self._b = a, b
        self._wanted: list[str | None] = [None, None]  # still to be opened, in A and B
        self._lent = False  # whether B is to be read as what was chosen for A
        self._opening = EventLoopQueue(self)  # after the page of the comparison
        for session in (a, b):
            session.run_changed.connect(self._on_run_changed)
            session.alert_raised.connect(self._on_troubled)

    def open(self, path_b: str, path_a: str | None = None, format: str | None = None) -> None:
        """Opens `path_b` in B, and `path_a` in A, unless the run there is to stay.

        `format`: what both are read as. None: as what was chosen for the file, where it is open; B, if need be, as what
        was chosen for A, and where that cannot be, as its content says.
        """
        for_a, for_b = format, format
        if format is None:
            for_a, for_b = self._a.format if path_a is None else self._chosen(path_a), self._chosen(path_b)
            self._lent = for_b is None and for_a is not None
        self._wanted = [path_a, path_b]
        begin_a = [] if path_a is None else [partial(self._a.open, path_a, format=for_a)]
        self._opening.begin(*begin_a, partial(self._b.open, path_b, format=for_b or for_a))

    def forget(self) -> None:
        """Waits for no run any more."""
        self._opening.stop()
        self._wanted, self._lent = [None, None], False

    @property
    def complete(self) -> bool:
        return self._a.facts is not None and self._b.facts is not None and self._wanted == [None, None]

    def _chosen(self, given: str) -> str | None:
        path = split(given)[0]
        formats = (one.format for one in (self._a, self._b) if one.facts is not None and one.facts.path == path)
        return next((format for format in formats if format is not None), None)

    @Slot()
    def _on_run_changed(self) -> None:
        side = 0 if self.sender() is self._a else 1
        facts, wanted = (self._a, self._b)[side].facts, self._wanted[side]
        if facts is not None and wanted is not None and facts.path == split(wanted)[0]:
            self._wanted[side] = None
            if self.complete:
                self.opened.emit()
        elif side == 0 and wanted is None:
            self.replaced.emit()

    @Slot(object)
    def _on_troubled(self, trouble: Alert) -> None:
        of_b = self.sender() is self._b
        wanted = self._wanted[of_b]
        is_refused = trouble.severity == "error" and wanted is not None
        if is_refused and of_b and self._lent:
            self._lent = False
            self._b.open(wanted or "")
            return
        if of_b:
            self.alert_raised.emit(replace(trouble, text=f"B: {trouble.text}"))
        if is_refused:
            said = replace(trouble, text=f"Not compared. {trouble.text}", action="")
            self.refused.emit(said if of_b else None)
