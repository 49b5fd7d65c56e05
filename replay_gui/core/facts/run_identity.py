"""The identity of a run: its task, its trial, its agent and its model, as far as its log has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TASK_NAMES = ("task_id", "instance_id", "sample_id", "task", "question")
"""Names of members with the task of a run."""
TRIAL_NAMES = ("trial", "epoch", "attempt")
"""Names of members with the trial of a task, which is not a difference between two runs' set-ups."""
UNNAMED_AGENT = "agent"
"""The type of an agent whose source does not name it."""
_MODELS = ("model", "model_name", "modelId", "llm", "id")
_AGENTS = ("agent_info", "agent")  # members of a set-up that hold the agent's settings
_MAX_VALUE_CHARACTERS = 200
_MAX_DEPTH = 4
_INSPECT = "inspect-ai"


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """The facts that distinguish a run from others of an evaluation; None if unknown.

    Attributes:
        task: the id of the task, or the prompt if it has no id. trial: the number or name among the runs of one task.
    """

    task: str | None = None
    trial: str | None = None
    agent: str | None = None
    version: str | None = None
    model: str | None = None


def run_identity(
    header: Mapping[str, Any], init: Mapping[str, Any], init_meta: Mapping[str, Any], models: tuple[str, ...]
) -> RunIdentity:
    """Return the identity that a log states.

    Args:
        header: the facts of its header. init: the payload of its first AgentInit, {} without one; `init_meta`: its
            meta. models: as named by events, the most frequent first; "" means no name.
    """
    source = header.get("source")
    origin: Mapping[str, Any] = source if isinstance(source, dict) else {}
    config = init.get("config")
    setting: Mapping[str, Any] = config if isinstance(config, dict) else {}
    agent = _word(header.get("agent")) or _word(init.get("agent_type"))
    task = _first(TASK_NAMES, origin, setting)  # in meta, the name may be that of a step of a workflow
    if origin.get("format") == _INSPECT:  # in Inspect logs, the agent's type is the task's name, and a sample has an id
        sample = _word(origin.get("id"))
        task = " ".join(word for word in (agent, sample and f"sample {sample}") if word) or None
    named = next((model for model in models if model), None)
    return RunIdentity(
        task=task,
        trial=_first(TRIAL_NAMES, origin, setting, init_meta),
        agent=agent,
        version=_word(init.get("agent_version")),
        model=named or _model(origin, 0) or _model(setting, 0),
    )


def _first(names: tuple[str, ...], *places: Mapping[str, Any]) -> str | None:
    """Return the first member with one of these names that is a word, in the order of names, then of maps."""
    for name in names:
        for place in places:
            value = place.get(name)
            word = _word(value) or (_word(value.get("id")) if isinstance(value, dict) else None)
            if word:
                return word
    return None


def _model(place: Mapping[str, Any], depth: int) -> str | None:
    for name in _MODELS if depth else _MODELS[:-1]:
        value = place.get(name)
        word = _model(value, depth + 1) if isinstance(value, dict) and depth < _MAX_DEPTH else _word(value)
        if word:
            return word
    inner = (place.get(name) for name in _AGENTS)
    return next(
        (
            word
            for value in inner
            if isinstance(value, dict) and depth < _MAX_DEPTH and (word := _model(value, depth + 1))
        ),
        None,
    )


def _word(value: Any) -> str | None:
    """Return a text or a whole number as a word; None for any other value, and for an empty text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()[:_MAX_VALUE_CHARACTERS] or None
