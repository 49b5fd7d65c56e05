from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import fsspec
import msgspec
import pyarrow.parquet as pq
import pytest
from blake3 import blake3

from replay_gui.core.catalogue.catalogue_files import FILES, read_manifest
from replay_gui.core.catalogue.extras import is_catalogue
from replay_gui.core.catalogue.indexing import SourceBatch, SourceTask, batches_of, index_batch
from replay_gui.core.catalogue.kept_logs import LogPlace, LogSpool
from replay_gui.core.catalogue.part import join_parts, part_of, unpack_part
from replay_gui.core.catalogue.reading import open_catalogue
from replay_gui.core.catalogue.run_logs import log_of_run
from replay_gui.core.contrast import profiling
from replay_gui.core.contrast.contrast import contrast_runs
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.run_reading import RunReading, read_run
from replay_gui.core.contrast.run_set import run_set
from replay_gui.core.errors import CatalogueRefused, LogUnreadable, NotWritten
from replay_gui.core.facts.notes_places import NotesPlaces, notes_beside
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from tests.core.catalogue.conftest import Indexer, files_of, write
from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, MadeCall, one_tool_shows_another, write_run


def test_equal_sources_give_equal_bytes_in_whatever_order_they_are_read(tmp_path: Path, logs: Path) -> None:
    names = sorted(logs.iterdir())
    write(tmp_path / "a", logs)
    write(tmp_path / "b", *reversed(names), indexer=Indexer(backwards=True))
    write(tmp_path / "c", f"{logs}/*.rlog")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b") == files_of(tmp_path / "c")


def test_sources_that_have_not_changed_are_not_read_again(tmp_path: Path, logs: Path, catalogue: Path) -> None:
    before = files_of(catalogue)
    made = write(catalogue, logs)
    assert (made.read, made.unchanged, made.rebuilt) == (0, 9, "")
    assert files_of(catalogue) == before


def test_what_changed_is_read_and_the_result_is_that_of_a_new_catalogue(
    tmp_path: Path, logs: Path, catalogue: Path
) -> None:
    os.unlink(logs / "hello.rlog")
    os.unlink(logs / "refund-1.rlog")
    write_run(logs / "refund-1.rlog", [LOOK, MadeCall("book_flight", {"to": "SEA", "sides": 2})], trial=1, passed=False)
    write_run(logs / "a-new.rlog", [CANCEL], task="new")
    made = write(catalogue, logs)
    assert (made.runs, made.read, made.unchanged) == (9, 2, 7)
    write(tmp_path / "fresh", logs)
    assert files_of(catalogue) == files_of(tmp_path / "fresh")


def test_an_edit_that_keeps_size_and_time_is_noticed(tmp_path: Path, logs: Path, catalogue: Path) -> None:
    path = logs / "hello.rlog"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Done.", b"Fine."))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert write(catalogue, logs).read == 1


def test_new_notes_beside_a_log_are_read(logs: Path, catalogue: Path) -> None:
    path = write_run(logs / "open.rlog", [], passed=None)
    places = NotesPlaces(allowed=(os.path.realpath(logs),))
    write(catalogue, logs, places=places)
    write_notes(RunNotes(True), notes_beside(path))
    assert write(catalogue, logs).read == 0, "nobody has allowed them"
    assert write(catalogue, logs, places=places).read == 1
    (run,) = [run for run in open_catalogue(catalogue).runs if run.given == str(path)]
    assert (run.passed, run.set_by_hand) == (True, True)


