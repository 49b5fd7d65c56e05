"""Every way in which the program writes a file, against names that are made to destroy or to redirect something."""

from __future__ import annotations

import io
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from replay_gui.cli import main
from replay_gui.commands.desktop.installation import install
from replay_gui.commands.rerun_files import write_rerun_report
from replay_gui.core.atomic_file import write_whole
from replay_gui.core.catalogue import catalogue_files
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.rules.rules_file import write_rules
from replay_gui.core.errors import LogUnreadable, NotWritten, ReplayError
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from replay_gui.core.importers.generic.mapping import Mapping
from replay_gui.core.importers.generic.mapping_store import save_mapping
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.record.child.running import CommandResult
from tests.core.catalogue.conftest import Indexer
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import write_log
from tests.helpers.paths import ROOT

Write = Callable[[Path, Path], None]
"""Writes something about the log at the first path to the second; ReplayError where that is refused."""


class Refused(ReplayError):
    """A command that ended with exit code 2."""


def run_command(*arguments: object) -> None:
    """Run a command here, under the limits that a test has set for this process."""
    errors = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(errors):
        code = main([str(word) for word in arguments])
    refuse(code, errors.getvalue())


def run_program(*arguments: object) -> None:
    """Run the program in a process of its own, as a window needs."""
    words = [sys.executable, "-m", "replay_gui", *map(str, arguments)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
    refuse(done.returncode, done.stderr)


def refuse(code: int, words: str) -> None:
    """Check how a command ended; raise what it said where that was exit code 2."""
    assert "Traceback" not in words
    assert code in (0, 1, 2), words
    if code == 2:
        (line,) = words.splitlines()
        raise Refused(line)


def write_report(log: Path, target: Path) -> None:
    run_command("verify", log, "--report", target)


def write_comparison(log: Path, target: Path) -> None:
    run_command("diff", log, log, "--report", target)


def write_anchor(log: Path, target: Path) -> None:
    run_command("anchor", log, "-o", target)


def write_picture(log: Path, target: Path) -> None:
    run_program(log, "--screenshot", target, "--size", "640x480")


def write_picture_of_no_run(log: Path, target: Path) -> None:
    run_program("--screenshot", target, "--size", "640x480")


def write_some_rules(log: Path, target: Path) -> None:
    write_rules(Rules([Rule(Action.IGNORE, tool="search")] * 200), target)


def write_some_notes(log: Path, target: Path) -> None:
    write_notes(RunNotes(passed=True, comment="x" * 20_000), target)


def write_verdict(log: Path, target: Path) -> None:
    write_rerun_report(target, CommandResult(1, ()), ["x" * 20_000], log, inputs=[log])


def write_mapping(log: Path, target: Path) -> None:
    save_mapping(target, [{f"member{number}": 1 for number in range(2000)}], Mapping(time="t"))


def write_import(log: Path, target: Path) -> None:
    run_command("import", log.with_name("session.jsonl"), "-o", target)


def write_diagnostics(log: Path, target: Path) -> None:
    run_command("info", log, "--log", target, "--log-level", "debug")


def write_table(log: Path, target: Path) -> None:
    """Write a catalogue with one of its tables at the target."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue_files, "table_path", lambda folder, name: target if name == "runs" else folder / name)
        write_catalogue([str(log)], log.with_name(f"catalogue of {target.name}"), Indexer())


def install_desktop_file(log: Path, target: Path) -> None:
    folder = log.parent.parent
    changes = install(folder, {os.path.relpath(target, folder): b"[Desktop Entry]" * 200})
    if changes.problems:
        raise Refused(*changes.problems)


def record(log: Path, target: Path) -> None:
    with Recorder(target, agent_type="t", agent_version="1", config={"text": "x" * 20_000}) as run:
        run.observation("seen", "test", {})


@dataclass(frozen=True)
class Writer:
    """One way to write a file.

    Attributes:
        suffix: of the file. replaces: whether a file that is there is replaced.
        grows_little: whether a few hundred bytes are all that is written.
    """

    write: Write
    suffix: str = ""
    replaces: bool = True
    grows_little: bool = False

    def write_any(self, log: Path, target: Path) -> None:
        """Write what takes the least time, where it does not matter what the file is about."""
        write = write_picture_of_no_run if self.write is write_picture else self.write
        write(log, target)


WRITERS = {
    "report": Writer(write_report, ".html"),
    "pages": Writer(write_report, ".pdf"),
    "comparison": Writer(write_comparison, ".json"),
    "anchor": Writer(write_anchor, ".anchor", grows_little=True),
    "picture": Writer(write_picture, ".png"),
    "rules": Writer(write_some_rules, ".rules.toml"),
    "notes": Writer(write_some_notes, ".notes.toml"),
    "re-run": Writer(write_verdict, ".json"),
    "mappings": Writer(write_mapping, ".json"),
    "catalogue": Writer(write_table, ".parquet"),
    "desktop": Writer(install_desktop_file, ".desktop", replaces=False),
    "import": Writer(write_import, ".rlog", replaces=False),
    "recorder": Writer(record, ".rlog", replaces=False),
    "diagnostics": Writer(write_diagnostics, ".txt", replaces=False, grows_little=True),
}
VICTIM = b"what the user has"
every_writer = pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs", user("u1", None, "find it " * 2000), assistant("a1", "u1", text("here"))).chmod(0o600)
    return write_log(tmp_path / "logs" / "run.rlog", turns=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "target").mkdir()
    return tmp_path / "target"


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
@every_writer
def test_no_link_is_followed_or_replaced(log: Path, folder: Path, tmp_path: Path, writer: Writer, there: bool) -> None:
    victim, target = tmp_path / "victim", folder / f"out{writer.suffix}"
    if there:
        victim.write_bytes(VICTIM)
    target.symlink_to(victim)
    with pytest.raises(ReplayError):
        writer.write(log, target)
    assert target.is_symlink()
    assert (victim.read_bytes() == VICTIM) if there else not victim.exists()
    assert os.listdir(folder) == [target.name]


@every_writer
def test_no_draft_is_written_through_a_link(log: Path, folder: Path, tmp_path: Path, writer: Writer) -> None:
    """Names that a program would choose for a draft are links to a file of the user's."""
    victim, target = tmp_path / "victim", folder / f"out{writer.suffix}"
    victim.write_bytes(VICTIM)
    traps = [f"{target.name}{end}" for end in (".new", ".tmp", ".part", ".bak", ".lock", "~")]
    for name in [*traps, *(f".{name}" for name in traps)]:
        (folder / name).symlink_to(victim)
    writer.write_any(log, target)
    assert victim.read_bytes() == VICTIM
    assert target.is_file()
    assert not target.is_symlink()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))  # as /dev/null
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize("make", [Path.mkdir, make_fifo, make_device], ids=["folder", "fifo", "device"])
@every_writer
def test_what_is_no_file_is_refused(log: Path, folder: Path, writer: Writer, make: Callable[[Path], None]) -> None:
    target = folder / f"out{writer.suffix}"
    make(target)
    before = target.lstat()
    if writer.write is write_import and target.is_dir():
        return  # a folder is where imports go
    with pytest.raises(ReplayError):
        writer.write(log, target)
    assert (target.lstat().st_mode, target.lstat().st_ino) == (before.st_mode, before.st_ino)
    assert os.listdir(folder) == [target.name]


