"""Record this process: begin, end, and a recorder for the agent's own events."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from replay_gui.core.errors import LogBusy, LogRefused
from replay_gui.core.log.kinds import END
from replay_gui.core.log.run_start import MEMBER, RecordingMeans, RunStart
from replay_gui.record.calls.secrets import Secrets, named_words
from replay_gui.record.hooks.installing import install_hooks
from replay_gui.record.sessions.call_log import CallLog
from replay_gui.record.sessions.call_session import current_session, set_current_session
from replay_gui.record.sessions.guarded_recorder import GuardedRecorder
from replay_gui.record.sessions.random_state import PAYLOAD, RANDOM_STATE, STATE, SURROUNDINGS, random_state
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.surroundings.options import Surrounding, surroundings_of

_MAX_COMMAND_CHARACTERS = 200  # of a process's words in a message


class _Started:
    """The recording that `start` began. `exit_is_watched`: whether the end of the process is recorded."""

    session: RecordingSession | None = None
    exit_is_watched = False


def start(
    path: str | os.PathLike[str],
    *,
    agent_type: str | None = None,
    agent_version: str = "",
    config: Mapping[str, Any] | None = None,
    also: Iterable[str] = (),
) -> GuardedRecorder:
    """Record this process from here on, until `stop` or its end; return a recorder for the agent's own events.

    Under ``replay-gui record`` and ``replay-gui rerun``, the recorder of the command's log is returned.

    Raises LogRefused if the file exists and is not empty, or this process is being recorded already; LogUnreadable if
    the file cannot be written; LogBusy if another process is writing it; RerunRefused for an unknown `also`.

    Args:
        agent_type: name of the agent (default: that of the script). agent_version: its version.
        config: the agent's configuration, such as its model and parameters.
        also: surroundings to record in addition to calls: "clock", "uuid", "files", "processes".
    """
    session = current_session()
    if session is not None:
        if session.is_commanded:
            return session.log.recorder
        raise LogRefused(f"{os.fspath(path)}: this process is being recorded into {session.log.recorder.path}")
    surroundings = surroundings_of(also)
    log = new_log(path, agent_type=agent_type, agent_version=agent_version, config=config, surroundings=surroundings)
    recorder = log.recorder
    _Started.session = RecordingSession(log)
    set_current_session(_Started.session)
    install_hooks(surroundings)
    watch_exit()
    return recorder


def stop() -> None:
    """End the recording that `start` began: seal the log. Do nothing if there is none, or a command began it."""
    session, _Started.session = _Started.session, None
    if session is not None:
        set_current_session(None)
        session.finish()


@contextlib.contextmanager
def run(
    path: str | os.PathLike[str],
    *,
    agent_type: str | None = None,
    agent_version: str = "",
    config: Mapping[str, Any] | None = None,
    also: Iterable[str] = (),
) -> Iterator[GuardedRecorder]:
    """Record the calls in a ``with`` block; arguments and errors as for `start`.

    If the block ends in an exception, the log records it; it is sealed in any case.
    """
    recorder = start(path, agent_type=agent_type, agent_version=agent_version, config=config, also=also)
    try:
        yield recorder
    except BaseException as error:
        record_crash(error)
        raise
    finally:
        stop()


def new_log(
    path: str | os.PathLike[str],
    *,
    agent_type: str | None = None,
    agent_version: str = "",
    config: Mapping[str, Any] | None = None,
    surroundings: frozenset[Surrounding] = frozenset(),
    is_shared: bool = False,
    command: Sequence[str] | None = None,
    means: RecordingMeans = RecordingMeans.HOOKS,
) -> CallLog:
    """Return a log that begins with its first event; arguments as for `start`.

    Args:
        surroundings: recorded in addition to calls.
        command: that runs the agent (default: that of this process). means: of recording.
        is_shared: whether other processes of the same command may have begun it.
    """
    agent = agent_type or Path(sys.argv[0]).name or "python", agent_version
    state = random_state()
    words = tuple(sys.orig_argv if command is None else command)
    process = tuple(sys.orig_argv) if command is not None and means is RecordingMeans.HOOKS else ()
    begun = {MEMBER: RunStart(words, _working_folder(), means, process).meta}

    def begin(secrets: Secrets) -> GuardedRecorder:
        secrets.learn(named_words(words))
        secrets.learn(named_words(process))
        clean_config = secrets.hide(dict(config or {}))
        try:
            recorder = GuardedRecorder(path, agent=agent, config=clean_config, secrets=secrets, begun=begun)
        except (LogBusy, LogRefused) as why:
            if not is_shared:
                raise
            which = secrets.hide_text(shlex.join(process))[:_MAX_COMMAND_CHARACTERS]
            reason = "is not recorded, and not answered: another process of this command made calls before"
            raise type(why)(f"process {os.getpid()} ({which}) {reason}") from None
        recorder.append(RANDOM_STATE, dict(PAYLOAD), parent=None, **{STATE: state, SURROUNDINGS: sorted(surroundings)})
        return recorder

    return CallLog(begin, Secrets(os.environ), surroundings)


def _working_folder() -> str:
    """Return the working folder of the process; "" if it was deleted."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def record_crash(error: BaseException) -> None:
    """Record that the run ended in an exception, if a log is open."""
    session = current_session()
    if session is not None and session.log.has_begun and not isinstance(error, SystemExit):
        how = "stopped" if isinstance(error, KeyboardInterrupt) else "crash"
        session.log.recorder.append(END, {"how": how, "why": f"{type(error).__name__}: {error}"})


def watch_exit() -> None:
    """Seal the log at the end of the process, and record an exception that ends it."""
    if _Started.exit_is_watched:
        return
    _Started.exit_is_watched = True
    atexit.register(stop)
    original = sys.excepthook

    def record_and_show(kind: Any, error: BaseException, trace: Any) -> None:
        if _Started.session is not None:
            record_crash(error)
        original(kind, error, trace)

    sys.excepthook = record_and_show