@pytest.mark.parametrize("name", ["runs.parquet", "steps.parquet", "features.parquet", "catalogue.json"])
def test_a_damaged_catalogue_is_refused_and_written_anew(
    tmp_path: Path, logs: Path, catalogue: Path, name: str
) -> None:
    whole = files_of(catalogue)
    data = bytearray(whole[name])
    data[len(data) // 2] ^= 1
    (catalogue / name).write_bytes(data)
    with pytest.raises(CatalogueRefused) as refused:
        open_catalogue(catalogue)
    assert str(catalogue) in str(refused.value)
    made = write(catalogue, logs)
    assert made.rebuilt
    assert made.read == 9
    assert files_of(catalogue) == whole


def test_the_log_of_a_run_is_kept_unless_it_is_long(
    tmp_path: Path, logs: Path, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def log_of(folder: Path, number: int) -> bytes:
        run = open_catalogue(folder).runs[number]
        with log_of_run(folder, number, run, conversions=str(tmp_path / "c"), mappings="") as path:
            return Path(path).read_bytes()

    names = sorted(logs.iterdir())
    whole = [path.read_bytes() for path in names]
    monkeypatch.setattr("replay_gui.core.catalogue.kept_logs._RUNS_PER_GROUP", 4)
    assert write(tmp_path / "groups", logs).runs == 9
    assert [log_of(tmp_path / "groups", number) for number in range(9)] == whole
    monkeypatch.setattr("replay_gui.core.catalogue.kept_logs.MAX_KEPT_BYTES", min(map(len, whole)))
    write(tmp_path / "short", logs)
    assert {run.kept_log != "" for run in open_catalogue(tmp_path / "short").runs} == {True, False}
    assert [log_of(tmp_path / "short", number) for number in range(9)] == whole
    monkeypatch.undo()
    names[2].write_bytes(whole[1])
    assert log_of(catalogue, 2) == whole[2], "its source is not read"
    long = next(number for number, data in enumerate(whole) if len(data) > min(map(len, whole)))
    names[long].write_bytes(whole[0])
    with pytest.raises(LogUnreadable, match="is not what it was"):
        log_of(tmp_path / "short", long)
    kept = tmp_path / "groups" / "logs.parquet"
    data = bytearray(kept.read_bytes())
    data[100] ^= 1
    kept.write_bytes(data)
    assert len(open_catalogue(tmp_path / "groups")) == 9
    with pytest.raises(CatalogueRefused):
        log_of(tmp_path / "groups", 0)


def test_a_catalogue_of_another_version_is_written_anew(logs: Path, catalogue: Path) -> None:
    manifest = msgspec.structs.replace(read_manifest(catalogue), catalogue=0).with_digest()
    (catalogue / "catalogue.json").write_bytes(msgspec.json.encode(manifest))
    assert "another version" in write(catalogue, logs).rebuilt


@pytest.mark.parametrize("failing", ["logs.parquet", "steps.parquet", "catalogue.json"])
def test_one_that_could_not_be_written_can_be_written_again(
    tmp_path: Path, logs: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new one leaves nothing that would be taken for files of the user's; an earlier one is written anew."""
    folder = tmp_path / "new"
    for left in ([], ["catalogue.json", *(f"{name}.parquet" for name in (*FILES, "logs", "evidence"))]):
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", lambda handle: refuse(handle, failing))
            with pytest.raises(NotWritten, match="the disk is full"):
                write(folder, logs)
        assert sorted(files_of(folder)) == sorted(left)
        write(folder, logs)
        assert open_catalogue(folder).runs


def refuse(handle: int, name: str) -> None:
    """Fail as a full disk does, where the file is a draft of one with this name."""
    if Path(os.readlink(f"/proc/self/fd/{handle}")).name.startswith(f".{name}-"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_with_other_files_is_left_as_it_is(tmp_path: Path, logs: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "runs.parquet").write_bytes(b"mine")
    with pytest.raises(CatalogueRefused, match="contains other files"):
        write(folder, logs)
    assert files_of(folder) == {"runs.parquet": b"mine"}
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogueRefused, match="is not a folder"):
        write(tmp_path / "file", logs)


def test_a_catalogue_among_its_sources_is_no_source(logs: Path) -> None:
    write(logs / "catalogue", logs)
    made = write(logs / "catalogue", logs)
    assert (made.runs, made.read, made.skipped, made.problems) == (9, 0, 0, ())


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueRefused, match="is not a catalogue"):
        read_manifest(tmp_path)


def test_what_cannot_be_read_is_told_and_files_that_are_no_runs_are_counted(tmp_path: Path, logs: Path) -> None:
    (logs / "readme.txt").write_bytes(b"\0\1 nothing")
    (logs / "refund-0.rlog").write_bytes(b"\x92\xaareplay-log broken")
    made = write(tmp_path / "catalogue", logs)
    assert (made.runs, made.skipped) == (8, 1)
    assert len(made.problems) == 1
    assert "refund-0.rlog" in made.problems[0]
    named = write(tmp_path / "other", logs, logs / "readme.txt")
    assert any("readme.txt" in problem for problem in named.problems)


def test_the_catalogue_says_the_same_as_the_logs(tmp_path: Path, logs: Path, catalogue: Path) -> None:
    files = [file for path in sorted(logs.iterdir()) for file in run_files(str(path), str(tmp_path / "conversions"))]
    in_memory, kept = run_set(list(profiles(files))), open_catalogue(catalogue)
    by_name = {run.given: run for run in in_memory.runs}
    assert len(kept.runs) == len(by_name)
    for run in kept.runs:
        assert run.identity == by_name[run.given].identity
        assert (run.passed, run.events, run.cost, run.started) == (
            by_name[run.given].passed, by_name[run.given].events, by_name[run.given].cost, by_name[run.given].started,
        )  # fmt: skip
    a, b = contrast_runs(in_memory).separation, contrast_runs(kept).separation
    assert [(s.feature, s.sentence, s.p, s.score) for s in a.separators] == [
        (s.feature, s.sentence, s.p, s.score) for s in b.separators
    ]
    numbers = range(len(kept))
    assert kept.read_steps(numbers) == in_memory.read_steps(
        [[run.given for run in in_memory.runs].index(kept.runs[number].given) for number in numbers]
    )


def test_changes_in_other_words_with_equal_answers_are_one(tmp_path: Path) -> None:
    answer = {"reservation": "Z7GOZK", "status": "cancelled", "refund": 1250, "paid_to": "credit_card_9074831"}
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(4):
        calls = [MadeCall("cancel", {"id": "Z7GOZK", "note": str(number)}, answer)] if number < 2 else []
        write_run(folder / f"{number}.rlog", calls, trial=number, passed=number < 2)
    write(tmp_path / "catalogue", folder)
    kept = open_catalogue(tmp_path / "catalogue")
    did = [n for n, name in enumerate(kept.table.lookup(range(len(kept.table)))) if name.kind == "did"]
    assert [kept.table.runs_of(n).tolist() for n in did] == [[0, 1]]


def test_parts_are_put_together_as_a_tree_with_the_same_result(logs: Path) -> None:
    tasks = [SourceTask(source=str(path)) for path in sorted(logs.iterdir())]
    parts = [unpack_part(index_batch(SourceBatch(0, (task,))).part) for task in tasks]
    flat = join_parts(parts).packed()
    assert (
        join_parts([join_parts([join_parts(parts[:2]), join_parts(parts[2:5])]), join_parts(parts[5:])]).packed()
        == flat
    )
    assert index_batch(SourceBatch(0, tuple(tasks))).part == flat


def test_many_sources_are_read_in_batches(
    tmp_path: Path, logs: Path, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replay_gui.core.catalogue.indexing._MIN_BATCHES", 2)
    tasks = [SourceTask(source=str(path)) for path in sorted(logs.iterdir())]
    assert [len(batch.tasks) for batch in batches_of(tasks)] == [4, 4, 1]
    write(tmp_path / "other", logs, indexer=Indexer(backwards=True))
    assert files_of(tmp_path / "other") == files_of(catalogue)
    write_run(logs / "refund-2.rlog.new", [CANCEL, LOOK], trial=2).replace(logs / "refund-2.rlog")
    assert write(tmp_path / "other", logs).read == 1  # of a batch, one source is read and the others are not
    write(tmp_path / "fresh", logs)
    assert files_of(tmp_path / "other") == files_of(tmp_path / "fresh")


def test_a_folder_that_cannot_be_looked_into_is_no_catalogue(tmp_path: Path) -> None:
    assert not is_catalogue(tmp_path / ("x" * 300))


def test_a_catalogue_of_no_runs(tmp_path: Path) -> None:
    assert len(join_parts([]).runs) == 0
    assert len(unpack_part(part_of([], "a").packed()).names) == 0
    (tmp_path / "none.txt").write_bytes(b"\0")
    write(tmp_path / "catalogue", tmp_path / "none.txt")
    assert len(open_catalogue(tmp_path / "catalogue")) == 0


def test_a_file_system_of_this_process_is_read_here(tmp_path: Path, logs: Path, catalogue: Path) -> None:
    system = fsspec.filesystem("memory")
    for path in sorted(logs.iterdir()):
        system.pipe(f"/evaluation/{path.name}", path.read_bytes())
    indexer = Indexer()
    try:
        made = write(tmp_path / "remote", "memory://evaluation", indexer=indexer)
    finally:
        system.rm("/evaluation", recursive=True)
    assert made.runs == 9
    assert all(task.data for task in indexer.tasks)
    remote, local = open_catalogue(tmp_path / "remote"), open_catalogue(catalogue)
    assert [run.kept_log for run in remote.runs] == [run.kept_log for run in local.runs]
    assert [run.name for run in remote.runs] == [run.name for run in local.runs]
    assert all(run.given.startswith("memory://") for run in remote.runs)
    assert [s.sentence for s in contrast_runs(remote).separation.separators] == [
        s.sentence for s in contrast_runs(local).separation.separators
    ]


@pytest.mark.parametrize("source", ["memory://none", "nothing://a/b", "/none/at/all", "memory://none/*.rlog"])
def test_a_source_that_is_not_there_is_told_in_one_line(tmp_path: Path, source: str) -> None:
    with pytest.raises(LogUnreadable) as refused:
        write(tmp_path / "catalogue", source)
    assert source in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "catalogue").exists()


def test_names_that_are_no_unicode_and_numbers_that_are_too_large_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    path = folder / os.fsdecode(b"\xff\xfe.rlog")
    with Recorder(
        path, "desk", "1.0", {"task_id": "x\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")}
    ) as run:
        run.decision("message", "done", tokens={"input": (1 << 63) - 1, "output": (1 << 63) - 1})
        run.outcome(passed=True, score=(1 << 62) + 1, by="x")
        run.tool_request("a\x00b", {"k\x1b": "\u202e"})
    made = write(tmp_path / "catalogue", folder)
    assert (made.runs, made.problems) == (1, ())
    assert write(tmp_path / "catalogue", folder).unchanged == 1
    (run_facts,) = open_catalogue(tmp_path / "catalogue").runs
    assert run_facts.tokens == (1 << 63) - 1
    assert run_facts.name == "\\xff\\xfe.rlog" or "\\udcff" in run_facts.name


def test_a_pipe_that_is_named_like_notes_does_not_hang(tmp_path: Path, logs: Path) -> None:
    os.mkfifo(logs / "hello.rlog.notes.toml")
    assert write(tmp_path / "catalogue", logs / "hello.rlog").runs == 1


def test_each_log_is_read_once_though_the_last_source_shows_what_a_tool_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = list[str](), one_tool_shows_another(1)[0]
    (tmp_path / "logs").mkdir()
    for number in range(9):
        write_run(tmp_path / "logs" / f"{number}.rlog", [asked] * (2 if number == 8 else 1), trial=number)

    def counted(log: EventLog, *others: Any) -> RunReading:
        read.append(Path(log.source.path).stem)
        return read_run(log, *others)

    monkeypatch.setattr(profiling, "read_run", counted)
    write(tmp_path / "few", *sorted((tmp_path / "logs").iterdir())[:8])
    assert (read, _effects(tmp_path / "few")) == ([*"01234567"], {"tool_1": {"unknown"}})
    write(tmp_path / "few", tmp_path / "logs")
    assert (read, _effects(tmp_path / "few")) == ([*"012345678"], {"tool_1": {"reads"}})
    write(tmp_path / "all", tmp_path / "logs", indexer=Indexer(backwards=True))
    assert sorted(read[9:]) == [*"012345678"]
    assert files_of(tmp_path / "few") == files_of(tmp_path / "all")


def test_calls_of_an_earlier_catalogue_that_are_damaged_are_told(tmp_path: Path) -> None:
    """Its hashes are right: someone has written it so."""
    asked, folder = one_tool_shows_another(1)[0], tmp_path / "catalogue"
    sources = [write_run(tmp_path / f"{n}.rlog", [asked] * n, trial=n) for n in (1, 2)]
    write(folder, sources[0])
    path = folder / "logs.parquet"
    pq.write_table(pq.read_table(path).set_column(1, "calls", [[b"\xc1"]]), path)
    manifest = read_manifest(folder)
    files = {**manifest.files, "logs": blake3(path.read_bytes()).hexdigest()}
    forged = msgspec.structs.replace(manifest, files=files).with_digest()
    (folder / "catalogue.json").write_bytes(msgspec.json.encode(forged))
    made = write(folder, *sources)
    assert made.problems == (f"{sources[0]}: its calls are damaged in the catalogue; delete that, and write it again",)
    assert [run.given for run in open_catalogue(folder).runs] == [str(sources[1])]


def test_all_sources_together_show_the_effect_of_a_tool(tmp_path: Path) -> None:
    """However the sources were added: else runs that call it alike would be distinguished by when they were read."""
    item = {"id": "W1", "name": "lamp", "city": "Bern", "zip": "3000", "size": 4, "state": "open"}
    asked = MadeCall("tool_1", {"id": "W1"}, item)
    changed = MadeCall("tool_2", {"id": "W1", "state": "shut"}, {**item, "state": "shut"})
    silent, telling = tmp_path / "a-silent.rlog", tmp_path / "telling.rlog"
    write_run(silent, [changed], trial=1)
    write(tmp_path / "one", silent)
    assert _effects(tmp_path / "one") == {"tool_2": {"unknown"}}
    write_run(telling, [asked, changed])
    indexer = Indexer(backwards=True)
    made = write(tmp_path / "one", silent, telling, indexer=indexer)
    assert (made.read, made.unchanged) == (1, 1), "the rows of what is unchanged are made again by the effects of now"
    assert _effects(tmp_path / "one") == {"tool_1": {"unknown"}, "tool_2": {"changes"}}
    write(tmp_path / "both", silent, telling)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "both")
    by_logs = profiles([file for path in (silent, telling) for file in run_files(str(path), str(tmp_path / "c"))])
    steps = [tuple(profile.steps) for profile in by_logs]
    assert open_catalogue(tmp_path / "both").read_steps([0, 1]) == steps, "as the logs show together"
    assert write(tmp_path / "one", silent, telling, indexer=indexer).unchanged == 2
    write(tmp_path / "one", silent)
    assert _effects(tmp_path / "one") == {"tool_2": {"unknown"}}


def _effects(catalogue: Path) -> dict[str, set[str]]:
    effects: dict[str, set[str]] = {}
    for step in pq.read_table(catalogue / "steps.parquet", columns=["tool", "effect"]).to_pylist():
        effects.setdefault(step["tool"], set()).add(step["effect"])
    return effects


def test_a_source_without_runs_has_no_logs(tmp_path: Path) -> None:
    spool = LogSpool(tmp_path, tmp_path / "none")
    spool.put(0, ())
    spool.add(LogPlace(0, 0, 0))
    assert list(spool) == []