@every_writer
def test_no_log_is_replaced(log: Path, folder: Path, writer: Writer) -> None:
    """Neither the log that is read nor any other."""
    other = write_log(folder / f"other{writer.suffix}", turns=1)
    same = log.with_name(f"same{writer.suffix}")
    os.link(log, same)
    for target in (other, same):
        before = target.read_bytes()
        with pytest.raises(ReplayError):
            writer.write(log, target)
        assert target.read_bytes() == before


@every_writer
def test_a_folder_that_may_not_be_written(log: Path, writer: Writer) -> None:
    """Not even root may write to /proc."""
    with pytest.raises(ReplayError):
        writer.write_any(log, Path("/proc") / f"out{writer.suffix}")


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, here and in child processes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@every_writer
def test_a_disk_that_takes_no_more(log: Path, folder: Path, writer: Writer) -> None:
    """Nothing half-written is left, and what was there is whole."""
    target = folder / f"out{writer.suffix}"
    if writer.replaces:
        target.write_bytes(VICTIM)
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN, "Python turns the signal into an error"
    with file_size_limit(64 if writer.grows_little else 2000):
        if writer.write is write_diagnostics:
            return  # a line of diagnostics that is lost ends nothing
        with pytest.raises(ReplayError):
            writer.write_any(log, target)
    if writer.replaces:
        assert target.read_bytes() == VICTIM
        assert os.listdir(folder) == [target.name]
    else:
        assert all(path.stat().st_size <= 2000 for path in folder.iterdir())


