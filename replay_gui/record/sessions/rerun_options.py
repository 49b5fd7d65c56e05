"""How a run is run again."""

from __future__ import annotations

from dataclasses import dataclass, field

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.record.matching.answer_edits import AnswerEdit

PATIENCE = 1.0  # seconds without any progress, after which a call no longer waits for its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunOptions:
    """How a run is run again.

    Attributes:
        rules: which differences of requests do not count. live: names of tools that are called for real.
        misses_go_live: whether a request that was not recorded is made for real; else the re-run stops there.
        patience: seconds without any progress, after which a call no longer waits for its turn.
        edits: answers that are other ones than recorded. Once one was given, what was not recorded is made for real,
        and is no difference: it may follow from the edit.
    """

    rules: Rules = field(default_factory=Rules)
    live: frozenset[str] = frozenset()
    misses_go_live: bool = False
    patience: float = PATIENCE
    edits: tuple[AnswerEdit, ...] = ()
