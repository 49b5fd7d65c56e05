"""The files that the window and the process of a re-run exchange. All functions here may wait for the disk."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import ReplayError
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import reason_of
from replay_gui.models.rerun.rerun_plan import EDITS, REPORT, RerunPlan
from replay_gui.record.child.question_folder import QuestionFolder
from replay_gui.record.child.rerun_report import RerunReport
from replay_gui.record.child.running import new_log_of
from replay_gui.record.sessions.questions import Question, Reply

_MAX_REPORT_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class RerunFiles:
    """The files of one re-run.

    Attributes:
        new: path of the new log. folder: a temporary folder for edits, questions and the report.
    """

    new: Path
    folder: Path
    _folder: tempfile.TemporaryDirectory[str]

    def reply(self, name: str, reply: Reply) -> None:
        """Answer the question of this name. Does nothing if the folder is gone: the process has ended then."""
        with contextlib.suppress(ReplayError):
            QuestionFolder(self.folder).reply(name, reply)

    def remove(self) -> None:
        """Remove the temporary folder."""
        self._folder.cleanup()


@dataclass(frozen=True, slots=True)
class RerunState:
    """The state of the files of a re-run.

    Attributes:
        files: the files. size: bytes of the new log, 0 while there is none. questions: (name, question), unanswered.
        report: the verdict of a process that has ended; None if it wrote none.
    """

    files: RerunFiles
    size: int
    questions: tuple[tuple[str, Question], ...] = ()
    report: RerunReport | None = None


def prepared_files(plan: RerunPlan) -> RerunFiles | str:
    """Create the files of a re-run; return the problem, in words, if they cannot be written."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="replay-gui-rerun-")
    except OSError as why:
        return f"{tempfile.gettempdir()}: {reason_of(why)}"
    files = RerunFiles(new_log_of(plan.run), Path(folder.name), folder)
    try:
        if plan.edit is not None:
            write_whole(files.folder / EDITS, plan.edit.file)
    except ReplayError as why:
        files.remove()
        return str(why)
    return files


def state_of(files: RerunFiles, *, asks: bool) -> RerunState:
    """Return the state of the files while the process runs. `asks`: whether it may have questions."""
    questions = tuple(QuestionFolder(files.folder).open_questions()) if asks else ()
    return RerunState(files, _size_of(files.new), questions)


def final_state_of(files: RerunFiles) -> RerunState:
    """Return the state of the files after the end of the process, and remove the temporary folder."""
    try:
        raw = read_beginning(files.folder / REPORT, _MAX_REPORT_BYTES)
        report = msgspec.json.decode(raw, type=RerunReport)
    except (ReplayError, msgspec.MsgspecError):
        report = None  # the process ended before it wrote one
    files.remove()
    return RerunState(files, _size_of(files.new), report=report)


def _size_of(log: Path) -> int:
    try:
        return log.stat().st_size
    except OSError:
        return 0
