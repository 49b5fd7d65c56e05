"""Databases that are hostile, that go on growing, or that stand where nothing may be written."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgpack
import pytest

from replay_gui.core.errors import ImportRefused, LogChanged
from replay_gui.core.importers import conversion_cache, sqlite_database
from replay_gui.core.importers.conversion import convert, write_runs
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.sqlite_database import opened_database
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.opening import open_converted_run, open_file
from tests.helpers.foreign import cached_conversion
from tests.trust.limits.capped import GIGABYTE, run_command

SCHEMA = """
CREATE TABLE checkpoints (thread_id TEXT, checkpoint_ns TEXT, checkpoint_id TEXT, parent_checkpoint_id TEXT, type TEXT,
  checkpoint BLOB {checkpoint}, metadata BLOB);
CREATE TABLE writes (thread_id TEXT, checkpoint_ns TEXT, checkpoint_id TEXT, task_id TEXT, idx INTEGER, channel TEXT,
  type TEXT, value BLOB);
"""


def made(path: Path, checkpoint: str = "") -> Path:
    """A database without a row; `checkpoint`: more of that column's definition."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA.format(checkpoint=checkpoint))
    return path


def add(database: sqlite3.Connection, number: int) -> None:
    value = msgpack.packb({"ts": f"2025-01-01T00:00:{number:02}+00:00", "channel_values": {"n": number}})
    database.execute("INSERT INTO checkpoints VALUES ('t', '', ?, NULL, 'msgpack', ?, '{}')", (f"{number:04}", value))
    database.commit()


def numbers(path: Path, cache: Path) -> list[int]:
    with EventLog.open(cached_conversion(path, cache).path) as log:
        kept = [event.payload["ops"][0]["value"]["n"] for event in log if event.kind == "Snapshot"]
    return kept


# ---- a database in WAL mode, as LangGraph makes it --------------------------------------------------
@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    path = made(tmp_path / "a.sqlite")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        add(database, 1)
        yield path, database


