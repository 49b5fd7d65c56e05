"""Whatever a file is read with, what is kept of it is bound to all of it: conversions, rows of a catalogue."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_gui.cli import main
from replay_gui.core.catalogue.reading import open_catalogue
from replay_gui.core.catalogue.run_places import place_of_run
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.importers.companions import companions_of
from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.registry import recognise
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source
from tests.core.catalogue.conftest import Indexer
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.foreign import cached_conversion
from tests.helpers.paths import ROOT

SAID, EDITED = "first", "other"  # of one length


def trajectory(message: str, after: str | None = None) -> str:
    step = {"step_id": 1, "source": "agent", "message": message}
    more = {} if after is None else {"continued_trajectory_ref": after}
    return json.dumps({"schema_version": "ATIF-v1.7", "session_id": "s", "agent": {}, "steps": [step], **more})


def continued(folder: Path) -> Path:
    (folder / "trajectory.cont-1.json").write_text(trajectory("x", "trajectory.cont-2.json"))
    (folder / "trajectory.cont-2.json").write_text(trajectory(SAID))
    (folder / "trajectory.json").write_text(trajectory("x", "trajectory.cont-1.json"))
    return folder / "trajectory.json"


def array(folder: Path) -> Path:
    path = continued(folder)
    path.write_text(f"[{path.read_text()}]")
    return path


def session(folder: Path) -> Path:
    path = write(folder, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    subagents = folder / path.stem / "subagents"
    subagents.mkdir(parents=True)
    lines = [user("s1", None, "look", isSidechain=True), assistant("s2", "s1", text(SAID), isSidechain=True)]
    (subagents / "agent-a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (subagents / "agent-a.meta.json").write_text(json.dumps({"agentType": "helper"}))
    return path


def trial(folder: Path) -> Path:
    path = folder / "trajectory.json"
    path.write_text(trajectory("x"))
    wrong = {"exception_type": "AgentError", "exception_message": SAID}
    (folder / "result.json").write_text(json.dumps({"exception_info": wrong}))
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "ATIF": continued,
    "ATIF array": array,
    "Claude Code": session,
    "Harbor": trial,
}
every_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


def edit(path: Path) -> None:
    """Change a companion in place; its size and time of change stay."""
    data, facts = path.read_bytes(), path.stat()
    assert SAID.encode() in data
    path.write_bytes(data.replace(SAID.encode(), EDITED.encode()))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def edited_companions(path: Path) -> list[Path]:
    return [other for other in path.parent.rglob("*") if other.is_file() and SAID.encode() in other.read_bytes()]


def contents(path: Path, cache: Path) -> list[bytes]:
    with EventLog.open(cached_conversion(path, cache).path) as log:
        return [event.content for event in log]


@every_maker
def test_a_link_out_of_the_folder_is_not_read(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """In a folder of somebody else's it may lead to any run of the user's, which would be part of this one's report."""
    private, runs, linked = tmp_path / "private", tmp_path / "runs", tmp_path / "linked"
    private.mkdir()
    runs.mkdir()
    path, cache = make(runs), tmp_path / "cache"
    linked.symlink_to(runs)
    whole = contents(path, cache)
    assert contents(linked / path.name, cache) == whole, "a link to the folder itself is one"
    for companion in edited_companions(path):
        inside = companion.rename(companion.with_name("inside"))
        companion.symlink_to(inside.name)
        assert contents(path, cache) == whole, "a link within the folder is read"
        companion.unlink()
        companion.symlink_to(inside.rename(private / companion.name))
        without = contents(path, cache)
        assert SAID.encode() not in b"".join(without)
        assert len(without) <= len(whole)
        os.link(companion.resolve(), inside)
        companion.unlink()
        inside.rename(companion)


def test_what_a_link_hides_is_counted(tmp_path: Path) -> None:
    for make, words in ((continued, "not beside the file"), (session, "links to elsewhere, not read: 1")):
        folder, private = tmp_path / make.__name__, tmp_path / f"private {make.__name__}"
        folder.mkdir()
        private.mkdir()
        path = make(folder)
        (companion,) = edited_companions(path)
        companion.symlink_to(companion.rename(private / companion.name))
        assert words in "; ".join(cached_conversion(path, tmp_path / "cache").notes)


