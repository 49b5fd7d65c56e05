"""Run a command whose requests to models go through the proxy."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from replay_gui.record.child.running import run_to_end
from replay_gui.record.proxy.proxy_server import running_proxy
from replay_gui.record.proxy.upstreams import upstreams, variables_for, words_for
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_session import RerunSession


def run_proxied(
    command: Sequence[str], session: RecordingSession | RerunSession, on_poll: Callable[[], None] = lambda: None
) -> int:
    """Run a command to its end, finish the session, and return the command's exit status.

    Raises RerunRefused if it cannot be started. Only the variables that lead the command to the proxy are changed.
    """
    providers = upstreams(os.environ)

    def differs() -> bool:
        return isinstance(session, RerunSession) and session.first_difference is not None

    with running_proxy(session, providers) as proxy:
        variables = variables_for(proxy.url, providers)
        status = run_to_end(words_for(command, variables), {**os.environ, **variables}, differs, on_poll)
    session.finish()
    return status
