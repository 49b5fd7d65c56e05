"""Foreign files become sound logs; kept conversions are used again and never trusted blindly."""

from __future__ import annotations

import json
import os
import string
import time
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay_gui.core.errors import ImportRefused, LogRefused, LogUnreadable
from replay_gui.core.importers import conversion, conversion_cache
from replay_gui.core.importers.conversion import NOT_WRITTEN, convert, write_runs
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.claude_code.importer import ClaudeCode
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ConvertedRun, GrowingLog, ImportedEvent, ImportedRun
from replay_gui.core.importers.run_choice import choose_run, possible_files, split_run
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.header import read_header
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT
from replay_gui.core.log.scanner import Block, Ending, scan_log
from replay_gui.core.log.source import Source
from replay_gui.core.verification.verify_log import verify
from tests.helpers.claude_code_lines import assistant, call, read_file, result, user, write
from tests.helpers.effort import tries
from tests.helpers.foreign import cached_conversion
from tests.helpers.importers.large_session import write_session

Row = tuple[str, dict[str, Any], dict[str, Any]]


def session(folder: Path) -> Path:
    return write(
        folder,
        user("u1", None, "hello"),
        assistant("a1", "u1", call("c1", "Bash", command="ls")),
        user("u2", "a1", [result("c1", "a.txt")]),
        b"garbage",
    )


def read_log(path: Path) -> tuple[dict[str, Any], list[Row], bool]:
    """(header, events, whether it is sealed and nothing is wrong with it)."""
    rows: list[Row] = []
    sound = False
    with Source(path) as source:
        header = read_header(source)
        for part in scan_log(source, len(header.raw), FIRST_EVENT, header.hash):
            if isinstance(part, Block):
                for content, meta in zip(part.contents, part.metas, strict=True):
                    kind, payload = decode(content)
                    rows.append((kind, payload, decode(meta)))
            elif isinstance(part, Ending):
                sound = part.seal is not None and not part.tail_bytes
    return header.facts, rows, sound


def test_a_log_is_written(tmp_path: Path) -> None:
    path = session(tmp_path)
    (one,) = convert(path, tmp_path / "out.rlog")
    facts, rows, sound = read_log(one.path)
    assert sound
    assert one == ConvertedRun(
        path=tmp_path / "out.rlog",
        name="session",
        run_id="session-1",
        format="claude-code",
        events=5,
        notes=("lines that are no JSON object with a type, kept as text: 1",),
        source_blake3=blake3(path.read_bytes()).hexdigest(),
    )
    assert facts["run_id"] == "session-1"
    assert facts["agent"] == "claude-code"
    assert facts["source"] == {
        "format": "claude-code",
        "name": "session.jsonl",
        "size": path.stat().st_size,
        "blake3": one.source_blake3,
        "notes": list(one.notes),
        "cwd": "/home/me/project",
        "agent_version": "2.0.26",
        "model": "a-model",
    }
    assert [kind for kind, _, _ in rows] == [
        "AgentInit",
        "Observation",
        "ToolRequest",
        "ToolResponse",
        "x:claude-code/unreadable-line",
    ]
    assert [(kind, payload, meta) for kind, payload, meta in rows] == [
        (event.kind, event.payload, {**event.meta, "seq": seq}) for seq, event in enumerate(read_file(path).events)
    ]


def test_the_agent_of_the_header_is_the_one_of_the_first_event(tmp_path: Path) -> None:
    """A source names its agent in its records, which are read after the kind of file is known."""
    said = {"type": "message", "timestamp": "2026-07-01T08:00:01Z", "conversation": {"id": "c"}, "text": "Hello"}
    shop = {"id": "b", "name": "Shop", "role": "bot"}
    asked = {**said, "id": "1", "from": {"id": "p", "role": "user"}, "recipient": shop}
    answered = {**said, "id": "2", "from": shop, "recipient": {"id": "p", "role": "user"}}
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (asked, answered)))
    (made,) = convert(path, tmp_path / "out.rlog")
    with EventLog.open(made.path) as log:
        assert log.header.facts["agent"] == "Shop"


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = session(tmp_path)
    (tmp_path / "folder").mkdir()
    (one,) = convert(path, tmp_path / "folder")
    (two,) = convert(path, tmp_path / "two.rlog")
    assert one.path == tmp_path / "folder" / "session.rlog"
    assert one.path.read_bytes() == two.path.read_bytes()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["folder", "session.jsonl", "two.rlog"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = session(tmp_path)
    out = tmp_path / "out.rlog"
    out.write_bytes(b"mine")
    (tmp_path / "session.rlog").write_bytes(b"mine too")
    with pytest.raises(LogRefused, match="exists already"):
        convert(path, out)
    with pytest.raises(LogRefused, match="exists already"):
        convert(path, tmp_path)
    assert out.read_bytes() == b"mine"


def test_what_cannot_be_converted_is_refused_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path, b"garbage")
    (tmp_path / "good").mkdir()
    good = session(tmp_path / "good")
    for refused, arguments in (
        (ImportRefused, (path, tmp_path / "x.rlog")),
        (ImportRefused, (path, tmp_path / "x.rlog", "claude-code")),
        (ImportRefused, (path, tmp_path / "x.rlog", "unheard-of")),
        (LogUnreadable, (tmp_path / "nowhere", tmp_path / "x.rlog")),
        (LogUnreadable, (good, tmp_path / "no" / "folder" / "x.rlog")),
    ):
        with pytest.raises(refused) as why:
            convert(*arguments)
        assert "\n" not in str(why.value)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["good", "session.jsonl"]


