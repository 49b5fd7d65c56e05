"""Answers a query over a catalogue so that a signal ends it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from replay_gui.core.catalogue.queries import MAX_ROWS, CatalogueQueries, QueryAnswer

_INTERRUPT_S = 0.05  # between two interruptions: one that comes before the query has begun is lost


def query_catalogue(folder: Path, query: str, max_rows: int = MAX_ROWS) -> QueryAnswer:
    """Answer one SELECT, at most `max_rows` rows of it.

    DuckDB works on a separate thread: it may ignore signals for minutes, and loses the exceptions of their handlers.

    Raises:
        CatalogueRefused: the query is not a single SELECT, DuckDB refuses it, or the catalogue is damaged.
    """
    with CatalogueQueries(folder) as queries, ThreadPoolExecutor(1, "catalogue query") as pool:
        answer = pool.submit(queries.answer, query, max_rows)
        try:
            return answer.result()
        finally:
            while not answer.done():
                queries.interrupt()
                wait([answer], _INTERRUPT_S)
