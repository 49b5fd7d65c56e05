"""The options of a re-run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.record.matcher.answer_edits import AnswerEdit
from replay_gui.record.sessions.questions import Ask

PATIENCE = 1.0  # seconds without any progress, after which a call no longer waits for its turn


class OnMiss(StrEnum):
    """The handling of a request that was not recorded."""

    STOP = "stop"
    LIVE = "live"  # it is made for real
    ASK = "ask"  # the user decides


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunOptions:
    """The options of a re-run.

    Attributes:
        rules: for differences of requests that do not count. live: names of tools that are called for real.
        fixed: by the name of a tool, its constant answer. asked: names of tools whose calls the user answers.
        ask: asks the user; needed for `asked` and OnMiss.ASK.
        on_miss: the handling of a request that was not recorded, except by a tool of `live`, `fixed` or `asked`.
        uses_tools: whether a program that cannot be given answers uses tools for real; only uses that were recorded
        are allowed.
        patience: seconds without any progress, after which a call no longer waits for its turn.
        edits: edited answers. After one was given, a request that was not recorded is made for real,
        and is not a difference: it may follow from the edit.
    """

    rules: Rules = field(default_factory=Rules)
    live: frozenset[str] = frozenset()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    ask: Ask | None = None
    on_miss: OnMiss = OnMiss.STOP
    uses_tools: bool = False
    patience: float = PATIENCE
    edits: tuple[AnswerEdit, ...] = ()

    def misses_nothing(self, tool: str) -> bool:
        """Return whether a tool has its own policy, so that its calls can differ from the recorded ones."""
        return tool in self.live or tool in self.fixed or tool in self.asked