@every_writer
def test_permissions(log: Path, folder: Path, writer: Writer) -> None:
    """What replaces a file has its permissions; what is new is no more public than the log that it tells of."""
    log.chmod(0o640)
    new, old = folder / f"new{writer.suffix}", folder / f"old{writer.suffix}"
    before = os.umask(0o022)
    try:
        writer.write(log, new)
        if writer.replaces:
            if writer.write is not write_mapping:
                old.write_bytes(VICTIM)
            else:
                writer.write(log, old)
            old.chmod(0o604)
            writer.write_any(log, old)
    finally:
        os.umask(before)
    mode = new.stat().st_mode & 0o777
    about_log = writer.write in (write_report, write_comparison, write_picture, write_verdict, write_table)
    of_all = writer.write in (write_anchor, install_desktop_file)
    assert mode == (0o640 if about_log else 0o644 if of_all else 0o600)
    if writer.replaces:
        assert old.stat().st_mode & 0o777 == 0o604


def test_a_draft_that_is_there_already_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = folder / "victim"
    victim.write_bytes(VICTIM)
    monkeypatch.setattr("replay_gui.core.atomic_file.os.urandom", bytes)
    (folder / f".out-{bytes(8).hex()}.part").symlink_to(victim)
    with pytest.raises(NotWritten, match="File exists"):
        write_whole(folder / "out", b"new")
    assert victim.read_bytes() == VICTIM
    assert (folder / f".out-{bytes(8).hex()}.part").is_symlink(), "it is not this program's to remove"


def test_samples_replace_no_log_of_the_user(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = write_log(folder / "reference.rlog", turns=1)
    before = mine.read_bytes()
    assert main(["demo", "--write", str(folder)]) == 2
    assert "reference.rlog: not written: it is a replay log" in capsys.readouterr().err
    assert mine.read_bytes() == before


@pytest.mark.parametrize("make", [make_fifo, make_device, Path.mkdir])
def test_mappings_that_are_no_file_are_refused_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "mappings.json")
    with pytest.raises(LogUnreadable):
        save_mapping(tmp_path / "mappings.json", [{"a": 1}], None)


_OWN_WRITERS = {
    "app.py": "an empty file of settings, which Qt then writes",
    "commands/asking.py": "the terminal",
    "commands/runs.py": "a copy in a fresh temporary folder",
    "core/atomic_file.py": "the one way",
    "core/catalogue/kept_logs.py": "a fresh temporary folder",
    "core/catalogue/sources.py": "a fresh temporary folder",
    "core/diagnostics.py": "appends; follows no link",
    "core/effects/python_effects.py": "nothing: it reads code",
    "core/importers/conversion_cache.py": "the cache",
    "core/importers/exporting.py": "a new log, exclusively",
    "core/importers/formats/claude_code/printed.py": "a fresh temporary folder",
    "core/importers/packed.py": "a fresh temporary folder",
    "core/importers/sqlite_database.py": "a fresh temporary folder",
    "core/index/cache_files.py": "the cache",
    "core/index/index_columns.py": "the cache",
    "core/index/record_columns.py": "the cache",
    "core/recorder/log_file.py": "the recorder, exclusively, or its own log resumed",
    "core/replay/snapshot_store.py": "the cache",
    "engine/files/stream_spool.py": "standard input, exclusively",
    "record/receiver/trace_files.py": "appends to its own log; follows no link",
}
_WRITES = re.compile(r"""\.write_(?:text|bytes)\(|\bopen\([^)]*["'][rb]?[wxa+]|\bO_CREAT\b|shutil\.copy|mkstemp""")


def test_whatever_else_writes_files_is_known() -> None:
    """A new way to write a file uses `write_whole`, or stands in this list with what makes it safe."""
    package = ROOT / "replay_gui"
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if _WRITES.search(path.read_text(encoding="utf-8"))
    }
    assert found == _OWN_WRITERS.keys()
