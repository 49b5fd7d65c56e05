"""How the recorded sample is made: ``python -m tests.samples_maker.recorded`` records the agent that lies beside it.

Its times and its port are real, so its bytes are others each time; its content is the same.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from unittest.mock import patch

from replay_gui.record import recording
from replay_gui.record.hooks.installing import install_hooks
from replay_gui.record.sessions.call_session import set_current_session
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.samples import RECORDED

AGENT = RECORDED.path.with_name("agent.py")
COMMAND = ["python", "agent.py"]


def run_agent() -> None:
    """Run the agent in this process, as a program of its own."""
    with patch.object(sys, "path", [str(AGENT.parent), *sys.path]):
        runpy.run_path(str(AGENT), run_name="__main__")


def record_agent(path: Path) -> None:
    """Record the agent, as its command would, without the name of the folder that it lies in."""
    with patch.object(recording, "_working_folder", lambda: ""):
        log = recording.new_log(path, agent_type=AGENT.name, config={"command": COMMAND}, command=COMMAND)
        session = RecordingSession(log, is_commanded=True)
        set_current_session(session)
        install_hooks()
        try:
            run_agent()
        finally:
            set_current_session(None)
            session.finish()


if __name__ == "__main__":
    RECORDED.path.unlink(missing_ok=True)
    record_agent(RECORDED.path)
