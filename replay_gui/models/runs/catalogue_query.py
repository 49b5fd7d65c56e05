"""A query over the catalogue that the page of many runs shows."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.queries.catalogue_messages import QueryCatalogue
from replay_gui.models.runs.runs_session import RunsSession


class CatalogueQuery(QObject):
    """Sends one query at a time.

    Attributes: folder: of the catalogue, "" for none. answer: the last one, or None. working: whether one is awaited.
    Signal: changed().
    """

    changed = Signal()

    def __init__(self, runs: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._numbers = itertools.count(1)
        self._number = 0
        self.folder = ""
        self.answer: CatalogueAnswer | None = None
        self.working = False
        runs.query_answered.connect(self._on_answered)

    def set_folder(self, folder: str) -> None:
        """Use this catalogue for queries; "" for none."""
        self.stop()
        self.folder = folder
        self.answer = None
        self.changed.emit()

    def send_query(self, query: str) -> None:
        """Send a query, and end the one under way."""
        self._send(query)
        self.working, self.answer = True, None
        self.changed.emit()

    @Slot()
    def stop(self) -> None:
        """End the query under way."""
        if self.working:
            self._send("")
            self.working = False
            self.changed.emit()

    def _send(self, query: str) -> None:
        self._number = next(self._numbers)
        self._runs.send_request("query", QueryCatalogue(number=self._number, folder=self.folder, query=query))

    @Slot(object)
    def _on_answered(self, answer: CatalogueAnswer) -> None:
        if answer.number == self._number and self.working:
            self.working, self.answer = False, answer
            self.changed.emit()
