"""Read from a log, in one pass, the data for the features of a run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.call_reader import CallReader
from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.declarations import declared_effects
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.facts.run_identity import RunIdentity, run_identity
from replay_gui.core.facts.run_summary import RunSummary
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import OUTCOME, Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import message_text
from replay_gui.core.reasons.evidence.file_edits import is_patch
from replay_gui.core.reasons.evidence.final_answers import named_answer
from replay_gui.core.text.figures import NOT_AFTER, NOT_BEFORE, NUMBER

MAX_CALLS = 20_000  # calls of a run that are examined

_AGENT_INIT, _DECISION, _PROPOSAL = Kind.AGENT_INIT.value, Kind.DECISION.value, Kind.PATCH_PROPOSAL.value
_SUBMISSION = "submission"
_FIGURE = re.compile(rf"(?<!{NOT_BEFORE})\$?({NUMBER})(?!{NOT_AFTER})")
_MIN_FIGURE, _MAX_FIGURES = 3, 500  # characters of a figure; figures of a run
_MAX_TEXT_CHARACTERS = 20_000  # of a message that are examined
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(slots=True, kw_only=True)
class RunReading:
    """The data that were read from a run.

    Attributes:
        run_id: of the log. summary: counts, outcome and end. identity: task, trial, agent and model.
        config: of its first AgentInit.
        calls: in the order of their requests, at most MAX_CALLS; left_out: the number of further calls.
        figures: each number that the agent stated, and the index of the first event with it.
        answer: the run's answer, as its grader read it, else as the agent named it last; None if neither is recorded.
        patch, patch_index: the submitted patch, and its event; "" and None if there is none.
    """

    run_id: str
    summary: RunSummary
    identity: RunIdentity = field(default_factory=RunIdentity)
    config: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[ToolCall, ...] = ()
    left_out: int = 0
    figures: dict[str, EventIndex] = field(default_factory=dict)
    answer: Any = None
    patch: str = ""
    patch_index: EventIndex | None = None


def read_run(log: EventLog, corrected: Mapping[str, Effect] | None = None) -> RunReading:
    """Read a run; `corrected`: effects from rules."""
    agent = log.header.facts.get("agent")
    reading = RunReading(run_id=log.header.run_id, summary=RunSummary(agent=agent if isinstance(agent, str) else None))
    classifier = EffectClassifier(corrected)
    reader, calls, models = CallReader(classifier), list[ToolCall](), Counter[str]()
    init: Event | None = None
    named = ""
    for event in log:
        reading.summary.add_event(event)
        call = reader.read_event(event)
        if call is not None and len(calls) < MAX_CALLS:
            calls.append(call)
        elif call is not None:
            reading.left_out += 1
        model = event.meta.get("model")
        if isinstance(model, str):
            models[model] += 1
        if event.kind == _AGENT_INIT and init is None:
            init = event
            config = event.payload.get("config")
            reading.config = config if isinstance(config, Mapping) else {}
            classifier.declared = declared_effects([reading.config])
        elif event.kind == _DECISION:
            _take_figures(reading.figures, event)
            named = named_answer(message_text(event)[:_MAX_TEXT_CHARACTERS]) or named
        elif event.kind == _PROPOSAL and event.payload.get("target") == _SUBMISSION:
            reading.patch, reading.patch_index = answer_text(event.payload.get("patch")), event.index
        elif event.kind == OUTCOME and reading.answer is None:
            reading.answer = event.payload.get("answer")
            if not reading.patch and is_patch(reading.answer):
                reading.patch, reading.patch_index = reading.answer, event.index
    if isinstance(reading.answer, str):
        reading.answer = named_answer(reading.answer) or reading.answer
    elif reading.answer is None:
        reading.answer = named or None
    unanswered = reader.unanswered()
    kept = unanswered[: MAX_CALLS - len(calls)]
    reading.left_out += len(unanswered) - len(kept)
    reading.calls = tuple(sorted((*calls, *kept), key=lambda call: call.request))
    reading.identity = run_identity(
        log.header.facts,
        {} if init is None else init.payload,
        {} if init is None else init.meta,
        tuple(model for model, _ in models.most_common()),
    )
    return reading


def _take_figures(figures: dict[str, EventIndex], event: Event) -> None:
    """Keep the figures in a message: at least three characters, no years, without thousands separators."""
    data = event.payload.get("data")
    if isinstance(data, Mapping) and "content" in data:
        data = data["content"]
    for match in _FIGURE.finditer(answer_text(data)[:_MAX_TEXT_CHARACTERS]):
        if len(figures) >= _MAX_FIGURES:
            return
        figure = match[1].replace(",", "")
        if "." in figure:
            figure = figure.rstrip("0").rstrip(".")
        if len(figure) >= _MIN_FIGURE and not _YEAR.fullmatch(figure):
            figures.setdefault(figure, event.index)
