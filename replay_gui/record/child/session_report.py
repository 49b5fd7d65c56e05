"""The report of a session to the command that began it."""

from __future__ import annotations

import os

from replay_gui.record.child.child_options import ChildReport
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_session import RerunSession


def report_of(session: RecordingSession | RerunSession) -> ChildReport:
    """Return the report of a session of this process."""
    rerun = session if isinstance(session, RerunSession) else None
    difference = None if rerun is None else rerun.first_difference
    return ChildReport(
        process=os.getpid(),
        has_log=session.log.has_begun,
        difference=[] if difference is None else difference.lines(),
        form=None if difference is None else difference.form,
        problem=session.problem,
        answered=0 if rerun is None else rerun.answered,
        made=0 if rerun is None else rerun.made,
        given=0 if rerun is None else rerun.given,
        is_edited=rerun is not None and rerun.is_edited,
        unseen=dict(session.unseen),
        hidden=session.secrets.hidden,
    )
