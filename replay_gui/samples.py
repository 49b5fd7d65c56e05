"""The bundled sample logs. (The agent that made them is in tests/samples_maker.)"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.atomic_file import SHARED, write_whole
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.log.source import read_beginning
from replay_gui.resource_paths import resources

DAMAGED_EVENT = 812  # index, from 0; the window shows 813


@dataclass(frozen=True, slots=True)
class BundledSample:
    """One bundled log; the welcome page shows `title` and `about`."""

    file: str
    title: str
    about: str

    @property
    def path(self) -> Path:
        """The path of the bundled file."""
        return resources() / "samples" / self.file


REFERENCE = BundledSample(
    "reference.rlog",
    "Reference run",
    "An agent repairs the slow queries of a shop after a night of migrations: 1,523 events, every state hashed.",
)
RERUN = BundledSample(
    "faithful-rerun.rlog",
    "Faithful re-run",
    "The same work three days later on another machine: other times and ids, every event equal.",
)
OTHERWISE = BundledSample(
    "search-answered-otherwise.rlog",
    "Search answered otherwise",
    "One search returned results without the newest documents; the agent took a wrong way for a while and recovered.",
)
DAMAGED = BundledSample(
    "damaged.rlog",
    "Damaged log",
    f"The reference run with one bit of event {DAMAGED_EVENT + 1} changed after it was recorded.",
)
SAMPLES: tuple[BundledSample, ...] = (REFERENCE, RERUN, OTHERWISE, DAMAGED)


def write_samples(folder: Path) -> list[Path]:
    """Copy every bundled sample into `folder` and return their paths; NotWritten where another log has such a name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / sample.file for sample in SAMPLES]
    for sample, path in zip(SAMPLES, paths, strict=True):
        data = sample.path.read_bytes()
        if not _holds(path, data):
            write_whole(path, data, new_mode=SHARED)
    return paths


def _holds(path: Path, data: bytes) -> bool:
    """Return whether the file is there and has these bytes."""
    try:
        return read_beginning(path, len(data) + 1) == data
    except LogUnreadable:
        return False
