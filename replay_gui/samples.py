"""The bundled sample logs. (The agent that made them is in tests/samples_maker.)"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.atomic_file import SHARED, make_folder, write_whole
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import exists, is_folder
from replay_gui.core.resource_paths import resources
from replay_gui.core.translation.messages import translatable

DAMAGED_EVENT = 812  # index, from 0; the window shows 813


@dataclass(frozen=True, slots=True)
class BundledSample:
    """A bundled log, or a folder of logs; the welcome page shows `title` and `about`, translated."""

    file: str
    title: str
    about: str

    @property
    def path(self) -> Path:
        """The path of the bundled file or folder."""
        return resources() / "samples" / self.file

    @property
    def logs(self) -> list[Path]:
        """The log, or the logs of the folder."""
        return sorted(self.path.rglob("*.rlog")) if is_folder(self.path) else [self.path]


REFERENCE = BundledSample(
    "reference.rlog",
    translatable("Reference run"),
    translatable(
        "An agent repairs the slow queries of a shop after a night of migrations: 1,523 events, every state hashed."
    ),
)
RERUN = BundledSample(
    "faithful-rerun.rlog",
    translatable("Faithful re-run"),
    translatable("The same work three days later on another machine: other times and ids, every event equal."),
)
OTHERWISE = BundledSample(
    "search-answered-otherwise.rlog",
    translatable("Search answered differently"),
    translatable("One search missed the newest documents: the agent followed a wrong path for a while, and recovered."),
)
DAMAGED = BundledSample(
    "damaged.rlog",
    translatable("Damaged log"),
    translatable("The reference run with one bit of event 813 changed after it was recorded."),
)
EVALUATION = BundledSample(
    "evaluation",
    translatable("An evaluation"),
    translatable("A support agent, four tasks, four trials of each, graded: what separates the trials that passed?"),
)
RECORDED = BundledSample(
    "agent/run.rlog",
    translatable("A recorded agent"),
    translatable("A small agent, recorded by hooks; its code is beside the log: change it, and run it again."),
)
SAMPLES: tuple[BundledSample, ...] = (REFERENCE, RERUN, OTHERWISE, DAMAGED, EVALUATION, RECORDED)
PROGRAMS = ("agent/agent.py", "agent/model.py")
"""The programs of the sample RECORDED, written beside its log."""


def write_samples(folder: Path) -> list[Path]:
    """Copy every bundled sample into `folder` and return the paths of the logs.

    NotWritten if another log has such a name. Programs that lie there already stay: they may have been changed.
    """
    root, paths = resources() / "samples", list[Path]()
    for log in (log for sample in SAMPLES for log in sample.logs):
        paths.append(folder / log.relative_to(root))
        _write(paths[-1], log.read_bytes())
    for program in PROGRAMS:
        if not exists(folder / program):
            _write(folder / program, (root / program).read_bytes())
    return paths


def _write(path: Path, data: bytes) -> None:
    make_folder(path.parent)
    if not _holds(path, data):
        write_whole(path, data, new_mode=SHARED)


def _holds(path: Path, data: bytes) -> bool:
    """Return whether the file is there and has these bytes."""
    try:
        return read_beginning(path, len(data) + 1) == data
    except LogUnreadable:
        return False
