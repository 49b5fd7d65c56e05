"""W&B Weave: calls of a trace, from its client or its API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE
from replay_gui.core.importers.formats.traces.span_records import PAGING, SpanRecordFormat, answers_in, messages_in
from replay_gui.core.importers.formats.traces.spans import Role, Span
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_OP = re.compile(r"weave:///.*/op/([^:/]+)(?::.*)?")
_KINDS: dict[str, Role] = {"llm": "model", "tool": "tool", "agent": "agent"}
_OPENAI = {"input": "prompt_tokens", "output": "completion_tokens", "cached": "prompt_tokens_details/cached_tokens"}
_ANTHROPIC = {"input": "input_tokens", "output": "output_tokens"}
_OF_ANSWER = ("choices", "id", "created", "usage")
_READ_MEMBERS = ("op_name", "inputs", "output", "exception", "attributes", "summary")


class Weave(SpanRecordFormat):
    """The importer. A trace is a run.

    A call is a model's if its kind is "llm" or its input has messages, and a tool's if a model requested its name.
    """

    name = "weave"
    title = translatable("W&B Weave trace")
    version = 10
    members: ClassVar[Sequence[str]] = ("calls", "traces", "data")
    volatile: ClassVar[Mapping[str, str]] = {
        **PAGING,
        **dict.fromkeys(("id", "trace_id", "parent_id", "project_id", "thread_id", "turn_id"), ID),
        **dict.fromkeys(("weave_task_id", "tool_call_id", "tool_calls/*/id"), ID),
        "tool_calls/*/type": "The type of a call; it is always a function.",
        "created": CLOCK,
        **dict.fromkeys(("wb_run_id", "wb_user_id", "wb_run_step", "wb_run_step_end"), ID),
        **dict.fromkeys(("started_at", "ended_at", "deleted_at", "expire_at"), CLOCK),
        "usage": USAGE,
        "weave": HOST,
        **dict.fromkeys(("costs", "latency_ms", "status_counts"), USAGE),
        "storage_size_bytes": USAGE,
        "total_storage_size_bytes": USAGE,
    }

    def is_span(self, record: dict[str, Any]) -> bool:
        """Accept records of a call of an op within a trace."""
        return _op(record) is not None and {"trace_id", "started_at", "inputs"} <= record.keys()

    def trace_of(self, record: dict[str, Any]) -> str:
        """Return the trace's id."""
        return str(record["trace_id"])

    def spans(self, records: list[dict[str, Any]], notes: ImportNotes) -> list[Span]:
        """Return the calls of one trace."""
        asked = {call for record in records for call in _requested_tools(record.get("output"))}
        return [self._span(record, asked, notes) for record in records]

    def _span(self, record: dict[str, Any], asked: set[str], notes: ImportNotes) -> Span:
        op, given, output = str(_op(record)), record["inputs"], record.get("output")
        named = _OP.fullmatch(op)
        name = named[1] if named else op
        attributes, summary = record.get("attributes"), record.get("summary")
        attributes = attributes if isinstance(attributes, dict) else {"attributes": attributes} if attributes else {}
        answers, finish = answers_in(output)
        messages = messages_in(given) if answers else []
        role = _KINDS.get(str(attributes.get("kind"))) or ("model" if messages else None)
        role = role or ("tool" if name in asked else "agent" if record.get("parent_id") is None else "step")
        if role != "model":
            messages, answers, finish = [], [], None
        sent = {key: value for key, value in given.items() if key != "messages"} if messages else {}
        has_choices = isinstance(output, dict) and isinstance(output.get("choices"), list)
        kept = {key: output[key] for key in output if key not in _OF_ANSWER} if has_choices and output else {}
        stable = {key: value for key, value in attributes.items() if key not in self.volatile}
        fields = {**self.rest(record, *_READ_MEMBERS), **stable, "op": op}
        fields |= {"request": sent} if sent else {}
        fields |= {"response": kept} if answers and kept else {}
        members = summary if isinstance(summary, dict) else {"summary": summary}
        fields |= {"summary": kept} if (kept := self.rest(members)) else {}
        wrong = record.get("exception")
        return Span(
            id=str(record.get("id")),
            parent=None if record.get("parent_id") is None else str(record["parent_id"]),
            role=role,
            name=name,
            start=any_time(record.get("started_at")),
            end=any_time(record.get("ended_at")),
            input=None if messages else plain(given, notes),
            output=None if answers else plain(output, notes),
            messages=tuple(plain(messages, notes)),
            answers=tuple(plain(answers, notes)),
            error=str(wrong).strip().rpartition("\n")[2] or "failed" if wrong else None,
            fields=plain(fields, notes),
            finish=finish,
            meta={
                "span": record.get("id"),
                "model": given.get("model") if role == "model" and isinstance(given, dict) else None,
                "tokens": _tokens(summary) if role == "model" else None,
                "summary": summary,
            },
        )


def _op(record: dict[str, Any]) -> str | None:
    """Return the name of a call's op, which some exports have only in the summary."""
    summary = record.get("summary")
    about = summary.get("weave") if isinstance(summary, dict) else None
    op = record.get("op_name") or (about.get("trace_name") if isinstance(about, dict) else None)
    return op if isinstance(op, str) else None


def _requested_tools(output: Any) -> list[str]:
    """Return the names of the tools in a model's requests."""
    return [call.name for answer in answers_in(output)[0] if is_message(answer) for call in read_message(answer).calls]


def _tokens(summary: Any) -> dict[str, int] | None:
    """Return the tokens of a call, summed over all models in its summary."""
    usage = summary.get("usage") if isinstance(summary, dict) else None
    totals: dict[str, int] = {}
    for used in usage.values() if isinstance(usage, dict) else ():
        for sort, count in {**counted_tokens(used, _OPENAI), **counted_tokens(used, _ANTHROPIC)}.items():
            totals[sort] = totals.get(sort, 0) + count
    return totals or None
