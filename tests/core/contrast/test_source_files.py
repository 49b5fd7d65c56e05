"""The files of what a user named, and what is told of those that hold no run."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.contrast.source_files import SourceFile, source_files
from tests.helpers.evaluations.evaluation_logs import CANCEL, write_run


def test_files_runs_of_files_and_folders_are_found_in_their_order(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    (folder / "deep").mkdir(parents=True)
    for name in ("b.rlog", "a.rlog", ".hidden", "deep/c.rlog"):
        (folder / name).write_bytes(b"")
    several = tmp_path / "several.json"
    several.write_bytes(b"")
    assert list(source_files([f"{several}#2", str(folder), str(tmp_path / "missing")])) == [
        SourceFile(str(several), "2"),
        *(SourceFile(str(folder / name), root=str(folder)) for name in ("a.rlog", "b.rlog", "deep/c.rlog")),
        SourceFile(str(tmp_path / "missing")),
    ]
    (folder / "[x].rlog").write_bytes(b"")
    names = ("[x].rlog", "a.rlog", "b.rlog")
    assert list(source_files([f"{folder}/*.rlog"])) == [SourceFile(str(folder / name)) for name in names]
    assert list(source_files([f"{folder}/[x].rlog"])) == [SourceFile(str(folder / "[x].rlog"))]
    assert list(source_files([f"{folder}/*.json"])) == [SourceFile(f"{folder}/*.json")], "it is reported"


def test_the_runs_of_a_file(tmp_path: Path) -> None:
    path = write_run(tmp_path / "a.rlog", [CANCEL])
    for root, name in ((None, "a.rlog"), (str(tmp_path.parent), f"{tmp_path.name}/a.rlog")):
        (run,), problem = SourceFile(str(path), root=root).runs(str(tmp_path / "conversions"))
        assert (run.log, run.name, problem) == (str(path), name, "")


def test_a_file_without_a_run_is_told_only_where_it_was_named(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("roses are red", "utf-8")
    runs, problem = SourceFile(str(path)).runs(str(tmp_path / "conversions"))
    assert runs == []
    assert "poem.txt" in problem
    assert SourceFile(str(path), root=str(tmp_path)).runs(str(tmp_path / "conversions")) == ([], "")
