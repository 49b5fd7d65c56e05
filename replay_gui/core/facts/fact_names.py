"""Names of facts by which many runs are grouped, for code that needs only the names (see run_groups.FACTS)."""

from __future__ import annotations

import msgspec

from replay_gui.core.translation.messages import tr, translatable

TASK = "task"
"""The fact by which runs are grouped at first."""
OUTCOME = "outcome"
SET_UP = "set-up: "
"""With what the facts begin that are members of the runs' set-up."""

_FACT_NAMES = {
    TASK: translatable("task"),
    OUTCOME: translatable("outcome"),
    "trial": translatable("trial"),
    "agent": translatable("agent"),
    "model": translatable("model"),
    "version": translatable("version"),
    "end": translatable("end"),
    "label": translatable("label"),
    "grader": translatable("grader"),
    "handed in": translatable("handed in"),
    "day": translatable("day"),
    "format": translatable("format"),
    "folder": translatable("folder"),
}


class VersionPair(msgspec.Struct, frozen=True):
    """Two values of a fact: the first is of runs before a change of the agent, the second of runs after it."""

    fact: str
    before: str | None
    after: str | None


def fact_name(fact: str) -> str:
    """Return the name of a fact by which runs are grouped, in the user's language."""
    if fact in _FACT_NAMES:
        return tr(_FACT_NAMES[fact])
    return tr("set-up: {member}", member=fact.removeprefix(SET_UP)) if fact.startswith(SET_UP) else fact
