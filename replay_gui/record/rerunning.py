"""Run this process's agent again from the log of a recorded run."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside
from replay_gui.core.errors import LogRefused
from replay_gui.core.log.run_start import RecordingMeans
from replay_gui.core.text.plain_text import visible
from replay_gui.record.hooks.installing import install_hooks
from replay_gui.record.matcher.answer_edits import AnswerEdit
from replay_gui.record.matcher.first_difference import DiffersFromRecord, FirstDifference
from replay_gui.record.matcher.past_run import PastRun, read_past_run
from replay_gui.record.recording import new_log
from replay_gui.record.sessions.call_session import current_session, set_current_session
from replay_gui.record.sessions.random_state import restore_random_state
from replay_gui.record.sessions.rerun_options import PATIENCE, OnMiss, RerunOptions
from replay_gui.record.sessions.rerun_session import RerunSession


@dataclass(frozen=True, slots=True)
class Rerun:
    """A re-run, in progress or ended.

    Attributes:
        recorded: the run with the answers. path: of the log that the re-run writes.
    """

    recorded: PastRun
    path: Path
    session: RerunSession

    @property
    def difference(self) -> FirstDifference | None:
        """The first request that differs from the recording; None if there is none so far."""
        return self.session.first_difference


@contextlib.contextmanager
def rerun(
    path: str | os.PathLike[str],
    *,
    new: str | os.PathLike[str] | None = None,
    rules: Rules | str | os.PathLike[str] | None = None,
    live: Iterable[str] = (),
    fixed: Mapping[str, Any] | None = None,
    on_miss: Literal["stop", "live"] = "stop",
    patience: float = PATIENCE,
    edits: Iterable[AnswerEdit] = (),
) -> Iterator[Rerun]:
    """Answer the calls in a ``with`` block from a recorded run; no socket is opened.

    Raises DiffersFromRecord at the first request that the recorded run did not make, and at the end of the block if
    it made more; RerunRefused, LogRefused, LogUnreadable or RulesRefused if the log or its rules cannot be used.

    Args:
        path: of the recorded run's log. new: path of the new log (default: one that is deleted at the end).
        rules: for differences that do not count, or the file of such rules (default: none). A file of rules beside the
        log (``run.rlog.rules.toml``) comes from the author of the log and may hide differences: it is used only if it
        is named here; otherwise a warning reports it.
        live: names of tools that are called for real. fixed: by the name of a tool, its constant answer.
        on_miss: "live" makes a request that was not recorded for real and continues; the difference is kept.
        patience: seconds without any progress, after which a call no longer waits for its turn.
        edits: edited answers. A request after an edited answer that was not recorded is made for
        real, and is not a difference.
    """
    recorded = read_past_run(Path(path))
    if current_session() is not None:
        raise LogRefused(f"{os.fspath(path)}: this process is being recorded, or run again, already")
    options = RerunOptions(
        rules=_rules_of(rules, recorded.path),
        live=frozenset(live),
        fixed=fixed or {},
        on_miss=OnMiss(on_miss),
        patience=patience,
        edits=tuple(edits),
    )
    with contextlib.ExitStack() as cleanup:
        if new is None:
            new = Path(cleanup.enter_context(tempfile.TemporaryDirectory()), "rerun.rlog")
        cleanup.callback(random.setstate, random.getstate())
        session = new_rerun_session(recorded, new, options)
        set_current_session(session)
        install_hooks(recorded.surroundings)
        try:
            yield Rerun(recorded, Path(new), session)
        except BaseException as error:
            # frameworks wrap exceptions: in groups, or in their own errors
            first_difference = session.first_difference
            if first_difference is None or on_miss != "stop" or isinstance(error, DiffersFromRecord):
                raise
            raise DiffersFromRecord(first_difference) from error
        finally:
            set_current_session(None)
            difference = session.finish()
        if difference is not None and on_miss == "stop":
            raise DiffersFromRecord(difference)


def new_rerun_session(
    recorded: PastRun,
    new: str | os.PathLike[str],
    options: RerunOptions,
    *,
    command: Sequence[str] | None = None,
    means: RecordingMeans = RecordingMeans.HOOKS,
) -> RerunSession:
    """Return the session of a re-run, which writes to `new`, with the agent's facts of the recorded run.

    The state of the random numbers is set to that at the start of the recording.

    Args:
        command: that runs the agent, if a command began the re-run. means: of answering.
    """
    is_commanded = command is not None
    agent = recorded.agent
    if recorded.random_state is not None:
        restore_random_state(recorded.random_state)
    log = new_log(
        new,
        agent_type=str(agent.get("agent_type", "")),
        agent_version=str(agent.get("agent_version", "")),
        config=agent.get("config", {}),
        surroundings=recorded.surroundings,
        is_shared=is_commanded,
        command=command,
        means=means,
    )
    return RerunSession(recorded, log, options, is_commanded=is_commanded)


def _rules_of(given: Rules | str | os.PathLike[str] | None, log: Path) -> Rules:
    """Return the rules that the caller gives or names, else none; warn if there are others beside the log."""
    if isinstance(given, Rules):
        return given
    if given is not None:
        return read_rules(Path(given))
    beside = rules_beside(log)
    if os.path.lexists(beside):
        unused = f"{visible(str(beside))}: rules beside the log, not used; rules=PATH uses the rules of a file"
        warnings.warn(unused, stacklevel=4)  # the line of the caller's `with`
    return Rules()