def test_what_is_kept_is_bound_to_the_journal_too(growing: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    path, database = growing
    main = path.read_bytes()
    for number in (2, 3, 4):
        assert numbers(path, tmp_path / "cache") == list(range(1, number))
        add(database, number)
        assert path.read_bytes() == main, "the new rows are in the journal alone"
    other = tmp_path / "b" / path.name
    other.parent.mkdir()
    other.write_bytes(main)
    with pytest.raises(ImportRefused):
        numbers(other, tmp_path / "cache")


def test_an_open_run_notices_that_its_journal_grew(growing: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    from replay_gui.core.index.index_cache import IndexCache
    from replay_gui.engine.opening import Conversion

    path, database = growing
    converted = cached_conversion(path, tmp_path / "cache")
    conversion = Conversion(
        path=str(converted.path), format=converted.format, notes=(), run=converted.name, runs=(converted.name,)
    )
    stamp = open_file(str(path))
    assert not isinstance(stamp, EventLog)
    index = IndexCache(tmp_path / "index")
    run = open_converted_run(1, str(path), conversion, index, lambda text: None, stamp=stamp, growing=None)
    try:
        assert not run.change_on_disk()
        add(database, 2)
        assert run.change_on_disk()
    finally:
        run.close()


def test_a_database_that_grows_while_it_is_read_is_not_kept_under_what_it_was(
    growing: tuple[Path, sqlite3.Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, database = growing

    def grow_and_write(*arguments: object, **options: object) -> object:
        add(database, 2)
        return write_runs(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(conversion_cache, "write_runs", grow_and_write)
    with pytest.raises(LogChanged, match="open it again"):
        cached_conversions(path, tmp_path / "cache")
    monkeypatch.undo()
    assert numbers(path, tmp_path / "cache") == [1, 2]


def test_nothing_is_written_beside_a_database(growing: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    path, _ = growing
    folder = tmp_path / "copies"
    for names in ([path.name], [path.name, f"{path.name}-wal"]):
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_bytes(path.with_name(name).read_bytes())
        before = {file.name: file.read_bytes() for file in folder.iterdir()}
        folder.chmod(0o500)
        try:
            for command in ("info", "verify"):
                run_command(command, folder / path.name)
            assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
        finally:
            folder.chmod(0o700)


# ---- databases that compute ---------------------------------------------------------------------------
COSTLY = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1000000000) SELECT count(*) FROM c"


@pytest.mark.parametrize("kind", ["VIRTUAL", "STORED"])
def test_a_table_that_computes_its_values_is_refused(kind: str, tmp_path: Path) -> None:
    """A database of 12 KB once asked for 7 GB so."""
    path = made(tmp_path / "bomb.sqlite", f"GENERATED ALWAYS AS (zeroblob(length(thread_id) * 900000)) {kind}")
    with closing(sqlite3.connect(path)) as database:
        names = "thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, metadata"
        database.execute(f"INSERT INTO checkpoints ({names}) VALUES ('t', '', '1', NULL, 'msgpack', '{{}}')")
        database.commit()
    done = run_command("info", path, memory=GIGABYTE)
    assert done.returncode == 2
    assert "the table checkpoints computes its values; it is not read" in done.stderr


@pytest.mark.parametrize("module", ["fts5(thread_id, checkpoint_id)", "rtree(id, a, b)"])
def test_a_virtual_table_is_refused(module: str, tmp_path: Path) -> None:
    path = tmp_path / "virtual.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA.format(checkpoint="").partition(";")[2])
        database.execute(f"CREATE VIRTUAL TABLE checkpoints USING {module}")
        database.commit()
    with pytest.raises(ImportRefused, match="computes its values"):
        convert(path, tmp_path)


def test_steps_and_bytes_have_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.sqlite")
    monkeypatch.setattr(sqlite_database, "_MIN_STEPS", 1_000_000)
    monkeypatch.setattr(sqlite_database, "_MIN_BYTES", 1000)
    with opened_database(path) as database:
        with pytest.raises(ImportRefused, match="need too much work"):
            list(database.rows(COSTLY))
        with pytest.raises(ImportRefused, match="need too much work"):
            list(database.rows("SELECT zeroblob(1000000)"))
        with pytest.raises(sqlite3.Error):
            list(database.rows(f"SELECT zeroblob({sqlite_database.MAX_VALUE_BYTES + 1})"))


INTERRUPTED = f"""
import signal, sys
from pathlib import Path
from replay_gui.core.importers import sqlite_database
sqlite_database._MIN_STEPS = 1 << 60
signal.signal(signal.SIGINT, signal.default_int_handler)
with sqlite_database.opened_database(Path(sys.argv[1])) as database:
    try:
        print("begun", flush=True)  # from here on a signal may come
        list(database.rows("{COSTLY}"))
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_ctrl_c_ends_a_long_query(tmp_path: Path) -> None:
    path = made(tmp_path / "a.sqlite")
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"


# ---- values that nest ---------------------------------------------------------------------------------
def nested_extensions(depth: int) -> bytes:
    value: bytes = b"\xc0"
    for _ in range(depth):
        value = msgpack.packb(msgpack.ExtType(5, value))
    return value


def nested_text(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


NESTED: dict[str, Callable[[], tuple[str, bytes]]] = {
    "extensions": lambda: ("msgpack", nested_extensions(5000)),
    "arrays": lambda: ("msgpack", b"\x91" * 1_000_000 + b"\xc0"),
    "maps": lambda: ("msgpack", b"\x81\xa1a" * 1_000_000 + b"\xc0"),
    "json": lambda: ("json", nested_text(1_000_000)),
}


@pytest.mark.parametrize("column", ["checkpoint", "metadata", "write"])
def test_no_depth_of_a_value_ends_the_process(column: str, tmp_path: Path) -> None:
    paths = [nested_database(tmp_path / f"{name}.sqlite", column, *nested()) for name, nested in NESTED.items()]
    done = run_command("verify", *paths, memory=2 * GIGABYTE)
    assert done.returncode in (0, 2), done.stderr
    assert "internal error" not in done.stderr
    for path in paths:
        assert str(path) in done.stdout + done.stderr


def nested_database(path: Path, column: str, kind: str, deep: bytes) -> Path:
    """A database with this value in a column."""
    made(path)
    plain = msgpack.packb({"channel_values": {}})
    with closing(sqlite3.connect(path)) as database:
        checkpoint = (kind, deep) if column == "checkpoint" else ("msgpack", plain)
        metadata = deep if column == "metadata" else b"{}"
        database.execute("INSERT INTO checkpoints VALUES ('t', '', '1', NULL, ?, ?, ?)", (*checkpoint, metadata))
        if column == "write":
            database.execute("INSERT INTO writes VALUES ('t', '', '1', 'task', 0, 'c', ?, ?)", (kind, deep))
        database.commit()
    return path
