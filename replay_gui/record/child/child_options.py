"""The data that a command exchanges with the processes it starts: JSON in the environment and in files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.atomic_file import write_whole
from replay_gui.record.matcher.answer_edits import AnswerEdit
from replay_gui.record.matcher.first_difference import DifferenceForm
from replay_gui.record.sessions.rerun_options import OnMiss

VARIABLE = "REPLAY_GUI_CHILD"
"""The environment variable that holds ChildOptions."""

_SUFFIX = ".json"


class ChildOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the processes that a command starts.

    Attributes:
        log: path of the new log. reports: folder for ChildReports. command: that was started.
        rerun: path of the recorded log with the answers; None: record.
        rules: path of the rules file; None: none. live: tools that are called for real.
        fixed: by the name of a tool, its constant answer. asked: tools whose calls the user answers.
        on_miss: the handling of requests that were not recorded. questions: folder for questions to the user.
        patience: seconds without progress, after which a call no longer waits for its turn.
        also: names of the surroundings recorded in addition to calls; a re-run reads them from the log.
        edits: edited answers.
    """

    log: str
    reports: str
    command: list[str]
    rerun: str | None = None
    rules: str | None = None
    live: list[str] = []
    fixed: dict[str, Any] = {}
    asked: list[str] = []
    on_miss: OnMiss = OnMiss.STOP
    questions: str | None = None
    patience: float = 1.0
    also: list[str] = []
    edits: list[AnswerEdit] = []

    def encoded(self) -> str:
        """Return the value of the environment variable."""
        return json.dumps(msgspec.to_builtins(self))  # msgspec refuses names that are not Unicode

    @classmethod
    def of_environment(cls) -> ChildOptions:
        """Return the options in the environment variable; raise msgspec.ValidationError if they are invalid."""
        return msgspec.convert(json.loads(os.environ[VARIABLE]), type=cls)


class ChildReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one process.

    Attributes:
        process: its id. has_log: whether it wrote the log.
        difference: lines of the verdict of a re-run; empty if there is none. form: the verdict; None: there is none.
        problem: why it failed; None if it did not.
        answered, made, given: calls answered from the log, made for real, and answered by the user, in a re-run.
        is_edited: whether an edited answer was given, in a re-run with edits.
        unseen: the number of actions of each sort that no hook covers.
        hidden: the number of texts in which secrets were replaced.
    """

    process: int
    has_log: bool = False
    difference: list[str] = []
    form: DifferenceForm | None = None
    problem: str | None = None
    answered: int = 0
    made: int = 0
    given: int = 0
    is_edited: bool = False
    unseen: dict[str, int] = {}
    hidden: int = 0

    def write(self, folder: str) -> None:
        """Write the report, instead of an earlier one of the same process; raise NotWritten if that fails."""
        write_whole(Path(folder, f"{self.process}{_SUFFIX}"), msgspec.json.encode(self))


def read_reports(folder: Path) -> Iterator[ChildReport]:
    """Yield the reports in a folder, in the order of the processes."""
    for file in sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: int(path.stem) if path.stem.isdigit() else 0):
        yield msgspec.json.decode(file.read_bytes(), type=ChildReport)
