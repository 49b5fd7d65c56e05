"""Make events of the history of a Temporal workflow."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.formats.frameworks.temporal.calls import WorkflowCalls
from replay_gui.core.importers.formats.frameworks.temporal.failures import failure_text, without_prefix
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, USAGE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.json_lines import value_of
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import ACTIVITY_REQUEST, Kind
from replay_gui.core.translation.messages import translatable

UNREAD_PAYLOADS = translatable("payloads in an encoding that is not JSON, kept as they are")

_MODEL = re.compile("invoke_model|call_model|model_activity", re.IGNORECASE)
_WORD = re.compile("(?<=[a-z0-9])(?=[A-Z])")
_PARENTS = ("startedEventId", "scheduledEventId", "initiatedEventId", "acceptedEventId")
_COMPUTED = "Computed by Temporal's web interface; the event itself is compared."
_OF_EVENT: dict[str, str] = {
    "eventId": ID,
    "eventTime": CLOCK,
    "taskId": ID,
    "version": "The failover version of the cluster; it says nothing about the run.",
    "links": ID,
    "attributes": _COMPUTED,
    "classification": _COMPUTED,
    "category": _COMPUTED,
    "id": ID,
    "name": _COMPUTED,
    "timestamp": CLOCK,
}
_OF_ATTRIBUTES: dict[str, str] = {
    **dict.fromkeys(_PARENTS, ID),
    **dict.fromkeys(("workflowTaskCompletedEventId", "decisionTaskCompletedEventId", "parentInitiatedEventId"), ID),
    **dict.fromkeys(("requestId", "workflowId", "runId", "activityId", "timerId", "protocolInstanceId"), ID),
    **dict.fromkeys(("originalExecutionRunId", "firstExecutionRunId", "newExecutionRunId"), ID),
    **dict.fromkeys(("continuedExecutionRunId", "acceptedRequestMessageId", "acceptedRequestSequencingEventId"), ID),
    **dict.fromkeys(
        (
            "parentWorkflowNamespaceId",
            "namespaceId",
            "endpointId",
            "operationId",
            "operationToken",
            "prevAutoResetPoints",
            "header",
            "updateId",
        ),
        ID,
    ),
    **dict.fromkeys(("identity", "taskQueue", "workerDeploymentName", "meteringMetadata"), HOST),
    **dict.fromkeys(("binaryChecksum", "workerVersion", "inheritedBuildId", "deploymentVersion"), RECORDER),
    **dict.fromkeys(("sdkName", "sdkVersion"), RECORDER),
    **dict.fromkeys(("workflowExecutionExpirationTime",), CLOCK),
    "historySizeBytes": "The size of the history; the history itself is compared.",
}
_OF_MODEL: dict[str, str] = {"response_id": ID, "call_id": ID, "usage": USAGE, "id": ID}
_OF_ANSWER: dict[str, str] = {
    **dict.fromkeys(("archived", "rawHistory", "nextPageToken"), "The frame of the answer; the history is compared."),
    "metadata/type": "The type in the server's index; the value itself is compared.",
}
VOLATILE = {**_OF_MODEL, **_OF_ATTRIBUTES, **_OF_EVENT, **_OF_ANSWER}
"""Members of a history that differ between faithful runs, with the reason."""

_CLOSED: dict[str, tuple[End, str | None]] = {
    "WORKFLOW_EXECUTION_COMPLETED": ("answered", "completed"),
    "WORKFLOW_EXECUTION_FAILED": ("crash", None),
    "WORKFLOW_EXECUTION_TIMED_OUT": ("timeout", None),
    "WORKFLOW_EXECUTION_CANCELED": ("stopped by user", "canceled"),
    "WORKFLOW_EXECUTION_TERMINATED": ("stopped by user", "terminated"),
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": ("handed over", "continued as a new run"),
}
_LOCAL_ACTIVITIES = frozenset({"LocalActivity", "core_local_activity"})
_TYPES_OF_LOCAL = ("type", "activity_type", "ActivityType", "activityType")
_ROUTINE = frozenset({"WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED"}) | {
    "WORKFLOW_TASK_TIMED_OUT",  # a worker was lost; another one gets the task
    "ACTIVITY_TASK_STARTED",
    "CHILD_WORKFLOW_EXECUTION_STARTED",
    "NEXUS_OPERATION_STARTED",
}
_END_OF_CALL = re.compile("(ACTIVITY_TASK_|NEXUS_OPERATION_)(COMPLETED|FAILED|TIMED_OUT|CANCELED)")
_FAILED = ("_FAILED", "_TIMED_OUT", "_EXECUTION_TERMINATED")


class TemporalEvents:
    """Add the events of a history to a run."""

    def __init__(self, notes: ImportNotes) -> None:
        self._notes = notes
        self._run = RunBuilder(notes)
        self._seq: dict[str, int] = {}  # by the event's id
        self._calls = WorkflowCalls(self._run)
        self._models: set[str] = set()  # ids of scheduled activities that call a model
        self._end: tuple[End, str | None] = ("open", None)

    def read(self, events: list[dict[str, Any]]) -> Iterator[ImportedEvent]:
        """Yield the events of a history that is sorted by eventId."""
        for event in events:
            self._seq[str(event["eventId"])] = self._run.count
            self._event(event)
            yield from self._run.drain()
        self._run.context = {}
        self._run.end(*self._end)
        yield from self._run.drain()

    def _event(self, event: dict[str, Any]) -> None:
        kind = normalised_type(str(event["eventType"]))
        attributes = attributes_of(event)
        volatile: dict[str, Any] = {}
        compared_part = _compared_part(attributes, volatile)
        facts = (
            {key: self._value(member) for key, member in compared_part.items()}
            if isinstance(compared_part, dict)
            else {}
        )
        self._run.context = {"time": any_time(event.get("eventTime")), "event_id": event["eventId"]}
        self._run.once = {"fields": volatile or None, "task_id": event.get("taskId")}
        self._run.unmapped = self._rest(event)
        parent = self._parent(attributes)
        if "CHILD_WORKFLOW" in kind and (child := name_of(facts.get("workflowType"))):
            facts = {"child": child, **{key: value for key, value in facts.items() if key != "workflowType"}}
        if kind in _CLOSED:
            self._closed(kind, facts, parent)
            return
        match kind:
            case "WORKFLOW_EXECUTION_STARTED":
                workflow = name_of(facts.pop("workflowType", None))
                self._run.agent_init(workflow or "workflow", "", facts)
            case "ACTIVITY_TASK_SCHEDULED" | "NEXUS_OPERATION_SCHEDULED":
                self._scheduled(str(event["eventId"]), facts)
            case "ACTIVITY_TASK_STARTED" if isinstance(facts.get("lastFailure"), dict):
                self._retried(attributes, facts, parent)
            case _ if _END_OF_CALL.fullmatch(kind):
                self._ended(kind, facts, str(attributes.get("scheduledEventId")))
            case "WORKFLOW_EXECUTION_SIGNALED":
                signal = str(facts.pop("signalName", None))
                given = facts.pop("input", None)
                self._unmapped(facts)
                self._run.observation("signal", signal, given)
            case "WORKFLOW_EXECUTION_UPDATE_ACCEPTED":
                asked = facts.get("acceptedRequest")
                given = asked.get("input") if isinstance(asked, dict) else None
                self._updated(facts, given if isinstance(given, dict) else {})
            case "MARKER_RECORDED":
                self._marker(str(event["eventId"]), facts)
            case _ if kind in _ROUTINE:
                self._run.bookkeeping(f"temporal/{_in_kind(kind)}", facts, parent=parent)
            case _ if kind.endswith(_FAILED):
                self._failed(kind, facts, parent)
            case _:
                name = _in_kind(kind.removeprefix("WORKFLOW_EXECUTION_"))
                self._run.custom(f"temporal/{name}", facts, parent=parent)

    def _rest(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event's members other than its attributes."""
        own = attributes_of(event)
        return {
            key: self._value(value)
            for key, value in event.items()
            if key not in _OF_EVENT and key != "eventType" and value is not own and value not in (None, False, {}, [])
        }

    def _unmapped(self, facts: dict[str, Any]) -> None:
        self._run.unmapped = {**self._run.unmapped, **facts}

    def _parent(self, attributes: dict[str, Any]) -> int | None:
        """Return the seq of the cause that the event names; a damaged event can name itself or a later one."""
        for key in _PARENTS:
            known = self._seq.get(str(attributes.get(key)))
            if known is not None and known < self._run.count:
                return known
        return None

    # ---- the workflow, and failures ---------------------------------------------------------------
    def _closed(self, kind: str, facts: dict[str, Any], parent: int | None) -> None:
        how, why = _CLOSED[kind]
        if how in ("crash", "timeout"):
            failure = failure_text(facts.get("failure"))
            why = failure or str(facts.get("cause") or without_prefix(kind, "WORKFLOW_EXECUTION_"))
            self._unmapped(facts)
            self._run.error(kind.lower(), why, "workflow", parent=parent)
        elif kind == "WORKFLOW_EXECUTION_COMPLETED":
            self._run.add(Kind.STATE_TRANSITION, {"transition_type": "completed", "data": facts}, parent=parent)
        elif kind == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW":
            self._run.add(Kind.SNAPSHOT, {"snapshot_type": "continued-as-new", "data": facts}, parent=parent)
        else:
            reason = facts.get("reason")
            why = f"{why}: {reason}" if isinstance(reason, str) and reason else why
            self._run.bookkeeping(f"temporal/{_in_kind(kind)}", facts, parent=parent)
        self._end = how, why

    def _updated(self, facts: dict[str, Any], given: dict[str, Any]) -> None:
        """Add an accepted message to the workflow. `given`: the handler's name and its arguments."""
        rest = {key: value for key, value in given.items() if key not in ("name", "args")}
        about = {key: value for key, value in facts.items() if key != "acceptedRequest"}
        request = facts.get("acceptedRequest")
        others = {key: value for key, value in request.items() if key != "input"} if isinstance(request, dict) else {}
        self._unmapped(about | ({"input": rest} if rest else {}) | ({"request": others} if others else {}))
        self._run.observation("update", str(given.get("name") or "update"), given.get("args"))

    def _failed(self, kind: str, facts: dict[str, Any], parent: int | None) -> None:
        """Add an Error, with a text that states what failed, and why."""
        name = str(facts.get("child") or "")
        reason = failure_text(facts.get("failure")) or _cause(facts)
        if kind.startswith("CHILD_WORKFLOW_EXECUTION_"):
            message = f"{name or 'child workflow'} {without_prefix(kind, 'CHILD_WORKFLOW_EXECUTION_')}"
        elif kind == "START_CHILD_WORKFLOW_EXECUTION_FAILED":
            message = f"{name or 'child workflow'} could not be started"
        elif kind == "WORKFLOW_TASK_FAILED":
            message, reason = reason or "workflow task failed", ""
            if (cause := _cause(facts)) and cause not in message:
                message = f"{cause}: {message}"
        else:
            message = kind.replace("_", " ").lower()
        self._unmapped(facts)
        component = name or ("workflow" if kind.startswith("WORKFLOW") else "temporal")
        self._run.error(kind.lower(), f"{message}: {reason}" if reason else message, component, parent=parent)

    # ---- activities -----------------------------------------------------------------------------
    def _scheduled(self, event_id: str, facts: dict[str, Any]) -> None:
        name = name_of(facts.pop("activityType", None)) or str(facts.pop("operation", None) or "activity")
        given = facts.pop("input", None)
        if _MODEL.search(name):
            self._models.add(event_id)
            of_request = self._run.once, self._run.unmapped
            self._run.once, self._run.unmapped = {}, {}
            self._calls.add_results(event_id, given)
            self._run.once, self._run.unmapped = of_request
            self._seq[event_id] = self._run.count
            self._unmapped(facts)
            self._run.add(ACTIVITY_REQUEST, {"data": {"activity": name, "input": _without_ids(given)}})
        else:
            self._calls.take_activity(name)
            self._unmapped(facts)
            self._run.request(event_id, name, given)

    def _retried(self, attributes: dict[str, Any], facts: dict[str, Any], parent: int | None) -> None:
        """Add a failed attempt, which the history records only at the start of the next one."""
        call = self._run.call(str(attributes.get("scheduledEventId")))
        attempt = facts.get("attempt")
        which = f"attempt {attempt - 1}" if type(attempt) is int and attempt > 1 else "an earlier attempt"
        self._unmapped(facts)
        message = f"{which} failed: {failure_text(facts['lastFailure']) or 'no reason recorded'}"
        self._run.error("activity_attempt_failed", message, call.tool_name if call else "activity", parent=parent)

    def _ended(self, kind: str, facts: dict[str, Any], scheduled: str) -> None:
        failed = not kind.endswith("_COMPLETED")
        result = None if failed else facts.pop("result", None)
        if scheduled in self._models:
            self._answered(kind, result, facts, self._seq.get(scheduled))
            return
        how = without_prefix(without_prefix(kind, "ACTIVITY_TASK_"), "nexus operation ")
        error = (failure_text(facts.get("failure")) or _cause(facts) or how) if failed else None
        self._unmapped(facts)
        error_type = None if kind.endswith("_CANCELED") else kind.lower()
        self._run.end_call(scheduled, result, error=error, error_type=error_type)

    def _answered(self, kind: str, result: Any, facts: dict[str, Any], parent: int | None) -> None:
        """Add a model's answer, as a text if it has no other content."""
        if kind != "ACTIVITY_TASK_COMPLETED":
            how = without_prefix(kind, "ACTIVITY_TASK_")
            failure = failure_text(facts.get("failure")) or _cause(facts) or how
            self._unmapped(facts)
            self._run.error(kind.lower(), failure, "model", parent=parent)
            return
        meta: dict[str, Any] = {"parent": parent, "tokens": _tokens(result)}
        compared_part = _without_ids(result)
        items = result.get("output") if isinstance(result, dict) else None
        read = [read_message(item) for item in items if is_message(item)] if isinstance(items, list) else []
        texts = [message.content for message in read if isinstance(message.content, str) and not message.calls]
        if isinstance(items, list) and items and len(texts) == len(items):
            self._unmapped({**facts, "result": compared_part} if any(message.rest for message in read) else facts)
            self._run.decision("message", "\n".join(texts), **meta)
        else:
            self._unmapped(facts)
            self._calls.take_answer(result, self._run.decision("model", compared_part, **meta))

    def _marker(self, event_id: str, facts: dict[str, Any]) -> None:
        """Add a marker of the workflow: a version, a side effect, or a local activity."""
        name = str(facts.get("markerName"))
        if name not in _LOCAL_ACTIVITIES:
            self._run.add(Kind.MEMORY_WRITE, {"key": f"marker/{name[:1000]}", "operation": "set", "value": facts})
            return
        details = facts.pop("details", None)
        details = dict(details) if isinstance(details, dict) else {"details": details}
        about = {**details, **(details["data"] if isinstance(details.get("data"), dict) else {})}
        tool = next((about[key] for key in _TYPES_OF_LOCAL if isinstance(about.get(key), str)), "local activity")
        given, result = details.pop("input", None), details.pop("result", None)
        failure = facts.pop("failure", None)
        error = (failure_text(failure) or "failed") if failure else None
        context = self._run.unmapped
        self._run.request(event_id, tool, given)
        self._run.unmapped = {**context, **facts, **details, **({"failure": failure} if failure else {})}
        self._run.end_call(event_id, result, error=error, error_type="local_activity_failed")

    # ---- payloads -------------------------------------------------------------------------------
    def _value(self, value: Any) -> Any:
        """Return `value` with all payloads decoded from base64, so that runs can be compared."""
        match value:
            case {"payloads": list(payloads), **rest} if not rest:
                values = [self._value(payload) for payload in payloads]
                return values[0] if len(values) == 1 else values
            case {"metadata": {"encoding": str(encoding)}, "data": str(data)}:
                return self._payload(value, encoding, data)
            case {"metadata": {"encoding": str(encoding)}, **rest} if not rest:
                return self._payload(value, encoding, "")
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


