"""The folder that the agent works in: migrations, queries, jobs, checks, documents."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from blake3 import blake3

from tests.samples_maker.corpus import DOCUMENTS
from tests.samples_maker.jobs import LOOP, run_job
from tests.samples_maker.shop import BASE, MIGRATIONS
from tests.samples_maker.tickets import TICKETS, Ticket

INDEX_LIMIT = 4
# Where a column was renamed, the old query cannot run; the right answer is that of the query as it was meant.
RENAMED = {"sum(total)": "sum(total_cents)", "product_id, price FROM": "product_id, price_cents FROM"}


def furnish(folder: Path, connection: sqlite3.Connection) -> None:
    """Writes every file; `connection`: its answers today are what the checks expect."""
    for name in ("db/migrations", "app/queries", "app/jobs", "checks", "docs", "ops"):
        (folder / name).mkdir(parents=True)
    for name, script in {"0040_base.sql": BASE, **MIGRATIONS}.items():
        _write(folder / "db/migrations" / name, script)
    for document in DOCUMENTS:
        _write(folder / document.path, document.text)
    _write(
        folder / "checks/limits.toml", f"# Each index is paid for at every write.\nindexes_per_table = {INDEX_LIMIT}\n"
    )
    for ticket in TICKETS:
        _write(folder / ticket.path, source_of(ticket))
        _write(folder / f"checks/{ticket.name}.toml", _check(ticket, connection))


def source_of(ticket: Ticket) -> str:
    if ticket.is_job:
        return LOOP.format(name=ticket.name, outer=ticket.source[0], inner=ticket.source[1])
    return f"-- {ticket.name}: asked by the shop's front and back office.\n{ticket.source[0]};\n"


def fingerprint(rows: object) -> str:
    """What a check compares answers by."""
    return blake3(repr(rows).encode()).hexdigest()[:16]


def _check(ticket: Ticket, connection: sqlite3.Connection) -> str:
    if ticket.is_job:
        answer, _ = run_job(source_of(ticket), connection, ticket.parameters)
        demand = "statements_at_most = 5"
    else:
        sql = ticket.source[0]
        for old, new in RENAMED.items():
            sql = sql.replace(old, new)
        rows = connection.execute(sql, ticket.parameters).fetchall()
        answer = rows if ticket.ordered else sorted(rows, key=repr)
        demand = f'no_scan_of = "{ticket.table}"\nno_sorting = {str(ticket.ordered).lower()}'
    parameters = "\n".join(f"{k} = {v if isinstance(v, int) else repr(v)}" for k, v in ticket.parameters.items())
    return f'file = "{ticket.path}"\n{demand}\nanswer = "{fingerprint(answer)}"\n\n[parameters]\n{parameters}\n'


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
