"""The worker's part of a query over a catalogue."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from replay_gui.core.catalogue.extras import require_extra
from replay_gui.core.text.plain_text import one_line
from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.jobs.evaluation.evaluation_arguments import QueryArguments
from replay_gui.engine.jobs.job import JobReporter

MAX_ROWS = 10_000  # that the window shows
_MAX_CELL, _MAX_NAME = 300, 60  # characters


def answer_query(arguments: QueryArguments, reporter: JobReporter) -> CatalogueAnswer:
    """Answer the query; raise CatalogueRefused, with the reason in one line, unless it is one valid SELECT."""
    require_extra("catalogue", "SQL")
    from replay_gui.engine.queries.catalogue_queries import query_catalogue  # which needs the extra

    answer = query_catalogue(Path(arguments.folder), arguments.query, max_rows=MAX_ROWS)
    numeric = tuple(
        any(row[place] is not None for row in answer.rows)
        and all(row[place] is None or isinstance(row[place], int | float | Decimal) for row in answer.rows)
        for place in range(len(answer.columns))
    )
    return CatalogueAnswer(
        number=0,
        columns=tuple(one_line(name, _MAX_NAME) for name in answer.columns),
        numeric=numeric,
        rows=tuple(
            tuple(None if value is None else one_line(str(value), _MAX_CELL) for value in row) for row in answer.rows
        ),
        more=answer.more,
    )