@every_maker
def test_a_kept_conversion_is_bound_to_all_that_was_read(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    (tmp_path / "runs").mkdir()
    path, cache = make(tmp_path / "runs"), tmp_path / "cache"
    companions = edited_companions(path)
    assert companions
    for companion in companions:
        before = contents(path, cache)
        edit(companion)
        edited = contents(path, cache)
        assert edited != before
        companion.rename(companion.with_name("away"))
        assert contents(path, cache) not in (before, edited)
        companion.with_name("away").rename(companion)
        assert contents(path, cache) == edited


@pytest.mark.parametrize("form", ["[{},{}]", "{}\n{}\n"], ids=["array", "lines"])
def test_each_trajectory_of_a_file_is_bound_to_what_it_goes_on_in(tmp_path: Path, form: str) -> None:
    def runs() -> list[list[bytes]]:
        found = []
        for made in cached_conversions(path, tmp_path / "cache"):
            with EventLog.open(made.path) as log:
                found.append([event.content for event in log])
        return found

    continuations = [tmp_path / "cont-1.json", tmp_path / "cont-2.json"]
    path = tmp_path / "trajectories.json"
    path.write_text(form.format(*(trajectory("x", continuation.name) for continuation in continuations)))
    for continuation in continuations:
        continuation.write_text(trajectory(SAID))
    before = runs()
    for number, continuation in enumerate(continuations):
        edit(continuation)
        edited = runs()
        assert [one != other for one, other in zip(before, edited, strict=True)] == [number == 0, number == 1]
        before = edited


@every_maker
def test_two_runs_that_differ_in_a_companion_are_not_the_same(
    tmp_path: Path, make: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "a").mkdir()
    path = make(tmp_path / "a")
    other = Path(shutil.copytree(tmp_path / "a", tmp_path / "b")) / path.name
    assert main(["diff", str(path), str(other)]) == 0
    edit(edited_companions(other)[0])
    assert main(["diff", str(path), str(other)]) == 1


@every_maker
def test_lists_of_runs_and_catalogues_read_it_again(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    (tmp_path / "runs").mkdir()
    path = make(tmp_path / "runs")
    conversions = str(tmp_path / "conversions")
    listed = list(profiles(run_files(str(path), conversions)))
    for expected in (1, 0):
        assert write_catalogue([str(path)], tmp_path / "catalogue", Indexer()).read == expected
    companion = edited_companions(path)[0]
    run = open_catalogue(tmp_path / "catalogue").runs[0]
    assert place_of_run(tmp_path / "catalogue", 0, run, tmp_path / "kept") == (run.given, "")
    edit(companion)
    assert "has changed since" in place_of_run(tmp_path / "catalogue", 0, run, tmp_path / "kept")[1]
    assert write_catalogue([str(path)], tmp_path / "catalogue", Indexer()).read == 1
    companion.unlink()
    assert list(profiles(run_files(str(path), conversions))) != listed
    assert write_catalogue([str(path)], tmp_path / "catalogue", Indexer()).read == 1


def test_a_file_that_became_of_another_format_is_bound_as_that_one(tmp_path: Path) -> None:
    """What the catalogue knew of its format is no longer true."""
    path = tmp_path / "trajectory.json"
    path.write_text(json.dumps([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]))
    assert write_catalogue([str(path)], tmp_path / "catalogue", Indexer()).read == 1
    continued(tmp_path)
    assert write_catalogue([str(path)], tmp_path / "catalogue", Indexer()).read == 1
    edit(tmp_path / "trajectory.cont-2.json")
    assert write_catalogue([str(path)], tmp_path / "catalogue", Indexer()).read == 1


def test_no_names_of_companions_stand_for_others(tmp_path: Path) -> None:
    """Two files, and one whose name holds what would be said of the first."""
    cache, made = tmp_path / "cache", list[list[bytes]]()
    for names in (("agent-a.jsonl", "agent-b.jsonl"), ("agent-a.jsonl \nagent-b.jsonl",)):
        folder = tmp_path / str(len(names))
        folder.mkdir()
        path = session(folder)
        subagent = path.with_suffix("") / "subagents" / "agent-a.jsonl"
        data = subagent.read_bytes()
        subagent.with_suffix(".meta.json").unlink()
        subagent.unlink()
        for name in names:
            subagent.with_name(name).write_bytes(data)
        made.append(contents(path, cache))
    assert made[0] != made[1]


_opened: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str | os.PathLike):
        _opened.append(os.fspath(arguments[0]))


@every_maker
def test_no_other_file_is_opened(tmp_path: Path, make: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    path = make(tmp_path / "runs")
    (tmp_path / "runs" / "stranger.json").write_text(trajectory(SAID))
    sys.addaudithook(_note)  # for the rest of the process: it cannot be taken away
    opened = list[str]()
    monkeypatch.setattr(sys.modules[__name__], "_opened", opened)
    convert(path, tmp_path / "out.rlog")
    monkeypatch.undo()
    beside = {Path(name) for name in opened if Path(name).is_relative_to(path.parent)}
    with Source(path) as source, foreign_file(source) as file:
        companions = companions_of(recognise(path), file)
    assert beside == {path, *companions}


def test_only_formats_that_say_so_open_files() -> None:
    """A format that begins to read other files must say which, or what is kept of it is not bound to them."""
    formats = ROOT / "replay_gui" / "core" / "importers" / "formats"
    opening = (
        "Source(", "read_side_json(", "opened_database(", "checked_database(", "is_database_with(", "read_beginning(",
        ".glob(", ".read_bytes(", ".read_text(", " open(",
    )  # fmt: skip
    found = {
        path.relative_to(formats).parts[1].removesuffix(".py")
        if path.parent.name != "claude_code"
        else path.parent.name
        for path in formats.rglob("*.py")
        if any(word in path.read_text() for word in opening)
    }
    assert found == {
        *("adk_store", "atif", "claude_code", "droid", "goose_store", "langgraph", "message_stores", "opencode_store"),
        *("openhands", "record_folder", "verdicts", "crush", "opencode_files", "zed", "kimi", "cline_history"),
        *("kiro", "amazon_q"),
    }


@pytest.mark.parametrize(
    "reference", ["trajectory.json", "x/trajectory.json", "link.json", "..", ".", "a\0b", "x" * 999]
)
def test_a_trajectory_that_goes_on_in_itself_is_read_once(tmp_path: Path, reference: str) -> None:
    """A megabyte would be a gigabyte."""
    path = tmp_path / "trajectory.json"
    path.write_text(trajectory(SAID, reference))
    (tmp_path / "link.json").symlink_to(path)
    (made,) = convert(path, tmp_path / "out.rlog")
    with EventLog.open(made.path) as log:
        assert sum(SAID.encode() in event.content for event in log) == 1
    assert len(made.notes) == 1
