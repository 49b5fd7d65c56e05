"""Reasons in the configuration of the runs, and in their tasks."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from replay_gui.core.effects.call_values import same_value
from replay_gui.core.facts.run_identity import TASK_NAMES, TRIAL_NAMES
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.event_texts import message_text
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.phrases import argument_words, differing_words
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.state.state import ABSENT, leaves
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.core.translation.messages import tr, trn

_MATTERS = re.compile(
    r"model(?!.*(?:path|url|cost))|prompt|template|task|question|instruction|system|tool|temperature|top_p|seed|reason|effort"
    r"|thinking|max_(?:tokens|steps|turns|iter)|limit|parallel|agent_class|policy|version",
    re.IGNORECASE,
)
_MODEL = re.compile(r"model(?:_name|_id|/id|/name|/model)?$", re.IGNORECASE)
_IDLE = re.compile(
    r"timeout|path|url|host|port|dir|log|output|cache|image|pull|name$|id$|key|retry|retries|workers|verbose|time|date",
    re.IGNORECASE,
)
_NEVER_MATTERS = re.compile(r"timeout|path|pull|url", re.IGNORECASE)
_FIRST_ORDER, _LAST_ORDER = -9.0, 9e9  # before all actions; after all other reasons
_AGENT = "/agent_type"
_MAX_PATH_CHARACTERS = 500  # characters at the end of a path
_MAX_SETUP_MEMBERS = 5_000  # members of a configuration that are compared


def add_setup_reason(reasons: ReasonList) -> int:
    """Add the most important difference of the configurations; return the number of differences. Tasks come first."""
    a, b = _setup(reasons.reference), _setup(reasons.other)
    models = reasons.reference.models, reasons.other.models
    if len(models[0]) == len(models[1]) == 1 and not any(_MODEL.search(path) for path in (*a, *b)):
        a["/model"], b["/model"] = models[0][0], models[1][0]
    reported_paths = {f"/{name}" for name in TASK_NAMES} if _add_other_task(reasons) else set[str]()
    differences = [
        (path, a.get(path, ABSENT), b.get(path, ABSENT))
        for path in dict.fromkeys((*a, *b))
        if path not in reported_paths and (path not in a or path not in b or not same_value(a[path], b[path]))
    ]
    if not differences:
        return 0
    path, value_p, value_f = min(differences, key=_setup_order)
    more = len(differences) - 1
    runs = {"run": reasons.other.name, "other": reasons.reference.name}
    agents = [_agent(run) for run in (reasons.reference, reasons.other)]
    if all(agents) and agents[0] != agents[1]:  # then versions and settings are of two programs, and say nothing
        words_p, words_f = differing_words(*agents)
        sides = {"value": words_f, "other_value": words_p, **runs}
        sentence = (
            trn(
                "They are runs of different agents: {value} in {run}, {other_value} in {other} (and {n} more).",
                "They are runs of different agents: {value} in {run}, {other_value} in {other} (and {n} more).",
                more,
                **sides,
            )
            if more
            else tr("They are runs of different agents: {value} in {run}, {other_value} in {other}.", **sides)
        )
        _add(reasons, Tier.OTHER, sentence, order=_LAST_ORDER, path=_AGENT)
        return len(differences)
    words_p, words_f = differing_words(value_p, value_f)
    tier = Tier.LOOKED if _weight(path) == 0 else Tier.OTHER
    sides = {"member": argument_words(path), "value": words_f, "other_value": words_p, **runs}
    _add(
        reasons,
        tier,
        trn(
            "{member} is {value} in {run} and {other_value} in {other} (and {n} more).",
            "{member} is {value} in {run} and {other_value} in {other} (and {n} more).",
            more,
            **sides,
        )
        if more
        else tr("{member} is {value} in {run} and {other_value} in {other}.", **sides),
        order=0.0 if tier is Tier.LOOKED else 1.0,
        path=path,
    )
    return len(differences)


def _add_other_task(reasons: ReasonList) -> bool:
    """Add that the runs have different tasks, if both logs name their task; return whether they differ."""
    task_p, task_f = reasons.reference.task, reasons.other.task
    if not (task_p and task_f and task_p != task_f):
        return False
    words_p, words_f = differing_words(task_p, task_f)
    sentence = tr(
        "They are runs of different tasks: {value} in {run}, {other_value} in {other}.",
        value=words_f,
        run=reasons.other.name,
        other_value=words_p,
        other=reasons.reference.name,
    )
    _add(reasons, Tier.ACTION, sentence, order=_FIRST_ORDER)
    return True


def _add(reasons: ReasonList, tier: Tier, sentence: str, *, order: float, path: str | None = None) -> None:
    at_reference, at_other = (
        next((event.index for event in run.setup_events), None) for run in (reasons.reference, reasons.other)
    )
    reasons.add(ReasonKind.SETUP, tier, sentence, order=order, path=path, at_reference=at_reference, at_other=at_other)


def _agent(run: RunAccount) -> str | None:
    """Return the name of the agent, as the log has it; None if it has none."""
    name = None if run.init is None else run.init.payload.get("agent_type")
    return name if isinstance(name, str) and name else None


def _setup(run: RunAccount) -> dict[str, Any]:
    """Return the members of the configuration, by JSON Pointer; the system messages as one text."""
    members: dict[str, Any] = {}
    system_texts: list[str] = []
    for event in run.setup_events:
        if event.kind == Kind.AGENT_INIT.value:
            for name in ("agent_type", "agent_version"):
                members.setdefault(f"/{name}", event.payload.get(name))
            for path, value in islice(leaves(event.payload.get("config")), _MAX_SETUP_MEMBERS):
                if path[0] in TRIAL_NAMES and len(path) == 1:
                    continue
                members.setdefault(join_pointer(path), value)
        else:
            system_texts.append(message_text(event))
    if system_texts:
        members["/system_message"] = "\n".join(system_texts)
    return members


def _setup_order(difference: tuple[str, Any, Any]) -> tuple[int, bool, bool]:
    """Return a sort key for differences of set-ups: by importance, then those that both logs have, then models."""
    path, *values = difference
    return _weight(path), any(value is ABSENT or value is None for value in values), _MODEL.search(path) is None


def _weight(path: str) -> int:
    """Return 0 for members that can matter, 1 for those that may, 2 for those that hardly do."""
    path = path[-_MAX_PATH_CHARACTERS:]
    if _MATTERS.search(path) and not _NEVER_MATTERS.search(path):
        return 0
    return 2 if _IDLE.search(path) else 1
