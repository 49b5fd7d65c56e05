"""Finds out whether the agent's own code uses one of the surroundings that are recorded in addition to calls."""

from __future__ import annotations

import sys
from types import FrameType

from replay_gui.record.sessions.call_session import CallSession, current_session
from replay_gui.record.surroundings.agent_code import is_agent_code
from replay_gui.record.surroundings.options import Surrounding


def session_of_use(surrounding: Surrounding, *between: str) -> CallSession | None:
    """Return the session that records this surrounding, if the agent's own code called the hook that calls this.

    Otherwise None, for example if a library reads the clock.

    Args:
        between: file names of modules whose functions may be between the agent and the hook, such as pathlib's.
    """
    session = current_session()
    if session is None or surrounding not in session.log.surroundings:
        return None
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename in between:
        frame = frame.f_back
    return session if frame is not None and is_agent_code(frame.f_code.co_filename) else None
