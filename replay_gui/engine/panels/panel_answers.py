"""Answers what single panels of the window ask about an open run."""

from __future__ import annotations

from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.panels.panel_messages import PanelAnswer, PanelQuestion, ReadFurther, ReadOn


def answer_panel(run: OpenRun, question: PanelQuestion) -> PanelAnswer:
    """Return the answer; ReplayError where the log cannot be read."""
    match question:
        case ReadOn(position, after):
            return ReadFurther(position, after, run.read_on(position, after))
    raise AssertionError(f"{type(question).__name__} is not answered here")
