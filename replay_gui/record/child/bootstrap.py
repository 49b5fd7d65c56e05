"""Begin and end a recording or a re-run in a process that a command started."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.rules.rules_file import read_rules
from replay_gui.core.errors import ReplayError
from replay_gui.record.child.child_options import ChildOptions, ChildReport
from replay_gui.record.child.question_folder import QuestionFolder
from replay_gui.record.child.session_report import report_of
from replay_gui.record.hooks.installing import install_hooks
from replay_gui.record.matcher.first_difference import DiffersFromRecord
from replay_gui.record.matcher.past_run import read_past_run
from replay_gui.record.recording import new_log, record_crash
from replay_gui.record.rerunning import new_rerun_session
from replay_gui.record.sessions.call_session import current_session, log_failure, set_current_session
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_options import RerunOptions
from replay_gui.record.sessions.rerun_session import RerunSession
from replay_gui.record.surroundings.options import surroundings_of


def begin() -> None:
    """Begin the recording or re-run in the environment's options; report the problem if that fails."""
    try:
        options = ChildOptions.of_environment()
    except (KeyError, msgspec.MsgspecError) as error:
        log_failure("bootstrap", error)
        return
    try:
        session = _session(options)
    except ReplayError as error:
        ChildReport(process=os.getpid(), problem=str(error)).write(options.reports)
        if options.rerun is not None:
            os._exit(2)  # the agent must not run without answers
        return
    set_current_session(session)
    install_hooks(session.log.surroundings)
    _watch_end(session, options)


def _session(options: ChildOptions) -> RecordingSession | RerunSession:
    agent = _agent_name(options.command)
    if options.rerun is None:
        log = new_log(
            options.log,
            agent_type=agent,
            config={"command": options.command},
            surroundings=surroundings_of(options.also),
            is_shared=True,
            command=options.command,
        )
        return RecordingSession(log, is_commanded=True)
    recorded = read_past_run(Path(options.rerun))
    config = recorded.agent.get("config")
    if isinstance(config, Mapping) and "command" in config:
        recorded.agent = {**recorded.agent, "agent_type": agent, "config": {**config, "command": options.command}}
    chosen = RerunOptions(
        rules=Rules() if options.rules is None else read_rules(Path(options.rules)),
        live=frozenset(options.live),
        fixed=options.fixed,
        asked=frozenset(options.asked),
        ask=None if options.questions is None else QuestionFolder(Path(options.questions)).ask,
        on_miss=options.on_miss,
        patience=options.patience,
        edits=tuple(options.edits),
    )
    session = new_rerun_session(recorded, options.log, chosen, command=options.command)
    session.on_difference = lambda: _report(session, options)
    return session


def _agent_name(command: list[str]) -> str:
    """Return the name of the agent's script, or else of the program."""
    script = next((word for word in command if word.endswith(".py")), command[0])
    return Path(script).name


def _watch_end(session: RecordingSession | RerunSession, options: ChildOptions) -> None:
    process = os.getpid()

    def end() -> None:
        if os.getpid() != process or current_session() is None:
            return  # a forked child of the agent
        set_current_session(None)
        if isinstance(session, RecordingSession) or session.log.has_begun:
            session.finish()
        _report(session, options)

    show, show_of_thread = sys.excepthook, threading.excepthook

    def record_and_show(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if not _is_difference(error):  # the command reports it
            record_crash(error)
            show(kind, error, trace)

    def show_all_but_differences(details: threading.ExceptHookArgs) -> None:
        if details.exc_value is None or not _is_difference(details.exc_value):
            show_of_thread(details)

    atexit.register(end)
    sys.excepthook = record_and_show
    threading.excepthook = show_all_but_differences


def _is_difference(error: BaseException) -> bool:
    """Return whether an exception is the verdict of a re-run, also inside an exception group of a framework."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(_is_difference, error.exceptions))
    return isinstance(error, DiffersFromRecord)


def _report(session: RecordingSession | RerunSession, options: ChildOptions) -> None:
    try:
        report_of(session).write(options.reports)
    except ReplayError as error:
        log_failure("report", error)
