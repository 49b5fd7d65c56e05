"""sql: answer a query over a catalogue."""

from __future__ import annotations

import argparse
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from replay_gui.commands.runs import EXIT_GOOD
from replay_gui.commands.terminal import print_error, print_json, print_line
from replay_gui.core.catalogue.extras import require_extra
from replay_gui.core.state.json_form import json_form
from replay_gui.core.text.plain_text import one_line

_MAX_SHOWN, _MAX_CELL = 1_000, 60  # rows, and characters of a cell, in the text output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("catalogue", metavar="CATALOGUE", type=Path, help="the folder of a catalogue")
    parser.add_argument("query", metavar="QUERY", help="one SELECT over the tables runs, steps and features")
    parser.add_argument("--json", action="store_true", help="one JSON object per row")
    parser.epilog = "Only the catalogue is read, and no file is written."


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    require_extra("catalogue", "sql")
    from replay_gui.core.catalogue.queries import MAX_ROWS
    from replay_gui.engine.queries.catalogue_queries import query_catalogue

    answer = query_catalogue(args.catalogue, args.query)
    if args.json:
        names = _different(answer.columns)
        for row in answer.rows:
            print_json({name: _json_value(value) for name, value in zip(names, row, strict=True)})
    else:
        _print_table(answer.columns, answer.rows[:_MAX_SHOWN])
        if len(answer.rows) > _MAX_SHOWN:
            print_line(f"… and {len(answer.rows) - _MAX_SHOWN:,} more rows; --json has them")
    if answer.more:
        print_error(f"more than {MAX_ROWS:,} rows: the others are left out; add a limit, or count them")
    return EXIT_GOOD


def _print_table(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> None:
    cells = [[one_line("" if value is None else str(value), _MAX_CELL) for value in row] for row in rows]
    head = [one_line(column, _MAX_CELL) for column in columns]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)] if head else []
    is_number = [
        all(isinstance(row[n], int | float | Decimal) or row[n] is None for row in rows) for n in range(len(head))
    ]
    for line in (head, ["-" * width for width in widths], *cells):
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, is_number, strict=True)
        )
        print_line("  ".join(padded).rstrip())


def _different(columns: tuple[str, ...]) -> list[str]:
    """Return the names of columns; repeated ones get a number."""
    names: list[str] = []
    for column in columns:
        number, name = 1, column
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _json_value(value: Any) -> Any:
    """Return a value of DuckDB in a form for JSON."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {str(name): _json_value(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    known = value is None or isinstance(value, str | int | float | bytes)
    return json_form(value if known else str(value))
