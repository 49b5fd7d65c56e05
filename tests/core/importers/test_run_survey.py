from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgpack
import pytest

from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.facts.surveyed_run import SurveyedRun, SurveyFolders
from replay_gui.core.importers import run_survey
from replay_gui.core.importers.run_survey import files_below, survey_file
from tests.helpers.claude_code_lines import assistant, call, result, user, write
from tests.helpers.foreign import written
from tests.helpers.logs import write_log

LANGGRAPH_TABLES = """
CREATE TABLE checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata);
CREATE TABLE writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value);
"""


@pytest.fixture
def places(tmp_path: Path) -> SurveyFolders:
    home = tmp_path / "home"
    return SurveyFolders(str(home / "conversions"), str(home / "facts"), str(home / "mappings.json"))


def test_a_log_is_one_run(places: SurveyFolders, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=3)
    (run,) = survey_file(str(path), places)
    assert (run.given, run.name, run.format, run.problem) == (str(path), "run.rlog", "rlog", "")
    assert run.events > 3
    assert run.calls > 0


def test_a_session_tells_of_calls_errors_and_tokens(places: SurveyFolders, tmp_path: Path) -> None:
    asked = assistant("a1", "u1", call("t1", "Bash", command="ls"))
    told = user("u2", "a1", [result("t1", "gone", is_error=True)])
    path = write(tmp_path, user("u1", None, "go"), asked, told)
    (run,) = survey_file(str(path), places, str(tmp_path))
    assert (run.name, run.format, run.calls, run.tokens) == (path.name, "claude-code", 1, 13)
    assert run.errors == 1, "the error tells of the failed call again"


def test_every_run_of_a_file_can_be_opened_by_what_is_given(places: SurveyFolders, tmp_path: Path) -> None:
    trial = {"task_id": 1, "trial": 0, "reward": 1.0, "info": {}, "traj": [{"role": "user", "content": "hi"}]}
    path = written(tmp_path, [trial, {**trial, "trial": 1}])
    runs = survey_file(str(path), places)
    assert [run.given for run in runs] == [f"{path}#1", f"{path}#2"]
    assert len({run.name for run in runs}) == 2
    assert [run.outcome.partition(";")[0] for run in runs] == ["passed, score 1 by tau-bench reward"] * 2
    assert survey_file(str(path), places, str(tmp_path))[1].name == f"file.json · {runs[1].name}"


def test_facts_are_kept_and_a_spoilt_keeping_is_made_anew(
    places: SurveyFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_log(tmp_path / "run.rlog", turns=1)
    first = survey_file(str(path), places)
    with monkeypatch.context() as patch:
        patch.setattr(run_survey, "_surveyed", None)  # is not asked again
        assert survey_file(str(path), places) == first
    (kept,) = Path(places.facts).iterdir()
    kept.write_bytes(b"[{")
    assert survey_file(str(path), places) == first
    path.unlink()
    write_log(path, turns=2)
    assert survey_file(str(path), places)[0].events > first[0].events


def test_what_is_no_run_is_passed_over_in_a_folder_and_refused_alone(places: SurveyFolders, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing")
    assert survey_file(str(path), places, str(tmp_path)) == []
    with pytest.raises(ReplayError, match="format"):
        survey_file(str(path), places)


def test_a_damaged_run_is_listed_with_the_reason(places: SurveyFolders, tmp_path: Path) -> None:
    path = tmp_path / "broken.rlog"
    path.write_bytes(b"rubbish")
    (run,) = survey_file(str(path), places, str(tmp_path))
    assert isinstance(run, SurveyedRun)
    assert "not a replay log" in run.problem


def test_files_below_come_in_order_without_hidden_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".git/x", "b/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [Path(file).name for file in files_below(str(tmp_path))] == ["a.txt", "1.txt", "2.txt"]
    monkeypatch.setattr(run_survey, "FILES_LIMIT", 2)
    with pytest.raises(ImportRefused, match="more than 2 files"):
        files_below(str(tmp_path))


def test_a_log_that_cannot_be_read_is_listed_with_the_reason(places: SurveyFolders, tmp_path: Path) -> None:
    """Any other file of no known format is left out."""
    for name, content in (("cut.rlog", b"\x92\xaareplay-log"), ("empty.rlog", b""), ("note.txt", b"\x00\x01")):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "gone.rlog").symlink_to("nowhere")
    found = {
        run.name: run.problem for path in files_below(str(tmp_path)) for run in survey_file(path, places, str(tmp_path))
    }
    assert found.keys() == {"cut.rlog", "empty.rlog", "gone.rlog"}
    assert all(found.values())


def test_kept_facts_are_bound_to_what_was_read_with_the_file(places: SurveyFolders, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(LANGGRAPH_TABLES)
        database.execute("PRAGMA journal_mode = WAL")
        for count in (1, 2, 3):
            checkpoint = msgpack.packb({"channel_values": {"n": count}})
            database.execute(
                "INSERT INTO checkpoints VALUES ('t', '', ?, NULL, 'msgpack', ?, '{}')", (count, checkpoint)
            )
            database.commit()
            (run,) = survey_file(str(path), places)
            assert run.events == count + 2  # the set-up and the end


def test_kept_facts_of_an_edited_log_are_made_anew(places: SurveyFolders, tmp_path: Path) -> None:
    """Its size and its time of change are as before; the system knows better."""
    path = write_log(tmp_path / "run.rlog", turns=2)
    facts, first = path.stat(), survey_file(str(path), places)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"ToolRequest", b"x:oolReques"))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert path.stat().st_size == len(data)
    assert survey_file(str(path), places)[0].calls != first[0].calls
