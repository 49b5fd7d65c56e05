from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from blake3 import blake3

from replay_gui.core.catalogue import catalogue_files, queries
from replay_gui.core.catalogue.catalogue_files import Manifest, table_path
from replay_gui.core.catalogue.extras import MANIFEST
from replay_gui.core.catalogue.reading import open_catalogue
from replay_gui.core.catalogue.run_logs import log_of_run
from replay_gui.core.errors import CatalogueRefused
from replay_gui.engine.queries.catalogue_queries import query_catalogue
from replay_gui.engine.termination import Terminated, terminable
from tests.core.catalogue.conftest import write
from tests.helpers.effort import tries
from tests.helpers.paths import ROOT


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("runs", {"run", "task", "passed", "cost"}),
        ("steps", {"run", "step", "tool", "effect", "ok"}),
        ("features", {"run", "kind", "tool", "value"}),
    ],
)
def test_a_table_has_these_columns(catalogue: Path, table: str, columns: set[str]) -> None:
    assert columns <= set(query_catalogue(catalogue, f"select * from {table} limit 0").columns)


def test_counts_agree_with_the_logs(catalogue: Path) -> None:
    answer = query_catalogue(catalogue, "select task, count(*), sum(passed::int) from runs group by all order by task")
    assert answer.rows == (("hello", 1, 1), ("refund", 4, 2), ("sorry", 4, 3))
    answer = query_catalogue(catalogue, "select count(*) from steps where tool = 'cancel_reservation'")
    assert answer.rows == ((2,),)
    joined = "select count(*) from runs join features using (run) where kind = 'did' and task = 'sorry'"
    assert query_catalogue(catalogue, joined).rows == ((3,),)
    assert not answer.more


@pytest.mark.parametrize(
    "query",
    [
        "copy runs to '{folder}/stolen.csv'",
        "copy (select 1) to '{folder}/runs.parquet'",
        "attach '{folder}/new.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "pragma database_list",
        "create table x as select 1",
        "select 1; select 2",
        "export database '{folder}'",
        "call pragma_version()",
        "select * from read_csv('{folder}/catalogue.json')",
        "select * from read_text('/etc/passwd')",
        "select * from '{folder}/runs.parquet'",
        "select * from glob('/*')",
        "select * from folder",  # a Python variable
        "select nothing from runs",
        "select",
        "",
        "select '" + "x" * 10,
        "with x as (insert into runs select * from runs) select 1",
    ],
)
def test_nothing_but_one_select_over_the_tables_is_answered(catalogue: Path, query: str) -> None:
    folder = str(catalogue)
    before = {path.name: path.read_bytes() for path in catalogue.iterdir()}
    with pytest.raises(CatalogueRefused) as refused:
        query_catalogue(catalogue, query.replace("{folder}", folder))
    assert str(refused.value).startswith("sql: ")
    assert "\n" not in str(refused.value)
    assert {path.name: path.read_bytes() for path in catalogue.iterdir()} == before


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGTERM, Terminated), (signal.SIGINT, KeyboardInterrupt)])
def test_a_query_that_takes_long_can_be_ended(
    catalogue: Path, number: signal.Signals, raised: type[BaseException]
) -> None:
    """Whenever the signal comes: before the query has begun, while it is planned, while it is answered."""
    for delay in (0.0, 0.02, 0.2):  # seconds
        with pytest.raises(raised):
            _query_that_is_ended(catalogue, threading.Timer(delay, os.kill, (os.getpid(), number)))


def _query_that_is_ended(catalogue: Path, timer: threading.Timer) -> None:
    with terminable():
        timer.start()
        query_catalogue(catalogue, "select count(*) from range(10000000) a, range(10000000) b")


QUERIES_THAT_NEVER_END = """
import os, signal, sys, threading
from pathlib import Path
from replay_gui.engine.queries import catalogue_queries
from replay_gui.engine.termination import terminable

class Endless:
    def __init__(self, folder): pass
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def interrupt(self): os.write(said, b"!")
    def answer(self, query, max_rows):
        os.write(said, b"!")
        threading.Event().wait()

catalogue_queries.CatalogueQueries = Endless
for signals in [(a, b) for a in (signal.SIGINT, signal.SIGTERM) for b in (signal.SIGINT, signal.SIGTERM)]:
    heard, said = os.pipe()
    child = os.fork()
    if not child:
        with terminable():
            catalogue_queries.query_catalogue(Path(), "select 1")
    for number in signals:
        assert os.read(heard, 1)
        os.kill(child, number)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), end=" ", flush=True)
"""


