"""Sums up the usage in the meta of a run's events, in a worker process: by model, time and subagent."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

import msgpack

from replay_gui.core.errors import NotCanonical
from replay_gui.core.facts.nesting import Nesting, NestingBuilder
from replay_gui.core.facts.run_highlights import FirstPrompt, PromptSource, prompt_source, prompt_text
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.facts.run_totals import COSTS, ModelUse, RunTotals
from replay_gui.core.facts.spending import Spending, SpendingBuilder
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.kinds import ACTIVITY_REQUEST, END, OUTCOME, Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.log.scanner import Block
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import TotalsArguments

# A meta without any of these names is ignored.
_RELEVANT_NAMES = tuple(name.encode() for name in ("tokens", "subagent", *COSTS))
_RESULT_STARTS = tuple(msgpack.packb([kind, None])[:-1] for kind in (OUTCOME, END))  # of contents: [kind, payload]
_CHANGE_START = msgpack.packb([Kind.STATE_TRANSITION.value, None])[:-1]
_PROMPT_STARTS = tuple(msgpack.packb([kind, None])[:-1] for kind in (Kind.OBSERVATION.value, ACTIVITY_REQUEST))
_MAX_KIND_BYTES = 512  # bytes of content within which the kind of every event with tokens ends


@dataclass(frozen=True, slots=True)
class MetaSums:
    """Tokens and cost by model and over time, the subagent of each event, the outcome at the run's end, and the
    first prompt of its user. `models`: those to which the run changed, in order.
    """

    uses: tuple[ModelUse, ...]
    spending: Spending
    nesting: Nesting
    result: RunResult
    prompt: FirstPrompt | None = None
    _: KW_ONLY
    models: tuple[str, ...] = ()


def sum_up(arguments: TotalsArguments, reporter: JobReporter) -> MetaSums:
    """Sum up the meta of a log's events."""
    totals, spending, nesting, result = RunTotals(), SpendingBuilder(), NestingBuilder(), RunResult()
    prompts: dict[PromptSource, FirstPrompt] = {}
    models = dict[str, None]()
    with EventLog.open(arguments.path) as log:
        for block in log.parts():
            if not isinstance(block, Block):
                continue
            for i, raw in enumerate(block.metas):
                if any(name in raw for name in _RELEVANT_NAMES) and (meta := _map(raw)):
                    position, kind = position_after(EventIndex(block.first_index + i)), _kind(block.contents[i])
                    totals.add_meta(kind, meta)
                    spending.add_event(position, kind, meta)
                    nesting.add_event(position, meta)
            for content in block.contents:
                if content.startswith(_RESULT_STARTS):
                    result = _with_result(result, content)
                elif content.startswith(_CHANGE_START) and b"model" in content and (model := _model_in(content)):
                    models[model] = None
            if not prompts or min(prompts) > PromptSource.MESSAGE:
                _take_prompts(block, prompts)
            reporter.progress(block.end_offset, log.source.size)
    prompt = prompts[min(prompts)] if prompts else None
    return MetaSums(totals.uses(), spending.build(), nesting.build(), result, prompt, models=tuple(models))


def _take_prompts(block: Block, prompts: dict[PromptSource, FirstPrompt]) -> None:
    """Add the first prompt of each source."""
    for i, content in enumerate(block.contents):
        if not content.startswith(_PROMPT_STARTS):
            continue
        kind, payload = _decoded(content)
        source = prompt_source(kind, payload)
        if source is not None and source not in prompts and (text := prompt_text(payload)):
            prompts[source] = FirstPrompt(EventIndex(block.first_index + i), text, source)


def _model_in(content: bytes) -> str:
    """Return the model to which a run changes; "" if the event is another change."""
    _, payload = _decoded(content)
    data = payload.get("data") if payload.get("transition_type") == "model" else None
    name = data.get("model") if isinstance(data, dict) else None
    return name if isinstance(name, str) else ""


def _decoded(content: bytes) -> tuple[str, dict[str, Any]]:
    """Return kind and payload of an event; ("", {}) for an unreadable one."""
    try:
        kind, payload = decode(content)
    except (NotCanonical, TypeError, ValueError):
        return "", {}
    return (kind, payload) if isinstance(payload, dict) else ("", {})


def _with_result(result: RunResult, content: bytes) -> RunResult:
    """Return the result after one more event about the outcome or the end; an unreadable event is ignored."""
    return result.with_event(*_decoded(content))


def _map(raw: bytes) -> dict[str, Any]:
    try:
        meta = decode(raw)
    except NotCanonical:
        return {}
    return meta if isinstance(meta, dict) else {}


def _kind(content: bytes) -> str:
    """Return the kind of a content without decoding its payload; "" if it is not text, or too long."""
    unpacker = msgpack.Unpacker(raw=False, max_array_len=2, max_buffer_size=_MAX_KIND_BYTES)
    unpacker.feed(content[:_MAX_KIND_BYTES])
    try:
        kind = unpacker.unpack() if unpacker.read_array_header() == 2 else ""
    except (ValueError, msgpack.exceptions.UnpackException):
        return ""
    return kind if isinstance(kind, str) else ""