class Several:
    """An importer of a file with two runs, one of which says what cannot be written."""

    name = "several"
    title = "Several"
    version = 1

    def recognises(self, file: ForeignFile) -> bool:
        return True

    def runs(self, file: ForeignFile) -> Any:
        events = [
            ImportedEvent("x:one", {}, {"time": 5}),
            ImportedEvent("Observation", {"obs_type": "no more fields"}, {"parent": 0, "line": 7}),
            ImportedEvent("x:three", {}, {"parent": 1}),
        ]
        for name in ("main", "a/../b"):
            yield ImportedRun(
                name=name, run_id=name, agent="agent", created=None, source={}, events=iter(events), notes=ImportNotes()
            )


def test_several_runs_need_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "importer_for", lambda file, format: Several())
    path = session(tmp_path)
    with pytest.raises(ImportRefused, match="holds 2 runs; give a folder"):
        convert(path, tmp_path / "out.rlog")
    made = convert(path, tmp_path / "out")
    assert [one.path.name for one in made] == ["1-main.rlog", "2-a-..-b.rlog"]
    assert all(one.path.parent == tmp_path / "out" for one in made)


def test_an_event_that_cannot_be_written_leaves_a_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "importer_for", lambda file, format: Several())
    _, rows, _ = read_log(convert(session(tmp_path), tmp_path / "out")[0].path)
    assert [kind for kind, _, _ in rows] == ["x:one", NOT_WRITTEN, "x:three"]
    assert rows[1][1]["kind"] == "Observation"
    assert rows[1][2] == {"seq": 1, "parent": 0, "line": 7}


# ---- the cache --------------------------------------------------------------------------------------
def test_a_conversion_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = session(tmp_path), tmp_path / "deep" / "cache"
    one = cached_conversion(path, cache)
    assert cache.stat().st_mode & 0o777 == 0o700
    assert one.notes == ("lines that are no JSON object with a type, kept as text: 1",)
    before = one.path.stat()
    assert cached_conversion(path, cache) == one
    after = one.path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len(list(cache.iterdir())) == 1

    monkeypatch.setattr(ClaudeCode, "version", ClaudeCode.version + 1)
    assert cached_conversion(path, cache).path != one.path
    path.write_bytes(path.read_bytes() + b"more\n")
    assert cached_conversion(path, cache).events == one.events + 1
    assert len(list(cache.iterdir())) == 3
    monkeypatch.setattr(conversion_cache, "_code_digest", lambda: "that of another version of the program")
    cached_conversion(path, cache)
    assert len(list(cache.iterdir())) == 4


@pytest.mark.parametrize("spoil", ["log", "list", "no list", "no log"])
def test_a_spoilt_conversion_is_made_again(tmp_path: Path, spoil: str) -> None:
    path, cache = session(tmp_path), tmp_path / "cache"
    one = cached_conversion(path, cache)
    good = one.path.read_bytes()
    rows = one.path.parent / "conversion.json"
    match spoil:
        case "log":
            one.path.write_bytes(good[:-1] + b"x")
        case "list":
            rows.write_bytes(b"[{}]")
        case "no list":
            rows.unlink()
        case "no log":
            one.path.unlink()
    assert cached_conversion(path, cache) == one
    assert one.path.read_bytes() == good
    assert len(list(cache.iterdir())) == 1


def test_what_a_broken_conversion_left_goes_after_a_day(tmp_path: Path) -> None:
    path, cache = session(tmp_path), tmp_path / "cache"
    for name, age in ((".conversion-old", 2 * 86400), (".conversion-new", 60)):
        (cache / name).mkdir(parents=True)
        (cache / name / "1.rlog").write_bytes(b"half")
        for left in (cache / name / "1.rlog", cache / name):
            os.utime(left, (time.time() - age,) * 2)
    cached_conversion(path, cache)
    assert [left.name for left in cache.glob(".conversion-*")] == [".conversion-new"]


