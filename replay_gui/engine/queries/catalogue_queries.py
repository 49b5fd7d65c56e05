"""Answers a query over a catalogue so that a signal ends it; a second one ends the process at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from replay_gui.core.catalogue.queries import MAX_ROWS, CatalogueQueries, QueryAnswer
from replay_gui.core.errors import CatalogueRefused
from replay_gui.engine.termination import ended_by_second_signal

_INTERRUPT_INTERVAL_S = 0.05  # between two interruptions: one that comes before the query has begun is lost
_SIGNAL_CHECK_S = 0.2  # between two looks for signals


def query_catalogue(folder: Path, query: str, max_rows: int = MAX_ROWS) -> QueryAnswer:
    """Answer one SELECT, at most `max_rows` rows of it.

    Raises:
        CatalogueRefused: the query is not a single SELECT, DuckDB refuses it, or the catalogue is damaged.
    """
    asked = _Query(folder, query, max_rows)
    with ended_by_second_signal(), ThreadPoolExecutor(1, "catalogue query") as pool:
        try:
            answer = pool.submit(asked.answer)
            asked.allow()
            asked.wait()
            return answer.result()
        finally:
            asked.end()


class _Query:
    """A query, with all of DuckDB's work for it on a separate thread.

    DuckDB may ignore signals for minutes, and loses the exceptions of their handlers, even while it opens and closes.
    The query starts only once it is allowed to, so that no signal can fall between its start and the wait for it.
    """

    def __init__(self, folder: Path, query: str, max_rows: int) -> None:
        self._asked = folder, query, max_rows
        self._queries: CatalogueQueries | None = None
        self._may_begin, self._is_done = threading.Event(), threading.Event()
        self._is_ended = False

    def allow(self) -> None:
        """Let the query begin."""
        self._may_begin.set()

    def answer(self) -> QueryAnswer:
        """Wait until it is allowed; return the answer, or raise CatalogueRefused."""
        self._may_begin.wait()
        folder, query, max_rows = self._asked
        try:
            if self._is_ended:
                raise CatalogueRefused("sql: ended before it began")
            with CatalogueQueries(folder) as self._queries:
                return self._queries.answer(query, max_rows)
        finally:
            self._is_done.set()

    def wait(self) -> None:
        """Return once it is done, and look for signals meanwhile: one just before a wait begins does not end it."""
        while not self._is_done.wait(_SIGNAL_CHECK_S):
            pass

    def end(self) -> None:
        """End the query, if it is not done, and wait for that; it does not begin if it has not been allowed to."""
        self._is_ended, was_allowed = True, self._may_begin.is_set()
        self._may_begin.set()
        if not was_allowed:
            return
        while not self._is_done.is_set():
            if self._queries is not None:
                self._queries.interrupt()
            self._is_done.wait(_INTERRUPT_INTERVAL_S)
