"""Run a command whose Python processes record, or are answered from a log."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.errors import RerunRefused
from replay_gui.core.path_kinds import reason_of
from replay_gui.record.child.child_options import VARIABLE, ChildOptions, ChildReport, read_reports

_SITE = Path(__file__).with_name("site")
_POLL_S = 0.05  # seconds between two checks for the end of the command
_GRACE_S = 10.0  # seconds in which an agent must end after its first difference


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The end of a command.

    Attributes:
        status: its exit status; 128 + the signal's number if a signal ended it, as in shells.
        reports: of its Python processes.
    """

    status: int
    reports: tuple[ChildReport, ...]

    @property
    def recorded(self) -> ChildReport | None:
        """The report of the process that wrote the log; None if there is none."""
        return next((report for report in self.reports if report.has_log), None)

    @property
    def difference(self) -> list[str]:
        """The verdict of a re-run, as lines; empty if every request was as recorded."""
        return next((report.difference for report in self.reports if report.difference), [])


def run_command(
    command: Sequence[str], make_options: Callable[[str], ChildOptions], on_poll: Callable[[], None] = lambda: None
) -> CommandResult:
    """Run a command to its end; its input and output are those of this process.

    RerunRefused if it cannot be started.

    Args:
        make_options: called with the folder for reports. on_poll: called at intervals while it runs.
    """
    with tempfile.TemporaryDirectory(prefix="replay-gui-") as reports:
        environment = dict(os.environ)
        environment[VARIABLE] = make_options(reports).encoded()
        places = [str(_SITE), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(places)
        folder = Path(reports)
        status = run_to_end(
            command, environment, lambda: any(report.difference for report in read_reports(folder)), on_poll
        )
        return CommandResult(status, tuple(read_reports(folder)))


def run_to_end(
    command: Sequence[str], environment: Mapping[str, str], differs: Callable[[], bool], on_poll: Callable[[], None]
) -> int:
    """Run a command in this environment and return its exit status; raise RerunRefused if it cannot be started.

    Args:
        differs: whether the agent has differed from its record; it is terminated if it does not end within _GRACE_S.
        on_poll: called at intervals while it runs.
    """
    try:
        process = subprocess.Popen(command, env=environment)
    except (OSError, ValueError) as why:  # ValueError: a NUL in a word
        raise RerunRefused(f"{command[0]}: cannot be started: {reason_of(why)}") from None
    deadline: float | None = None
    with passing_on_termination(process):
        while True:
            try:
                status = process.wait(_POLL_S)
                return status if status >= 0 else 128 - status
            except subprocess.TimeoutExpired:
                on_poll()
            except KeyboardInterrupt:
                continue  # the terminal sends it to the command too, which decides whether to end
            if deadline is None:
                if differs():
                    deadline = time.monotonic() + _GRACE_S
            elif time.monotonic() > deadline:
                process.send_signal(signal.SIGTERM)
                deadline = float("inf")


@contextlib.contextmanager
def passing_on_termination(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass SIGTERM on to the command, so that it does not run on without this process. Only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def free_path(wanted: Path) -> Path:
    """Return the path; if it exists, the first of ``run-2.rlog``, ``run-3.rlog`` … that does not."""
    path, number = wanted, 1
    while os.path.lexists(path):
        number += 1
        path = wanted.parent / f"{wanted.stem}-{number}{wanted.suffix}"
    return path


def new_log_of(run: Path) -> Path:
    """Return the path of the new log of a re-run: the first free one next to the recorded run."""
    return free_path(run.parent / f"{run.stem}.rerun.rlog")
