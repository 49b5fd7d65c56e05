"""A run that was read before is not read again, and never takes the place of another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from replay_gui.core.contrast import profiling
from replay_gui.core.contrast.kept_profiles import ProfileCache
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.run_profile import RunProfile
from replay_gui.core.facts.notes_places import NotesPlaces, notes_beside
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, one_tool_shows_another, write_run


def test_logs_are_read_once_and_again_where_anything_differs(tmp_path: Path) -> None:
    """Each reading is told. The first run shows the effects of its tools, and the others show the same."""
    cache, places = ProfileCache(tmp_path / "surveys"), NotesPlaces(allowed=(str(tmp_path),))
    paths = [write_run(tmp_path / f"{n}.rlog", one_tool_shows_another(n), passed=None) for n in range(3)]
    texts = list[str]()

    def read(*chosen: Path) -> tuple[list[RunProfile], list[str]]:
        files = [file for path in chosen for file in run_files(str(path), str(tmp_path / "c"), places=places)]
        texts.clear()
        found = list(profiles(files, on_file=lambda file: texts.append(Path(file.given).stem), cache=cache))
        assert found == list(profiles(files)), "as without a cache"
        return found, [*texts]

    first, names = read(*paths)
    assert names == ["0", "1", "2"]
    assert read(*paths) == (first, [])
    assert read(*paths[:1])[1] == [], "the effects that it alone shows are kept, too"
    write_notes(RunNotes(passed=True), notes_beside(paths[0]))
    judged, names = read(*paths)
    assert (names, [profile.run.passed for profile in judged]) == ([], [True, None, None])
    paths[1].unlink()
    write_run(paths[1], [LOOK, CANCEL])
    assert read(*paths)[1] == ["1"]
    moved = tmp_path / "moved.rlog"
    shutil.copy(paths[1], moved)
    (profile,), names = read(moved)
    assert (profile.run.name, names) == ("moved.rlog", [])
    for file in (tmp_path / "surveys").iterdir():
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert read(moved)[1] == ["moved"]
    (tmp_path / "surveys").chmod(0o777)
    assert read(moved)[1] == ["moved"], "others may have written it"
    (tmp_path / "surveys").chmod(0o700)
    assert read(moved)[1] == []
    cache.prune(budget=0)
    assert read(moved)[1] == ["moved"]


def test_what_is_kept_gives_the_profile_by_whatever_effects_other_runs_show(tmp_path: Path) -> None:
    cache, names = ProfileCache(tmp_path / "surveys"), list[str]()
    read_once = one_tool_shows_another(5)[0]
    paths = [
        write_run(tmp_path / f"{n}.rlog", [read_once] * (2 if n == 1 else 1), trial=n, passed=None) for n in range(4)
    ]
    files = [file for path in paths for file in run_files(str(path), str(tmp_path / "c"))]

    def read(chosen: list[int]) -> list[str]:
        """Return the runs whose logs are read."""
        names.clear()
        made = list(
            profiles([files[n] for n in chosen], on_file=lambda file: names.append(Path(file.given).stem), cache=cache)
        )
        assert made == list(profiles([files[n] for n in chosen])), "as without a cache"
        assert {step.effect for profile in made for step in profile.steps} == {"reads" if 1 in chosen else "unknown"}
        return [*names]

    assert read([2, 3]) == ["2", "3"]
    assert read([0, 1, 2, 3]) == ["0", "1"]
    assert read([0, 1, 2, 3]) == read([2, 3]) == read([1, 3]) == []


def test_a_profile_that_was_made_by_the_same_effects_is_kept_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ProfileCache(tmp_path / "surveys")
    files = run_files(str(write_run(tmp_path / "0.rlog", one_tool_shows_another(0))), str(tmp_path / "c"))
    made = list(profiles(files, cache=cache))
    monkeypatch.setattr(profiling, "unpack_calls", None)
    assert list(profiles(files, cache=cache)) == made