def test_a_second_signal_ends_the_process_at_once() -> None:
    """Also where the query does not end at the first."""
    done = subprocess.run(
        [sys.executable, "-c", QUERIES_THAT_NEVER_END], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.split(), done.stderr) == (["130", "143", "130", "143"], "")


def test_rows_are_bounded(catalogue: Path) -> None:
    answer = query_catalogue(catalogue, "select * from range(200000)")
    assert len(answer.rows) == 100_000
    assert answer.more


def test_memory_is_bounded(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that of long texts, and of the answer, which DuckDB does not count: 3 GB of one text once took 12 GB."""
    monkeypatch.setattr(queries, "_MEMORY", "50MB")
    monkeypatch.setattr(queries, "_MAX_GROWTH_BYTES", 200 << 20)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    for costly in (
        "list(range) from range(400000000)",
        "repeat('x', 3000000000::bigint)",
        "repeat('x', 1000000) from range(100000)",
        "repeat('x', 10000) from range(100000)",
    ):
        with pytest.raises(CatalogueRefused, match=r"(?i)sql: .*(memory|alloc)"):
            query_catalogue(catalogue, f"select {costly}")
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_tables_that_unpack_to_a_thousand_times_their_size_are_refused(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of 62 KB, of long texts that are all equal, once took all memory, and one of 30 million equal runs."""
    monkeypatch.setattr(catalogue_files, "_MIN_MEMORY", 20 << 20)
    path = table_path(catalogue, "runs")
    runs = pq.read_table(path)
    place, text = runs.column_names.index("given"), pa.array(["x" * 40_000_000])
    pq.write_table(runs.take(pa.array([0] * len(text))).set_column(place, "given", text), path, compression="zstd")
    assert path.stat().st_size < 100_000
    _forged(catalogue)
    pool = pa.default_memory_pool()  # which keeps what earlier tests took, so that reading needs no new memory
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        with pytest.raises(CatalogueRefused, match="need too much memory for their size"):
            open_catalogue(catalogue)
    finally:
        pa.set_memory_pool(pool)


def _forged(catalogue: Path) -> None:
    """Let the manifest fit the tables: who can write the tables can write it, too."""
    path = catalogue / MANIFEST
    manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    files = {name: blake3(table_path(catalogue, name).read_bytes()).hexdigest() for name in manifest.files}
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, files=files).with_digest()))


@pytest.mark.parametrize("name", ["runs", "steps", "features", "feature_names", "logs"])
def test_tables_with_right_digests_that_are_none_are_refused_in_one_line(
    tmp_path: Path, logs: Path, catalogue: Path, name: str
) -> None:
    path, random = table_path(catalogue, name), Random(name)
    whole = path.read_bytes()
    columns = pq.read_table(path).column_names
    hostile = [b"", whole[: len(whole) // 2], random.randbytes(5000), b"PAR1" + bytes(100) + b"PAR1"]
    for table in (pa.table({}), pa.table({column: ["\x1b[31m\u202e"] for column in columns})):
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        hostile.append(sink.getvalue().to_pybytes())
    for _ in range(tries(6, long=500)):
        changed = bytearray(whole)
        for _ in range(random.choice((1, 3, 20))):
            changed[random.randrange(len(changed))] = random.randrange(256)
        hostile.append(bytes(changed))
    refused: list[str] = []
    (first, *_) = open_catalogue(catalogue).runs

    def read_log() -> None:
        with log_of_run(catalogue, 0, first, conversions=str(tmp_path), mappings=""):
            pass

    for content in hostile:
        path.write_bytes(content)
        _forged(catalogue)
        reads: list[Callable[[], object]] = [
            lambda: query_catalogue(catalogue, f"select * from {'features' if 'feature' in name else name}"),
            lambda: (runs := open_catalogue(catalogue)).read_steps(range(len(runs.runs))),
        ]
        if name == "logs":
            reads = [read_log]
        for read in reads:
            try:
                read()
            except CatalogueRefused as why:
                refused.append(str(why))
    assert len(refused) > 6
    assert all(words.isprintable() for words in refused)
    path.write_bytes(hostile[2])
    _forged(catalogue)
    assert "cannot be read" in write(catalogue, logs).rebuilt
    assert query_catalogue(catalogue, "select count(*) from runs").rows[0][0] > 0, "it was written anew"
