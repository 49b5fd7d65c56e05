from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from replay_gui.core.catalogue.indexing import IndexedBatch, SourceBatch, SourceTask, index_batch
from replay_gui.core.catalogue.writing import CatalogueSummary, write_catalogue
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces
from tests.helpers.evaluations.evaluation_logs import write_evaluation


class Indexer:
    """Indexes sources in this process. tasks: what it was given. backwards: whether results come from the end."""

    def __init__(self, backwards: bool = False) -> None:
        self.tasks: list[SourceTask] = []
        self._step = -1 if backwards else 1

    def __call__(self, batches: Sequence[SourceBatch]) -> Iterable[IndexedBatch]:
        self.tasks = [task for batch in batches for task in batch.tasks]
        return map(index_batch, batches[:: self._step])


def write(
    folder: Path, *sources: Path | str, indexer: Indexer | None = None, places: NotesPlaces = NO_PLACES
) -> CatalogueSummary:
    return write_catalogue([str(source) for source in sources], folder, indexer or Indexer(), places=places)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return write_evaluation(tmp_path / "logs")


@pytest.fixture
def catalogue(tmp_path: Path, logs: Path) -> Path:
    """The catalogue of the logs."""
    folder = tmp_path / "catalogue"
    write(folder, logs)
    return folder
