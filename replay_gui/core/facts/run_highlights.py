"""The most important events of a run: its prompt, its first failure, its longest call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.run_measures import RunCounts, counts_of_index, duration_of_index
from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, RunIndex, failures_of_index, parts_of_index
from replay_gui.core.log.kinds import ACTIVITY_REQUEST, Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.value_preview import prompt_preview

_MAX_PROMPT_CHARACTERS = 300
_USERS = ("user", "human")
_OF_SUBAGENT = "subagent-message"
_INPUTS = ("input", "sample", "task", _OF_SUBAGENT)
"""Types of observations that state the task, if no user message does."""


class PromptSource(IntEnum):
    """The kinds of prompts, the most informative first.

    A framework makes the messages of a task that it is given; a command such as /clear states little about the task.
    """

    TASK = 0
    MESSAGE = 1
    COMMAND = 2
    INPUT = 3
    SUBAGENT_TASK = 4
    MODEL_REQUEST = 5


@dataclass(frozen=True, slots=True)
class FirstPrompt:
    """The first prompt of the most informative kind (see PromptSource).

    Attributes:
        text: its beginning, as one line that may hold invisible characters. source: its kind.
    """

    index: EventIndex
    text: str
    source: PromptSource = PromptSource.MESSAGE


@dataclass(frozen=True, slots=True)
class RunHighlights:
    """A run's counts, and the indexes of notable events; None if there is no such event.

    Attributes:
        counts, duration: as run_measures defines them.
        first_failure: the first event of a failed call, a denial or an error (see run_measures).
        slowest_call: the request of the call that took longest, of those whose duration is known.
        unanswered: how many calls have no answer in the log. first_unanswered: the request of the first of them.
    """

    counts: RunCounts = field(default_factory=RunCounts)
    duration: int | None = None
    first_failure: EventIndex | None = None
    slowest_call: EventIndex | None = None
    _: KW_ONLY
    unanswered: int = 0
    first_unanswered: EventIndex | None = None


def prompt_source(kind: str, payload: Mapping[str, Any]) -> PromptSource | None:
    """Return which kind of prompt an event is; None if it is not a prompt."""
    if kind == ACTIVITY_REQUEST:
        return PromptSource.MODEL_REQUEST
    of_type, source = payload.get("obs_type"), str(payload.get("source") or "").lower()
    if kind != Kind.OBSERVATION or of_type == "attachment":  # that belongs to a message
        return None
    if (of_type, source) == ("message", "task"):
        return PromptSource.TASK
    if source in _USERS and (of_type not in _INPUTS or isinstance(payload.get("data"), str)):
        return PromptSource.COMMAND if of_type == "command" else PromptSource.MESSAGE
    if of_type == _OF_SUBAGENT:
        return PromptSource.SUBAGENT_TASK
    return PromptSource.INPUT if of_type in _INPUTS else None


def prompt_text(payload: Mapping[str, Any]) -> str:
    """Return the beginning of the prompt in an event; "" if it has no text."""
    return prompt_preview(payload.get("data"))[:_MAX_PROMPT_CHARACTERS]


def highlights_of_index(index: RunIndex) -> RunHighlights:
    """Find the highlights of an index; takes 40 ns per event."""
    first_failure = slowest_call = first_unanswered = None
    longest, unanswered = 0, 0
    for part in parts_of_index(index):
        begin = part.start
        if first_failure is None:
            first_failure = _first(failures_of_index(index, part), begin)
        is_call = index.kind[part] == index.kinds.index(Kind.TOOL_REQUEST)
        durations = np.where(is_call, index.duration[part], NO_DURATION)
        at = int(durations.argmax())
        if durations[at] > longest:
            slowest_call, longest = EventIndex(begin + at), int(durations[at])
        is_unanswered = is_call & (index.pair[part] == NO_PAIR)
        unanswered += int(np.count_nonzero(is_unanswered))
        if first_unanswered is None:
            first_unanswered = _first(is_unanswered, begin)
    return RunHighlights(
        counts_of_index(index),
        duration_of_index(index),
        first_failure,
        slowest_call,
        unanswered=unanswered,
        first_unanswered=first_unanswered,
    )


def _first(found: NDArray[np.bool_], begin: int) -> EventIndex | None:
    """Return the first event that was found among those from the index `begin` on; None if there is none."""
    at = int(found.argmax())
    return EventIndex(begin + at) if found[at] else None
