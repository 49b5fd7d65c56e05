"""Temporal workflow histories in JSON: ``{"events": [{"eventId", "eventTime", "eventType", …}]}``."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import value_of
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind

PROTOBUF = "a Temporal history in protobuf form, which is not read; export it as JSON (temporal workflow show -o json)"
UNREAD_PAYLOADS = "payloads in an encoding that is not JSON, kept as they are"

_MODEL = re.compile("invoke_model|call_model|model_activity", re.IGNORECASE)
_WORD = re.compile("(?<=[a-z0-9])(?=[A-Z])")
# What differs between faithful runs; it goes to meta
_VOLATILE = frozenset(
    {"identity", "requestId", "taskQueue", "workflowId", "binaryChecksum", "workerVersion", "historySizeBytes"}
    | {"originalExecutionRunId", "firstExecutionRunId", "newExecutionRunId", "continuedExecutionRunId", "header"}
    | {"workflowExecutionExpirationTime", "protocolInstanceId", "acceptedRequestMessageId", "meteringMetadata"}
    | {"workerDeploymentName", "inheritedBuildId", "deploymentVersion", "workflowTaskCompletedEventId"}
)
_OF_SDK = ("sdkName", "sdkVersion")


class Temporal:
    """The importer. A history is one run, each of its events one event."""

    name = "temporal"
    title = "Temporal workflow history"
    version = 1

    def recognises(self, file: ForeignFile) -> bool:
        return _is_history(file.document) or _is_protobuf(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        if _is_protobuf(file):
            raise ImportRefused(f"{file.source.path}: {PROTOBUF}")
        if not _is_history(file.document):
            raise ImportRefused(f"{file.source.path}: no Temporal history in it")
        events: list[dict[str, Any]] = file.document["events"]
        notes = ImportNotes(file.notes)
        first = _attributes(events[0])
        yield ImportedRun(
            name=file.source.path.stem.encode("utf-8", "replace").decode(),
            run_id=str(first.get("originalExecutionRunId") or file.source.path.stem),
            agent=_name(first.get("workflowType")) or "workflow",
            created=iso_time(events[0].get("eventTime")),
            source={"workflow_id": first["workflowId"]} if "workflowId" in first else {},
            events=TemporalEvents(notes).read(events),
            notes=notes,
        )


def _is_history(document: Any) -> bool:
    events = document.get("events") if isinstance(document, dict) else None
    return (
        isinstance(events, list)
        and len(events) > 0
        and all(isinstance(event, dict) and {"eventId", "eventType"} <= event.keys() for event in events)
    )


def _is_protobuf(file: ForeignFile) -> bool:
    """Field 1, a message, whose field 1 is the number 1: the form has no magic, so the name must say so too."""
    return (
        file.source.path.suffix == ".bin" and re.match(rb"\n[\x80-\xff]*[\x00-\x7f]\x08\x01\x12", file.head) is not None
    )


class TemporalEvents:
    """Puts one history event after the other into a run."""

    def __init__(self, notes: ImportNotes) -> None:
        self._notes = notes
        self._run = RunBuilder(notes)
        self._seq: dict[str, int] = {}  # of each event's id
        self._models: set[str] = set()  # ids of scheduled activities that ask a model

    def read(self, events: list[dict[str, Any]]) -> Iterator[ImportedEvent]:
        for event in events:
            self._seq[str(event["eventId"])] = self._run.count
            self._event(event)
            yield from self._run.drain()

    def _event(self, event: dict[str, Any]) -> None:
        kind = normalised(str(event["eventType"]))
        attributes = _attributes(event)
        facts, volatile = _split({key: self._value(member) for key, member in attributes.items()})
        self._run.context = {"time": iso_time(event.get("eventTime")), "event_id": event["eventId"]}
        self._run.once = {"fields": volatile or None, "task_id": event.get("taskId")}
        parent = self._parent(facts)
        match kind:
            case "WORKFLOW_EXECUTION_STARTED":
                workflow = _name(facts.pop("workflowType", None))
                self._run.agent_init(workflow or "workflow", "", facts)
            case "ACTIVITY_TASK_SCHEDULED":
                self._scheduled(str(event["eventId"]), facts)
            case (
                "ACTIVITY_TASK_COMPLETED"
                | "ACTIVITY_TASK_FAILED"
                | "ACTIVITY_TASK_TIMED_OUT"
                | "ACTIVITY_TASK_CANCELED"
            ):
                self._ended(kind, facts, str(attributes.get("scheduledEventId")))
            case "WORKFLOW_EXECUTION_SIGNALED":
                self._run.observation("signal", str(facts.get("signalName")), facts.get("input"))
            case "WORKFLOW_EXECUTION_UPDATE_ACCEPTED":
                self._run.observation("update", "update", facts)
            case "WORKFLOW_TASK_FAILED" | "WORKFLOW_EXECUTION_FAILED" | "WORKFLOW_EXECUTION_TIMED_OUT":
                self._run.error(kind.lower(), _message(facts) or kind, "workflow", details=facts, parent=parent)
            case "WORKFLOW_EXECUTION_COMPLETED":
                self._run.add(Kind.STATE_TRANSITION, {"transition_type": "completed", "data": facts})
            case "WORKFLOW_EXECUTION_CONTINUED_AS_NEW":
                self._run.add(Kind.SNAPSHOT, {"snapshot_type": "continued-as-new", "data": facts})
            case "MARKER_RECORDED":
                key = str(facts.get("markerName"))
                self._run.add(Kind.MEMORY_WRITE, {"key": f"marker/{key[:1000]}", "operation": "set", "value": facts})
            case _:
                name = kind.lower().replace("_", "-")
                self._run.custom(
                    f"temporal/{name if re.fullmatch('[a-z0-9-]+', name) else 'other'}", facts, parent=parent
                )

    def _parent(self, facts: dict[str, Any]) -> int | None:
        """The event that this one says it follows from; its number is no fact of the run, and goes."""
        parent = None
        for key in ("startedEventId", "scheduledEventId", "initiatedEventId", "acceptedEventId"):
            known = self._seq.get(str(facts.pop(key, None)))
            if parent is None and known is not None and known < self._run.count:  # a damaged event may name itself
                parent = known
        return parent

    def _scheduled(self, event_id: str, facts: dict[str, Any]) -> None:
        name = _name(facts.pop("activityType", None)) or "activity"
        given = facts.pop("input", None)
        if _MODEL.search(name):
            self._models.add(event_id)
            self._run.custom("temporal/model-request", {"activity": name, "input": given, **facts})
        else:
            self._run.request(event_id, name, given, options=facts or None)

    def _ended(self, kind: str, facts: dict[str, Any], scheduled: str) -> None:
        result = facts.get("result")
        failed = kind != "ACTIVITY_TASK_COMPLETED"
        if scheduled in self._models and not failed:
            self._run.decision("model", result, parent=self._seq.get(scheduled))
            return
        error = (_message(facts) or kind.removeprefix("ACTIVITY_TASK_").lower()) if failed else None
        seq, call = self._run.response(scheduled, facts if failed else result, error=error)
        if error is not None and kind != "ACTIVITY_TASK_CANCELED":
            self._run.error(kind.lower(), error, call.tool_name, parent=seq)

    def _value(self, value: Any) -> Any:
        """`value` with every payload in it decoded: what is inside base64 is what runs differ in."""
        match value:
            case {"payloads": list(payloads), **rest} if not rest:
                found = [self._value(payload) for payload in payloads]
                return found[0] if len(found) == 1 else found
            case {"metadata": {"encoding": str(encoding)}, "data": str(data)}:
                return self._payload(value, encoding, data)
            case dict():
                return {key: self._value(member) for key, member in value.items()}
            case list():
                return [self._value(member) for member in value]
        return value

    def _payload(self, value: dict[str, Any], encoding: str, data: str) -> Any:
        try:
            name, raw = base64.b64decode(encoding, validate=True).strip(), base64.b64decode(data, validate=True)
            if name in (b"json/plain", b"json/protobuf"):
                return value_of(raw, self._notes)
            if name == b"binary/null":
                return None
            if name == b"binary/plain":
                return raw
        except (binascii.Error, ValueError, RecursionError):
            pass
        self._notes.count(UNREAD_PAYLOADS)
        return value


def normalised(name: str) -> str:
    """``EVENT_TYPE_TIMER_FIRED`` and the older ``TimerFired`` alike as ``TIMER_FIRED``."""
    return name.removeprefix("EVENT_TYPE_") if name.isupper() else _WORD.sub("_", name).upper()


def _attributes(event: dict[str, Any]) -> dict[str, Any]:
    found = next((event[key] for key in event if key.endswith("EventAttributes")), None)
    return found if isinstance(found, dict) else {}


def _split(facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what belongs to the payload, what differs between faithful runs)."""
    volatile = {key: facts.pop(key) for key in list(facts) if key in _VOLATILE}
    sdk = facts.get("sdkMetadata")
    if isinstance(sdk, dict):
        facts["sdkMetadata"] = {key: sdk[key] for key in sdk if key not in _OF_SDK}
        volatile |= {key: sdk[key] for key in _OF_SDK if key in sdk}
    return facts, volatile


def _name(value: Any) -> str:
    return str(value.get("name") or "") if isinstance(value, dict) else ""


def _message(facts: dict[str, Any]) -> str:
    failure = facts.get("failure")
    found = failure.get("message") if isinstance(failure, dict) else None
    return str(found or facts.get("cause") or "")
