"""The answer of the engine about many runs: see requests.EvaluateRuns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window does not need it
    from replay_gui.engine.jobs.evaluation_messages import EvaluationPart


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of evaluation `number`.

    Attributes:
        part: what was found, or None. done, total: in any unit; total 0 = unknown.
        ended: no more will come. problem: why it cannot be done, or "".
    """

    number: int
    part: EvaluationPart | None = None
    done: int = 0
    total: int = 0
    ended: bool = False
    problem: str = ""
