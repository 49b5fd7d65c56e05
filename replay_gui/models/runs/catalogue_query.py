"""A query over the catalogue that the page of many runs shows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.queries.catalogue_messages import QueryCatalogue
from replay_gui.models.runs.runs_session import RunsSession


@dataclass(frozen=True, slots=True)
class NoQuery:
    """No query was sent, or it was ended."""


@dataclass(frozen=True, slots=True)
class SentQuery:
    """The answer to query `number` is awaited."""

    number: int


class CatalogueQuery(QObject):
    """Sends one query at a time.

    Attributes: folder: of the catalogue, "" for none. state: of the last query; once it is answered, the answer.
    Signal: changed().
    """

    changed = Signal()

    def __init__(self, runs: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._numbers = itertools.count(1)
        self.folder = ""
        self.state: NoQuery | SentQuery | CatalogueAnswer = NoQuery()
        runs.query_answered.connect(self._on_answered)

    @property
    def working(self) -> bool:
        """Whether an answer is awaited."""
        return isinstance(self.state, SentQuery)

    @property
    def answer(self) -> CatalogueAnswer | None:
        """The answer to the last query."""
        return self.state if isinstance(self.state, CatalogueAnswer) else None

    def set_folder(self, folder: str) -> None:
        """Use this catalogue for queries; "" for none."""
        self.stop()
        self.folder, self.state = folder, NoQuery()
        self.changed.emit()

    def send_query(self, query: str) -> None:
        """Send a query, and end the one under way."""
        self.state = SentQuery(self._send(query))
        self.changed.emit()

    @Slot()
    def stop(self) -> None:
        """End the query under way."""
        if self.working:
            self._send("")
            self.state = NoQuery()
            self.changed.emit()

    def _send(self, query: str) -> int:
        number = next(self._numbers)
        self._runs.send_request("query", QueryCatalogue(number=number, folder=self.folder, query=query))
        return number

    @Slot(object)
    def _on_answered(self, answer: CatalogueAnswer) -> None:
        if self.state == SentQuery(answer.number):
            self.state = answer
            self.changed.emit()
