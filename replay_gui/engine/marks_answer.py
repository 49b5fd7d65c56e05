"""The answer of the engine about the marks of a run: see requests.FindMarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window does not need them
    from replay_gui.core.effects.tool_effects import ToolEffects
    from replay_gui.core.reasons.marks.run_mark import RunMark


class MarksFound(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one pass over a run.

    Attributes:
        marks: in the order of their first events. effects: of the calls of each tool, by its name.
        problem: why the search was not made or failed, or "".
    """

    marks: tuple[RunMark, ...] = ()
    effects: Mapping[str, ToolEffects] = {}
    problem: str = ""


class EffectsCorrected(msgspec.Struct, frozen=True):
    """From now on, answers have the effects of calls according to the last CorrectEffects."""
