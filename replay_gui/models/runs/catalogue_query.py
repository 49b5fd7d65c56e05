"""A query over the catalogue that the page of many runs shows."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.queries.catalogue_messages import QueryCatalogue
from replay_gui.engine.requests import Answer, Request


class CatalogueQuery(QObject):
    """Sends one query at a time.

    Attributes: folder: of the catalogue, "" for none. answer: the last one, or None. working: whether one is awaited.
    Signal: changed().
    """

    changed = Signal()

    def __init__(self, bridge: EngineBridge | None, parent: QObject | None = None) -> None:
        """Without a bridge no request is sent."""
        super().__init__(parent)
        self._bridge = bridge
        self._numbers = itertools.count(1)
        self._number = 0
        self.folder = ""
        self.answer: CatalogueAnswer | None = None
        self.working = False
        if bridge is not None:
            bridge.answered.connect(self._on_answered)

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
        if self._bridge is not None:
            body = QueryCatalogue(number=self._number, folder=self.folder, query=query)
            self._bridge.send_request("query", Request(0, body))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if isinstance(value, CatalogueAnswer) and value.number == self._number and self.working:
            self.working, self.answer = False, value
            self.changed.emit()
