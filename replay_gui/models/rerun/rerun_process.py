"""Run an agent again in a separate process, next to the window: start, follow, cancel."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from replay_gui.core.translation.environment import VARIABLES
from replay_gui.core.translation.messages import tr
from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.rerun.rerun_files import RerunFiles, RerunState, final_state_of, prepared_files, state_of
from replay_gui.models.rerun.rerun_plan import RerunPlan
from replay_gui.models.rerun.rerun_states import NotRun, PreparingRerun, RerunEnded, RerunProgress, RunningAgain
from replay_gui.record.sessions.questions import Reply

_POLL_MS = 200  # between two checks of the log and for questions
_GRACE_MS = 3_000  # in which a cancelled process must end
_MAX_OUTPUT_BYTES = 200_000  # of the agent's output that are kept, from its end


class RerunProcess(QObject):
    """One re-run at a time. DiskQuestions write and read its files, so the window does not wait for the disk.

    Attributes:
        state: one of RerunProgress. size: bytes of the new log so far.

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
        self.state: RerunProgress = NotRun()
        self.size = 0
        self._output = bytearray()
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
        self._preparation, self._file_state = DiskQuestion(self), DiskQuestion(self)
        self._reply, self._end_state = DiskQuestion(self), DiskQuestion(self)
        self._preparation.answered.connect(self._on_prepared)
        self._file_state.answered.connect(self._on_file_state)
        self._end_state.answered.connect(self._on_end_state)
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._check_files)
        self._grace = QTimer(self, interval=_GRACE_MS, singleShot=True)
        self._grace.timeout.connect(self._kill)

    @property
    def running(self) -> bool:
        """Whether an agent is being run again."""
        return isinstance(self.state, PreparingRerun | RunningAgain)

    @property
    def new(self) -> Path:
        """The path of the new log; "." if there is none."""
        match self.state:
            case RunningAgain(files=files):
                return files.new
            case RerunEnded(new=new):
                return new
            case NotRun() | PreparingRerun():
                return Path()
            case _:
                assert_never(self.state)

    @property
    def output(self) -> str:
        """The last part of the output of the agent and of the command."""
        return self._output.decode(errors="replace")

    def start(self, plan: RerunPlan) -> None:
        """Start a re-run unless one is running."""
        if self.running:
            return
        self.state, self.size = PreparingRerun(plan), 0
        self._output.clear()
        self._asked.clear()
        self._preparation.ask_disk(partial(prepared_files, plan))

    @Slot(object)
    def _on_prepared(self, files: RerunFiles | str) -> None:
        if not isinstance(self.state, PreparingRerun):
            return  # the window has closed meanwhile
        plan, cancelled = self.state.plan, self.state.cancelled
        if isinstance(files, str):
            self._end(RerunEnded(cancelled=cancelled, problem=tr("It could not be started: {reason}", reason=files)))
            self.changed.emit()
            return
        self.state = RunningAgain(plan, files, cancelled)
        if cancelled:
            self._finish()
            return
        program, *arguments = plan.program(files.new, files.folder)
        self._process.setWorkingDirectory(str(plan.folder))
        environment = QProcessEnvironment.systemEnvironment()
        for variable in VARIABLES:
            environment.remove(variable)
        self._process.setProcessEnvironment(environment)
        self._poll.start()
        self._process.start(program, arguments)
        self.changed.emit()

    def reply(self, name: str, reply: Reply) -> None:
        """Answer a question."""
        if isinstance(self.state, RunningAgain):
            self._reply.ask_disk(partial(self.state.files.reply, name, reply))

    @Slot()
    def cancel(self) -> None:
        """End the process and all that it has started."""
        if isinstance(self.state, PreparingRerun | RunningAgain) and not self.state.cancelled:
            self.state = replace(self.state, cancelled=True)
            self._signal(signal.SIGTERM)
            self._grace.start()

    def close(self) -> None:
        """End the process at once: the window closes."""
        if self.running:
            self._process.blockSignals(True)
            self._kill()
            self._process.waitForFinished(_GRACE_MS)
            if isinstance(self.state, RunningAgain):
                self.state.files.remove()
            self._end(RerunEnded(self.new, cancelled=True))

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
        if isinstance(self.state, RunningAgain) and not self._file_state.pending:
            self._file_state.ask_disk(partial(state_of, self.state.files, asks=self.state.plan.asks))

    @Slot(object)
    def _on_file_state(self, state: RerunState) -> None:
        if not isinstance(self.state, RunningAgain) or state.files is not self.state.files:
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
        if error is QProcess.ProcessError.FailedToStart and isinstance(self.state, RunningAgain):
            problem = tr("It could not be started: {reason}.", reason=self._process.errorString())
            self.state = replace(self.state, problem=problem)
            self._finish()

    @Slot()
    def _on_finished(self) -> None:
        self._on_output()
        self._finish()

    def _finish(self) -> None:
        """Read the last state of the files."""
        self._poll.stop()
        if isinstance(self.state, RunningAgain):
            self._end_state.ask_disk(partial(final_state_of, self.state.files))

    @Slot(object)
    def _on_end_state(self, state: RerunState) -> None:
        self._on_file_state(state)
        if isinstance(self.state, RunningAgain):
            cancelled, problem = self.state.cancelled, self.state.problem
            self._end(RerunEnded(self.state.files.new, state.report, cancelled, problem))
            self.log_grew.emit()
            self.changed.emit()

    def _end(self, ended: RerunEnded) -> None:
        self.state = ended
        self._poll.stop()
        self._grace.stop()
