"""Running an agent again in a process of its own, beside the window: start, follow, cancel."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import ReplayError
from replay_gui.core.log.source import read_beginning
from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.rerun.rerun_plan import EDITS, REPORT, RerunPlan
from replay_gui.record.child.question_folder import QuestionFolder
from replay_gui.record.child.rerun_report import RerunReport
from replay_gui.record.child.running import free_path
from replay_gui.record.sessions.questions import Reply

_POLL_MS = 200  # between two looks at the log and for questions
_GRACE_MS = 3_000  # that a cancelled process may take to end
_MAX_OUTPUT_BYTES = 200_000  # of what the agent prints, from its end
_MAX_REPORT_BYTES = 4_000_000


class RerunProcess(QObject):
    """One re-run at a time.

    Attributes:
        plan: what runs, or ran last; None: nothing yet. new: path of its log. running: whether it runs.
        report: the verdict, once it has ended; None where there is none. cancelled: whether the user ended it.
        problem: why it could not be started, or "". size: bytes of the new log so far.

    Signals:
        changed(): it was started or has ended, or `size` is another. printed(): `output` is longer.
        log_began(): the new log has its first events. log_grew(): it has more; also once at the end.
        asked(str, object): the name of a Question, and the Question; `reply` answers it.
    """

    changed = Signal()
    printed = Signal()
    log_began = Signal()
    log_grew = Signal()
    asked = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan: RerunPlan | None = None
        self.new = Path()
        self.report: RerunReport | None = None
        self.problem = ""
        self.cancelled = False
        self.size = 0
        self._output = bytearray()
        self._exchange: tempfile.TemporaryDirectory[str] | None = None
        self._asked: set[str] = set()
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._process.setStandardInputFile(QProcess.nullDevice())
        parameters = QProcess.UnixProcessParameters()
        parameters.flags = QProcess.UnixProcessFlag.CreateNewSession  # so that all it starts can be ended
        self._process.setUnixProcessParameters(parameters)
        self._process.readyRead.connect(self._on_output)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._log_size = DiskQuestion(self)
        self._log_size.answered.connect(self._on_log_size)
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._look)
        self._grace = QTimer(self, interval=_GRACE_MS, singleShot=True)
        self._grace.timeout.connect(self._kill)

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._exchange is not None

    @property
    def output(self) -> str:
        """What the agent and the command printed, from its end."""
        return self._output.decode(errors="replace")

    def start(self, plan: RerunPlan) -> None:
        """Start a re-run; ReplayError where its files cannot be written. Nothing happens while one runs."""
        if self.running:
            return
        exchange = tempfile.TemporaryDirectory(prefix="replay-gui-rerun-")
        folder = Path(exchange.name)
        try:
            if plan.edit is not None:
                write_whole(folder / EDITS, plan.edit.file)
        except ReplayError:
            exchange.cleanup()
            raise
        self._exchange = exchange
        self.plan, self.new = plan, new_log_of(plan.run)
        self.report, self.problem, self.cancelled, self.size = None, "", False, 0
        self._output.clear()
        self._asked.clear()
        program, *arguments = plan.program(self.new, folder)
        self._process.setWorkingDirectory(str(plan.folder))
        self._process.start(program, arguments)
        self._poll.start()
        self.changed.emit()

    def reply(self, name: str, reply: Reply) -> None:
        """Answer a question."""
        if self._exchange is not None:
            with contextlib.suppress(ReplayError):  # the process ends when the folder goes
                QuestionFolder(Path(self._exchange.name)).reply(name, reply)

    @Slot()
    def cancel(self) -> None:
        """End the process and all that it has started."""
        if self.running and not self.cancelled:
            self.cancelled = True
            self._signal(signal.SIGTERM)
            self._grace.start()

    def close(self) -> None:
        """End the process at once: the window closes."""
        if self.running:
            self._process.blockSignals(True)
            self._kill()
            self._process.waitForFinished(_GRACE_MS)
            self._end()

    def _signal(self, number: int) -> None:
        if pid := self._process.processId():
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended already
                os.killpg(pid, number)

    @Slot()
    def _kill(self) -> None:
        self._signal(signal.SIGKILL)

    @Slot()
    def _look(self) -> None:
        """Look whether the log has grown, and for questions."""
        if not self._log_size.pending:
            self._log_size.ask(partial(_size_of, self.new))
        if self._exchange is not None and self.plan is not None and self.plan.asks:
            for name, question in [*QuestionFolder(Path(self._exchange.name)).open_questions()]:
                if name not in self._asked:
                    self._asked.add(name)
                    self.asked.emit(name, question)

    @Slot(object)
    def _on_log_size(self, found: tuple[Path, int]) -> None:
        log, size = found
        if log == self.new and size > self.size:
            is_first, self.size = self.size == 0, size
            (self.log_began if is_first else self.log_grew).emit()
            self.changed.emit()

    @Slot()
    def _on_output(self) -> None:
        self._output += self._process.readAll().data()
        del self._output[:-_MAX_OUTPUT_BYTES]
        self.printed.emit()

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.problem = f"It could not be started: {self._process.errorString()}."
            self._finish()

    @Slot()
    def _on_finished(self) -> None:
        self._on_output()
        if self._exchange is not None:
            self.report = _read_report(Path(self._exchange.name, REPORT))
        self._finish()

    def _finish(self) -> None:
        self._look()
        self._end()
        self.log_grew.emit()
        self.changed.emit()

    def _end(self) -> None:
        self._poll.stop()
        self._grace.stop()
        if self._exchange is not None:
            self._exchange.cleanup()
            self._exchange = None


def _size_of(log: Path) -> tuple[Path, int]:
    """Return (the log, its size in bytes, 0 while it is not there)."""
    try:
        return log, os.stat(log).st_size
    except OSError:
        return log, 0


def new_log_of(run: Path) -> Path:
    """Return the path of the log that running a run again writes: the first beside it that is free."""
    return free_path(run.with_suffix(".rerun.rlog"))


def _read_report(path: Path) -> RerunReport | None:
    try:
        return msgspec.json.decode(read_beginning(path, _MAX_REPORT_BYTES), type=RerunReport)
    except (ReplayError, msgspec.MsgspecError):
        return None  # the process ended before it wrote one