def test_a_log_is_heard_of_while_it_grows(tmp_path: Path) -> None:
    path, out = tmp_path / "session.jsonl", tmp_path / "out"
    write_session(path, 1_000_000)
    out.mkdir()
    sizes, shares = list[int](), list[float]()

    def on_grown(growing: GrowingLog) -> None:
        with EventLog.open(growing.path) as log:
            assert len(log) > 0
            assert not any(isinstance(part, Ending) and part.tail_bytes for part in log.parts())
            sizes.append(log.source.size)

    with Source(path) as source:
        progress = lambda done, total: shares.append(done / total)  # noqa: E731
        (made,) = write_runs(
            ForeignFile(source),
            ClaudeCode(),
            out,
            source=source,
            digest=source.blake3(),
            on_progress=progress,
            on_grown=on_grown,
        )
    assert len(sizes) > 5
    assert sizes == sorted(sizes)
    assert sizes[-1] == made.path.stat().st_size, "the last time it is sealed"
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1


def test_only_an_exported_log_has_in_its_header_what_was_found(tmp_path: Path) -> None:
    path = session(tmp_path)
    kept, (exported,) = cached_conversion(path, tmp_path / "cache"), convert(path, tmp_path / "out.rlog")
    (facts, rows, sound), (text, told_rows, told_sound) = read_log(kept.path), read_log(exported.path)
    assert text["source"].pop("notes") == list(kept.notes)
    assert (text, told_rows) == (facts, rows)
    assert sound
    assert told_sound
    with EventLog.open(exported.path) as log:
        assert verify(log).verdict == "VALID"


# ---- whatever is in the file ------------------------------------------------------------------------
_keys = st.sampled_from(
    ["type", "uuid", "parentUuid", "message", "content", "timestamp", "isMeta", "toolUseResult", "id", "name", "input"]
) | st.sampled_from(["tool_use_id", "usage", "snapshot", "trackedFileBackups", "ops", "text", "newTodos", "file"])
_words = st.sampled_from(
    ["user", "assistant", "system", "summary", "file-history-snapshot", "a", "b", "text", "tool_use", "tool_result"]
) | st.sampled_from(["Edit", "TodoWrite", "\ud800", "x" * 5000, "2025-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])
_scalars = st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.floats() | _words | st.text(max_size=5)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys | st.text(max_size=3), inner, max_size=6),
    max_leaves=12,
)
_blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "thinking", "tool_use", "tool_result", "image"]) | _values},
    optional={
        "text": _values,
        "thinking": _values,
        "id": st.sampled_from(["1", "2"]) | _values,
        "tool_use_id": st.sampled_from(["1", "2"]) | _values,
        "name": st.sampled_from(["Edit", "Write", "TodoWrite", "Read"]) | _values,
        "input": st.fixed_dictionaries({"file_path": st.sampled_from(["CLAUDE.md", "x.py"])}) | _values,
        "content": _values,
        "is_error": _values,
    },
)
_messages = st.fixed_dictionaries({"content": st.lists(_blocks, max_size=4) | _values}, optional={"usage": _values})
_lines = st.fixed_dictionaries(
    {"type": _words},
    optional={
        "uuid": st.sampled_from(string.ascii_lowercase[:5]) | _values,
        "parentUuid": st.sampled_from(string.ascii_lowercase[:5]) | _values,
        "logicalParentUuid": _words,
        "message": _messages | _values,
        "timestamp": _words,
        "isSidechain": st.booleans() | _values,
        "isMeta": st.booleans(),
        "toolUseResult": _values,
        "durationMs": _scalars,
        "snapshot": _values,
    },
)


@settings(max_examples=tries(20, long=150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_lines.map(lambda line: json.dumps(line).encode()) | st.binary(max_size=30), min_size=1, max_size=8))
def test_no_session_is_too_strange(tmp_path: Path, found: list[bytes]) -> None:
    path = write(tmp_path, b'{"type":"summary"}', *found)
    out = tmp_path / "out.rlog"
    (one,) = convert(path, out, "claude-code")
    _, rows, sound = read_log(out)
    out.unlink()
    assert sound
    assert len(rows) == one.events
    assert all(kind != NOT_WRITTEN for kind, _, _ in rows)


# ---- one of several runs ----------------------------------------------------------------------------
def test_a_run_of_several_is_meant_by_number_name_or_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replay_gui.core.importers.conversion_cache.importer_for", lambda file, format: Several())
    path, cache = session(tmp_path), tmp_path / "cache"
    runs = cached_conversions(path, cache)
    assert [run.name for run in runs] == ["main", "a/../b"]
    assert choose_run(runs, "2", str(path)) == choose_run(runs, "a/../b", str(path)) == runs[1]
    with pytest.raises(ImportRefused, match=r"has no run '3'; give a number from 1 to 2, or a name: main, a/\.\./b"):
        choose_run(runs, "3", str(path))


def test_a_sharp_in_a_files_own_name_is_no_choice(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b#1").touch()
    assert split_run(f"{tmp_path}/a#1") == (f"{tmp_path}/a", "1")
    assert split_run(f"{tmp_path}/b#1") == (f"{tmp_path}/b#1", None)
    assert split_run(f"{tmp_path}/none#1") == (f"{tmp_path}/none#1", None)
    assert [possible_files(given) for given in ("a", "a#1", "a#")] == [("a",), ("a", "a#1"), ("a#",)]
