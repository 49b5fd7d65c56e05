"""Braintrust: spans of logs and experiments, from its API or exported from its web interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE
from replay_gui.core.importers.formats.traces.span_records import (
    OF_ANSWERS,
    OF_REQUESTS,
    PAGING,
    SpanRecordFormat,
    answers_in,
    messages_in,
    other_members,
)
from replay_gui.core.importers.formats.traces.spans import BEFORE_UPDATES, Role, Span, replaced, updated
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_ROLES: dict[str, Role] = {"llm": "model", "tool": "tool", "score": "plumbing", "scorer": "plumbing"}
_TOKENS = {
    "input": "prompt_tokens",
    "cached": "prompt_cached_tokens",
    "output": "completion_tokens",
    "reasoning": "completion_reasoning_tokens",
}
_OF_RESPONSE = ("id", "created", "usage", "totalUsage", "system_fingerprint", "object")
_OF_HTTP = ("id", "timestamp", "headers", "body")  # of the response that the Vercel AI SDK keeps
_COSTS = ("cost", "cost_usd", "estimated_cost", "total_cost")
_READ_MEMBERS = ("span_attributes", "input", "output", "expected", "error", "scores", "metadata")


class Braintrust(SpanRecordFormat):
    """The importer. A trace is a run; the scores of its root span are the run's grades."""

    name = "braintrust"
    title = translatable("Braintrust trace")
    version = 11
    members = ("events", "data", "objects", "rows")
    volatile: ClassVar[Mapping[str, str]] = {
        **PAGING,
        **dict.fromkeys(("id", "span_id", "root_span_id", "span_parents", "_xact_id", "_pagination_key"), ID),
        **dict.fromkeys(("project_id", "experiment_id", "dataset_record_id", "org_id", "log_id", "origin"), ID),
        **dict.fromkeys(("toolCallId", "output/response/id", "output/response/body"), ID),
        **dict.fromkeys(("usage", "totalUsage"), USAGE),
        **dict.fromkeys(("timestamp", "headers"), CLOCK),
        "created": CLOCK,
        "metrics": USAGE,
        "exec_counter": "The order of writing; the order of the spans is compared.",
        "is_root": "Whether the span has a parent; the tree of spans is compared.",
        "context": "The line of the program that made the span.",
        **dict.fromkeys(("_is_merge", "_merge_paths"), "How the recorder wrote the row, not what the run did."),
    }

    def is_span(self, record: dict[str, Any]) -> bool:
        """Accept records with the ids of a span and of the root span; one to merge lacks attributes."""
        is_whole = isinstance(record.get("span_attributes"), dict) or record.get("_is_merge") is True
        return "span_id" in record and "root_span_id" in record and is_whole

    def trace_of(self, record: dict[str, Any]) -> str:
        """Return the id of the root span."""
        return str(record["root_span_id"])

    def spans(self, records: list[dict[str, Any]], notes: ImportNotes) -> list[Span]:
        """Return the spans of one trace; the SDK logs a span in several rows, which must be merged."""
        rows = list[dict[str, Any]]()
        by_id: dict[str, int] = {}
        for record in records:
            place = by_id.get(str(record["span_id"])) if record.get("_is_merge") is True else None
            if place is None:
                by_id[str(record["span_id"])] = len(rows)
                rows.append({"span_attributes": {}, **record})
            else:
                before = replaced(rows[place], self.rest(record))
                earlier = rows[place].get(BEFORE_UPDATES, [])
                rows[place] = updated(rows[place], record) | {BEFORE_UPDATES: [*earlier, *([before] if before else [])]}
        return [self._span(row, notes) for row in rows]

    def _span(self, record: dict[str, Any], notes: ImportNotes) -> Span:
        about, parents = record["span_attributes"], record.get("span_parents")
        parent = str(parents[0]) if isinstance(parents, list) and parents else None
        role = _ROLES.get(str(about.get("type")), "agent" if parent is None else "step")
        metadata = record.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {"metadata": metadata} if metadata else {}
        given, output, error = record.get("input"), record.get("output"), record.get("error")
        messages = messages_in(given) if role == "model" else []
        answers, finish = answers_in(output) if role == "model" else ([], None)
        sides = {
            "request": other_members(given, OF_REQUESTS) if messages else {},
            "response": other_members(output, (*OF_ANSWERS, *_OF_RESPONSE))
            if answers and not is_message(output)
            else {},
        }
        kind = {key: value for key, value in about.items() if key not in ("name", "exec_counter", "type")}
        kind |= {} if str(about.get("type")) in _ROLES else {"type": about.get("type")}
        fields = {**self.rest(record, *_READ_MEMBERS), **kind}
        setting = {key: value for key, value in metadata.items() if role != "model" or key != "model"}
        fields |= {"metadata": setting} if setting else {}
        if isinstance(http := sides["response"].get("response"), dict):
            sides["response"]["response"] = other_members(http, _OF_HTTP)
        fields |= {name: members for name, members in sides.items() if members}
        wrong = (first_line(str(error)) or "failed") if error is not None else None
        fields |= {"error": error} if error != wrong else {}
        if parent is not None:
            grading = {name: record[name] for name in ("scores", "expected") if record.get(name) not in (None, {})}
            fields |= grading
        metrics = record.get("metrics")
        metrics = metrics if isinstance(metrics, dict) else {}
        tool = metadata.get("tool_name") if role == "tool" else None
        fields |= {"span": about.get("name")} if isinstance(tool, str) else {}
        return Span(
            id=str(record["span_id"]),
            parent=parent,
            role=role,
            name=tool if isinstance(tool, str) else str(about.get("name") or "span"),
            start=any_time(metrics.get("start")),
            end=any_time(metrics.get("end")),
            input=None if messages else plain(given, notes),
            output=None if answers else plain(output, notes),
            messages=tuple(plain(messages, notes)),
            answers=tuple(plain(answers, notes)),
            error=wrong,
            fields=plain({key: value for key, value in fields.items() if value is not None}, notes),
            finish=finish,
            meta={
                "span": record["span_id"],
                "model": metadata.get("model") if role == "model" else None,
                "tokens": counted_tokens(metrics, _TOKENS) or None if role == "model" else None,
                "cost": next((metrics[name] for name in _COSTS if name in metrics), None) if role == "model" else None,
                "metrics": metrics or None,
            },
            scores=tuple(_scores(record)) if parent is None else (),
        )


def _scores(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if record.get("expected") is not None:
        yield {"expected": record["expected"]}
    scores = record.get("scores")
    for name, score in scores.items() if isinstance(scores, dict) else ():
        number = float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
        label = None if number is not None or score is None else str(score)
        yield {"passed": None, "score": number, "by": str(name), "label": label}
