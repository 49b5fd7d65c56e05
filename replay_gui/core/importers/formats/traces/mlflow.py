"""MLflow traces: JSON objects with ``info`` and ``data`` (``Trace.to_json``), one, or one per line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, first_records, numbered_records
from replay_gui.core.importers.formats.traces.otel.attributes import compared_part
from replay_gui.core.importers.formats.traces.otel.importer import OpenTelemetry
from replay_gui.core.importers.formats.traces.otel.meaning import as_common_span
from replay_gui.core.importers.formats.traces.otel.spans import spans_in
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.spans import unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import tr, translatable

_REMARKS = {"why": "rationale", "source": "source", "metadata": "metadata"}  # members of an assessment
_ENDS: dict[str, End] = {"OK": "answered", "ERROR": "crash", "IN_PROGRESS": "open"}
_READ_MEMBERS = ("assessments", "trace_id", "request_id")


class MlFlow:
    """The importer. Each trace is a run; its assessments are at its end."""

    name = "mlflow"
    title = translatable("MLflow trace")
    version = 20
    volatile: ClassVar[Mapping[str, str]] = {
        **OpenTelemetry.volatile,
        **dict.fromkeys(("trace_id", "request_id", "client_request_id", "experiment_id", "parent_id"), ID),
        **dict.fromkeys(
            ("request_time", "timestamp_ms", "execution_duration", "execution_duration_ms", "execution_time_ms"), CLOCK
        ),
        "mlflow.spanOutputs/id": ID,
        "mlflow.spanOutputs/usage": USAGE,
        **dict.fromkeys(("trace_location", "trace_metadata", "request_metadata"), HOST),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with an MLflow trace."""
        return any(_trace_in(document) is not None for document in _documents(file))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each trace that has spans."""
        notes = ImportNotes(file.notes)
        whole = file.document
        records = [whole] if _trace_in(whole) else [record for _, record in numbered_records(file, notes)]
        traces = [trace for record in records if (trace := _trace_in(record)) is not None]
        if not traces:
            raise ImportRefused(tr("{path}: no MLflow trace in it", path=file.source.path))
        for trace in traces:
            own, info = ImportNotes(notes), trace["info"]
            spans = [as_common_span(span, own) for span in spans_in(trace)]
            if spans:
                spans[0] = replace(spans[0], scores=tuple(_scores(info)))
            facts = {key: compared_part(unfolded(value)) for key, value in info.items() if key not in _READ_MEMBERS}
            facts = {key: value for key, value in facts.items() if key not in self.volatile}
            events = SpanEvents(spans, self.name, own, facts, _end(info))
            run_id = str(info.get("trace_id") or info.get("request_id") or "trace")
            began = any_time(info.get("request_time", info.get("timestamp_ms")))
            yield events.imported_run(run_id, began)


def _end(info: dict[str, Any]) -> tuple[End, str | None] | None:
    """Return (how the trace ended, why), from its state; None if unknown."""
    how = _ENDS.get(str(info.get("state", info.get("status"))).upper())
    return None if how is None else (how, None)


def _documents(file: ForeignFile) -> list[Any]:
    return [file.document] if isinstance(file.document, dict) else list(first_records(file))


def _trace_in(document: Any) -> dict[str, Any] | None:
    """Return the trace in a document, or in the response of a served agent; None if there is none."""
    match document:
        case {"info": dict(info), "data": {"spans": list()}} if "trace_id" in info or "request_id" in info:
            return dict(document)
        case {"databricks_output": {"trace": trace}} | {"trace": trace}:
            return _trace_in(trace)
    return None


def _scores(info: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the assessments of the trace by people and judges."""
    assessments = info.get("assessments")
    for assessment in assessments if isinstance(assessments, list) else []:
        if not isinstance(assessment, dict):
            continue
        expected = assessment.get("expectation")
        if isinstance(expected, dict) and not assessment.get("feedback"):
            yield {"expected": {str(assessment.get("assessment_name") or "expected"): expected.get("value", expected)}}
            continue
        feedback = assessment.get("feedback") or {}
        value = feedback.get("value") if isinstance(feedback, dict) else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        yield {
            "passed": value if isinstance(value, bool) else {"yes": True, "no": False}.get(str(value).lower()),
            "score": float(value) if is_number and value is not None else None,
            "by": str(assessment.get("assessment_name") or assessment.get("name") or "assessment"),
            "label": None if isinstance(value, int | float) or value is None else str(value),
            "parts": {name: assessment[key] for name, key in _REMARKS.items() if assessment.get(key)} or None,
        }