def normalised_type(name: str) -> str:
    """Return a type in one form: ``TIMER_FIRED`` for ``EVENT_TYPE_TIMER_FIRED`` and for the older ``TimerFired``."""
    return name.removeprefix("EVENT_TYPE_") if name.isupper() else _WORD.sub("_", name).upper()


def attributes_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an event; {} if it has none."""
    attributes = next((event[key] for key in event if key.endswith("EventAttributes")), event.get("attributes"))
    return attributes if isinstance(attributes, dict) else {}


def name_of(value: Any) -> str:
    """Return the name of a workflow type or an activity type."""
    return str(value.get("name") or "") if isinstance(value, dict) else ""


def _in_kind(kind: str) -> str:
    name = kind.lower().replace("_", "-")
    return name if re.fullmatch("[a-z0-9-]+", name) else "other"


def _cause(facts: dict[str, Any]) -> str:
    cause = facts.get("cause")
    return str(cause) if cause and not isinstance(cause, dict | list) else ""


def _compared_part(value: Any, volatile: dict[str, Any], path: str = "") -> Any:
    """Return `value` without empty members and without volatile ones at any depth; these are put into `volatile`."""
    if isinstance(value, list):
        return [_compared_part(item, volatile, path) for item in value]
    if not isinstance(value, dict) or "metadata" in value:  # a payload is the user's own
        return value
    kept = {}
    for key, member in value.items():
        if key in _OF_ATTRIBUTES:
            if member not in (None, "", {}, []):
                volatile[f"{path}{key}"] = member
        elif (compared_part := _compared_part(member, volatile, f"{path}{key}/")) not in (None, "", {}, []):
            kept[key] = compared_part
    return kept


def _without_ids(value: Any) -> Any:
    """Return a request to a model, or its response, without ids and tokens."""
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_ids(member) for key, member in value.items() if key not in _OF_MODEL}
    return value


def _tokens(result: Any) -> dict[str, int] | None:
    usage = result.get("usage") if isinstance(result, dict) else None
    names = {"input": "input_tokens", "output": "output_tokens", "cached": "input_tokens_details/cached_tokens"}
    tokens = counted_tokens(usage, names)
    return tokens if tokens.keys() - {"cached"} else None
