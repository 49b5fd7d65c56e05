from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from replay_gui.core.contrast.profiling import RunFile, profiles, run_files
from replay_gui.core.contrast.run_profile import RunProfile
from replay_gui.core.contrast.run_set import RunSet, run_set
from replay_gui.core.facts.notes_places import NotesPlaces
from tests.helpers.evaluations.evaluation_logs import write_evaluation


@dataclass(frozen=True)
class Evaluation:
    """Runs that were read from files, in the order of these files."""

    files: list[RunFile]
    profiles: list[RunProfile]
    runs: RunSet

    def log_of(self, run: int) -> AbstractContextManager[str]:
        return nullcontext(self.files[run].log)

    def numbers(self, task: str | None) -> list[int]:
        return [n for n, run in enumerate(self.runs.runs) if run.identity.task == task]


ReadFiles = Callable[..., Evaluation]


@pytest.fixture
def read_files(tmp_path: Path) -> ReadFiles:
    """read_files(path, …): the runs of these files; notes beside those in `tmp_path` count."""

    def read(*paths: Path) -> Evaluation:
        places = NotesPlaces(allowed=(os.path.realpath(tmp_path),))
        files = [f for path in paths for f in run_files(str(path), str(tmp_path / "conversions"), places=places)]
        made = list(profiles(files))
        return Evaluation(files, made, run_set(made))

    return read


@pytest.fixture
def evaluation(tmp_path: Path, read_files: ReadFiles) -> Evaluation:
    """The runs of write_evaluation."""
    return read_files(*sorted(write_evaluation(tmp_path / "evaluation").iterdir()))
