"""Run an agent again in a separate process, next to the window: start, follow, cancel."""

from __future__ import annotations

import contextlib
import os
import signal
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.rerun.rerun_files import RerunFiles, RerunState, final_state_of, prepared_files, state_of
from replay_gui.models.rerun.rerun_plan import RerunPlan
from replay_gui.record.child.rerun_report import RerunReport
from replay_gui.record.sessions.questions import Reply

_POLL_MS = 200  # between two checks of the log and for questions
_GRACE_MS = 3_000  # in which a cancelled process must end
_MAX_OUTPUT_BYTES = 200_000  # of the agent's output that are kept, from its end


class RerunProcess(QObject):
    """One re-run at a time. DiskQuestions write and read its files, so the window does not wait for the disk.

    Attributes:
        plan: the current or the last plan; None before the first one. new: path of its log. running: whether it runs.
        report: the verdict after the end; None if there is none. cancelled: whether the user ended it.
        problem: why it could not be started, or "". size: bytes of the new log so far.

    Signals:
        changed(): it was started or has ended, or `size` has changed. printed(): `output` is longer.
        log_began(): the new log has its first events. log_grew(): it has more; also once at the end.
        question_asked(str, object): the name of a Question, and the Question; `reply` answers it.
    """

    changed = Signal()
    printed = Signal()
    log_began = Signal()
    log_grew = Signal()
    question_asked = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan: RerunPlan | None = None
        self.new = Path()
        self.running = False
        self.report: RerunReport | None = None
        self.problem = ""
        self.cancelled = False
        self.size = 0
        self._output = bytearray()
        self._files: RerunFiles | None = None
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
        self._preparation, self._state = DiskQuestion(self), DiskQuestion(self)
        self._reply, self._end_state = DiskQuestion(self), DiskQuestion(self)
        self._preparation.answered.connect(self._on_prepared)
        self._state.answered.connect(self._on_state)
        self._end_state.answered.connect(self._on_end_state)
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._check_files)
        self._grace = QTimer(self, interval=_GRACE_MS, singleShot=True)
        self._grace.timeout.connect(self._kill)

    @property
    def output(self) -> str:
        """The last part of the output of the agent and of the command."""
        return self._output.decode(errors="replace")

    def start(self, plan: RerunPlan) -> None:
        """Start a re-run unless one is running; `problem` is the reason if it could not be started."""
        if self.running:
            return
        self.plan, self.new, self.running = plan, Path(), True
        self.report, self.problem, self.cancelled, self.size = None, "", False, 0
        self._output.clear()
        self._asked.clear()
        self._preparation.ask_disk(partial(prepared_files, plan))

    @Slot(object)
    def _on_prepared(self, files: RerunFiles | str) -> None:
        plan = self.plan
        if isinstance(files, str) or plan is None:
            self.problem = f"It could not be started: {files}"
            self._end()
            self.changed.emit()
            return
        self._files, self.new = files, files.new
        if self.cancelled:
            self._finish()
            return
        program, *arguments = plan.program(files.new, files.folder)
        self._process.setWorkingDirectory(str(plan.folder))
        self._poll.start()
        self._process.start(program, arguments)
        self.changed.emit()

    def reply(self, name: str, reply: Reply) -> None:
        """Answer a question."""
        if self._files is not None:
            self._reply.ask_disk(partial(self._files.reply, name, reply))

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
            self.cancelled = True
            self._process.blockSignals(True)
            self._kill()
            self._process.waitForFinished(_GRACE_MS)
            if self._files is not None:
                self._files.remove()
            self._end()

    def _signal(self, number: int) -> None:
        if pid := self._process.processId():
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended already
                os.killpg(pid, number)

    @Slot()
    def _kill(self) -> None:
        self._signal(signal.SIGKILL)

    @Slot()
    def _check_files(self) -> None:
        """Check whether the log has grown, and whether there are questions."""
        if self._files is not None and self.plan is not None and not self._state.pending:
            self._state.ask_disk(partial(state_of, self._files, asks=self.plan.asks))

    @Slot(object)
    def _on_state(self, state: RerunState) -> None:
        if state.files is not self._files:
            return
        if state.size > self.size:
            is_first, self.size = self.size == 0, state.size
            (self.log_began if is_first else self.log_grew).emit()
            self.changed.emit()
        for name, question in state.questions:
            if name not in self._asked:
                self._asked.add(name)
                self.question_asked.emit(name, question)

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
        self._finish()

    def _finish(self) -> None:
        """Read the last state of the files."""
        self._poll.stop()
        if self._files is not None:
            self._end_state.ask_disk(partial(final_state_of, self._files))

    @Slot(object)
    def _on_end_state(self, state: RerunState) -> None:
        self.report = state.report
        self._on_state(state)
        self._end()
        self.log_grew.emit()
        self.changed.emit()

    def _end(self) -> None:
        self.running, self._files = False, None
        self._poll.stop()
        self._grace.stop()
