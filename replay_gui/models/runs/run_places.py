"""Find the files of runs on the page of many runs; for a catalogue, the sources or the copies in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Slot

from replay_gui.core.text.given_paths import absolute_path
from replay_gui.engine.answers import Alert
from replay_gui.engine.evaluation_answer import RunsLocated
from replay_gui.engine.queries.catalogue_messages import LocateRuns
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.session import Session

WithPaths = Callable[[Sequence[str]], None]
"""Takes the paths that open the runs, in their order."""


class RunPlaces(QObject):
    """Finds the paths that open runs of a RunsSession, and shows the note on a run once it is open."""

    def __init__(self, runs: RunsSession, sessions: Sequence[Session], parent: QObject | None = None) -> None:
        """`sessions`: those that open the runs; the first one shows why a run cannot be opened."""
        super().__init__(parent)
        self._runs, self._sessions = runs, sessions
        self._numbers = itertools.count(1)
        self._number = 0
        self._waiting: tuple[list[str], WithPaths] | None = None  # the names of the runs in the catalogue
        self._kept: dict[str, tuple[str, str]] = {}  # by path: the name of the run in the catalogue, the note
        for session in sessions:
            session.run_changed.connect(self._on_run_changed)
        runs.runs_located.connect(self._on_located)

    def find(self, numbers: Sequence[int], then: WithPaths) -> None:
        """Call `then` with the paths that open these runs, unless one cannot be opened; drop an earlier request."""
        chosen = {number: self._runs.runs[number] for number in numbers}
        self._waiting = None
        if any(run.problem for run in chosen.values()):
            return
        given = [run.given for run in chosen.values()]
        if not self._runs.catalogue or self._runs.bridge is None:
            then(given)
            return
        self._number, self._waiting = next(self._numbers), (given, then)
        request = LocateRuns(number=self._number, folder=self._runs.catalogue, runs=chosen)
        self._runs.send_request("places", request)

    def given(self, session: Session) -> str:
        """Return the absolute path by which the page lists the run that a session shows; "" if it shows none."""
        if session.facts is None:
            return ""
        path = session.facts.given
        return absolute_path(self._kept[path][0] if path in self._kept else path)

    @Slot(object)
    def _on_located(self, found: RunsLocated) -> None:
        if found.number != self._number or self._waiting is None:
            return
        (given, then), self._waiting = self._waiting, None
        if found.problem:
            self._sessions[0].alert_raised.emit(Alert("error", found.problem))
            return
        for name, (path, note) in zip(given, found.places, strict=True):
            if note:
                self._kept[path] = (name, note)
            else:
                self._kept.pop(path, None)
        then([path for path, _ in found.places])

    @Slot()
    def _on_run_changed(self) -> None:
        """Show the note on the run that is shown now; drop an earlier request, because the user opened another run."""
        self._waiting = None
        for session in self._sessions:
            if session is self.sender() and session.facts is not None and session.facts.given in self._kept:
                session.alert_raised.emit(Alert("info", self._kept[session.facts.given][1]))
