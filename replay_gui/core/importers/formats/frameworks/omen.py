"""oracle.omen event logs: one event per line, with hashes of the payloads, which are checked during the import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec
from blake3 import blake3

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.formats.records import CLOCK, ID
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun, OwnHashes
from replay_gui.core.importers.json_lines import NotJson, lines, value_of
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import translatable

WRONG_HASHES = translatable("events whose payload is not what its hash says")
BROKEN_RULES = translatable(
    "events that break the log's rules (one run, numbers without gaps, parents before their children)"
)
UNREADABLE_LINES = translatable("lines that are no events, kept as text")

_SIGNS = {"id", "kind", "payload", "payload_hash"}
_encode = msgspec.json.Encoder().encode
# serde_json writes the members of a struct in the order of declaration; it sorts only those of maps.
_ORDER: dict[str, tuple[str, ...]] = {
    Kind.AGENT_INIT: ("agent_type", "agent_version", "config"),
    Kind.STATE_TRANSITION: ("from_hash", "to_hash", "transition_type"),
    Kind.TOOL_REQUEST: ("tool_name", "tool_version", "request_hash", "capabilities", "input"),
    Kind.TOOL_RESPONSE: ("tool_name", "request_hash", "response_hash", "output", "success", "error", "duration_ms"),
    Kind.CAPABILITY_DENIED: ("capability", "tool_name", "reason"),
    Kind.OBSERVATION: ("obs_type", "data", "source"),
    Kind.DECISION: ("decision_type", "data", "reasoning"),
    Kind.MEMORY_WRITE: ("operation", "key", "value_hash", "causal_event"),
    Kind.MEMORY_READ: ("operation", "key", "value_hash", "causal_event"),
    Kind.PATCH_PROPOSAL: ("patch_type", "target", "patch_hash", "reasoning"),
    Kind.PATCH_APPLIED: ("patch_type", "target", "patch_hash", "reasoning"),
    Kind.PATCH_REJECTED: ("patch_hash", "reason", "stage"),
    Kind.ERROR: ("error_type", "message", "component", "recoverable"),
    Kind.SNAPSHOT: ("snapshot_id", "at_sequence", "state_hash", "events_before"),
}
_CAUSAL = ("run_id", "sequence")
_SEQUENCE = "The number of an event; the order of the events is compared."
_OF_EVENT = frozenset({"id", "parent_id", "kind", "timestamp", "payload", "payload_hash"})
_OF_SNAPSHOT = ("snapshot_id", "at_sequence", "events_before")


class Omen:
    """The importer. A file is one run."""

    name = "oracle.omen"
    title = translatable("oracle.omen event log")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        "run_id": ID,
        "sequence": _SEQUENCE,
        "parent_id": _SEQUENCE,
        "causal_event": _SEQUENCE,
        "payload_hash": "A hash of the payload; the payload itself is compared.",
        "response_hash": "A hash that may include times; the output itself is compared.",
        "duration_ms": CLOCK,
        **dict.fromkeys(_OF_SNAPSHOT, _SEQUENCE),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with an Omen event among its first lines."""
        return any(
            isinstance(line, dict)
            and line.keys() >= _SIGNS
            and isinstance(line["id"], dict)
            and {"run_id", "sequence"} <= line["id"].keys()
            for line in file.first_lines
        )

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file as one run, with the checks of its own hashes."""
        notes = ImportNotes()
        first = next(
            (line for line in file.first_lines if isinstance(line, dict) and isinstance(line.get("id"), dict)), None
        )
        name = file.stem
        run_id = str(first["id"].get("run_id")) if first is not None else name
        checks = OwnHashes()
        events = OmenEvents(notes, checks).read(file.source)
        yield ImportedRun(
            name=name,
            run_id=run_id,
            agent="oracle.omen",
            created=None,
            source={},
            events=events,
            notes=notes,
            own_hashes=checks,
        )


class OmenEvents:
    """Add the events of lines to a run."""

    def __init__(self, notes: ImportNotes, checks: OwnHashes) -> None:
        self._notes = notes
        self._checks = checks
        self._run = RunBuilder(notes)
        self._run_id: object = None
        self._seq: dict[object, int] = {}  # by sequence number

    def read(self, source: Source) -> Iterator[ImportedEvent]:
        """Yield the events of a source, line by line; unreadable lines are counted and kept as events."""
        offset = 0
        for line in lines(source):
            start, offset = offset, offset + line.size + line.ended
            if not line.raw.strip():
                continue
            self._run.context = {"line": line.number}
            event = self._decoded(b"" if line.too_long else line.raw)
            if event is None:
                self._notes.count(UNREADABLE_LINES)
                self._checks.count_bad(
                    EventIndex(self._run.count), start, "the line is no event, so no hash protects it"
                )
                self._run.custom("omen/unreadable-line", line.raw.decode("utf-8", "replace"))
            else:
                self._event(event, start)
            yield from self._run.drain()

    def _decoded(self, raw: bytes) -> dict[str, Any] | None:
        try:
            value = value_of(raw, self._notes)
        except NotJson:
            return None
        good = isinstance(value, dict) and value.keys() >= _SIGNS and isinstance(value["id"], dict)
        return value if good else None

    def _event(self, event: dict[str, Any], offset: int) -> None:
        sequence, parent = event["id"].get("sequence"), event.get("parent_id")
        above = parent.get("sequence") if isinstance(parent, dict) else None
        self._check(event, offset)
        self._seq[_key(sequence)] = self._run.count
        hashes = {"payload_hash": event["payload_hash"]} if event["payload_hash"] else {}
        cause = self._seq.get(_key(above)) if parent else None
        if cause == self._run.count:  # it names itself; the check reports this
            cause = None
        self._run.context |= {"sequence": sequence, "parent": cause}
        self._run.once = {"hashes": hashes, "source_run": event["id"].get("run_id")}
        self._run.unmapped = {key: value for key, value in event.items() if key not in _OF_EVENT and value is not None}
        kind, payload = event["kind"], event["payload"]
        tag, facts = next(iter(payload.items())) if isinstance(payload, dict) and len(payload) == 1 else ("", payload)
        if isinstance(kind, str) and kind == tag and isinstance(facts, dict):
            self._known(kind, dict(facts))
        else:
            name = kind.get("Custom") if isinstance(kind, dict) else kind
            self._run.custom("omen/custom", {"name": name, "payload": payload})

    def _check(self, event: dict[str, Any], offset: int) -> None:
        """Check the event's hash and the log's rules; failures are counted and kept."""
        sequence, run_id, index = event["id"].get("sequence"), event["id"].get("run_id"), EventIndex(self._run.count)
        self._run_id = run_id if self._run_id is None else self._run_id
        actual = payload_hash(event["payload"])
        if (broken := self._broken_rule(event)) is not None:
            self._notes.count(BROKEN_RULES, example=str(sequence))
        if actual != event["payload_hash"]:
            self._notes.count(WRONG_HASHES, example=str(sequence))
            problem = "the payload is not what its hash says"
            self._checks.count_bad(index, offset, problem, event["payload_hash"], actual)
        elif broken is not None:
            self._checks.count_bad(index, offset, *broken)
        else:
            self._checks.count_good()

    def _broken_rule(self, event: dict[str, Any]) -> tuple[str, object, object] | None:
        """Return (problem, expected, actual) for the first broken rule; None if there is none."""
        run_id, sequence, parent = event["id"].get("run_id"), event["id"].get("sequence"), event.get("parent_id")
        if run_id != self._run_id:
            return "the event is of another run", self._run_id, run_id
        if sequence != len(self._seq):
            return "the event's number is not the next one", len(self._seq), sequence
        above = parent.get("sequence") if isinstance(parent, dict) else None
        if parent is not None and not (isinstance(above, int) and above < sequence):
            return "the event's parent is not an earlier one", None, above
        return None

    def _known(self, kind: str, facts: dict[str, Any]) -> None:
        match kind:
            case Kind.AGENT_INIT:
                config = facts.get("config")
                self._unmapped(**{k: v for k, v in facts.items() if k not in _ORDER[kind]})
                if not isinstance(config, dict) and config is not None:
                    self._unmapped(config=config)
                self._run.agent_init(
                    str(facts.get("agent_type")),
                    str(facts.get("agent_version")),
                    config if isinstance(config, dict) else {},
                )
            case Kind.TOOL_REQUEST:
                self._request(facts)
            case Kind.TOOL_RESPONSE:
                self._response(facts)
            case Kind.MEMORY_WRITE | Kind.MEMORY_READ:
                value = facts.get("value_hash")
                key = str(facts.pop("key", None))
                given = {"value": value} if value is not None else {}
                operation = str(facts.get("operation"))
                if (deletes := not given and kind == Kind.MEMORY_WRITE) and operation != "delete":
                    self._unmapped(operation=operation)
                self._unmapped(**{k: v for k, v in facts.items() if k not in _ORDER[kind]})
                payload = {
                    "key": key,
                    "operation": "delete" if deletes else operation,
                    **given,
                }
                self._run.add(kind, payload, causal=facts.get("causal_event"))
            case Kind.SNAPSHOT:
                self._unmapped(**{k: v for k, v in facts.items() if k not in _OF_SNAPSHOT and v is not None})
                snapshot = {key: facts[key] for key in _OF_SNAPSHOT if key in facts}
                self._run.add(kind, {"snapshot_type": "state"}, snapshot=snapshot)
            case Kind.PATCH_PROPOSAL:
                self._run.add(kind, {**facts, "patch": None})
            case _:
                self._run.add(kind, facts)

    def _unmapped(self, **facts: Any) -> None:
        """Keep the members that the event's kind has no field for; they are content."""
        self._run.unmapped = {**self._run.unmapped, **facts}

    def _request(self, facts: dict[str, Any]) -> None:
        name, version = str(facts.get("tool_name")), str(facts.get("tool_version") or "")
        own: dict[str, Any] = {"request_hash": facts.get("request_hash")}
        self._unmapped(**{k: v for k, v in facts.items() if k not in _ORDER[Kind.TOOL_REQUEST]})
        if facts.get("capabilities"):
            self._unmapped(capabilities=facts["capabilities"])
        given = decoded(facts.get("input"))
        self._run.request(str(facts.get("request_hash")), name, given, tool_version=version, **own)

    def _response(self, facts: dict[str, Any]) -> None:
        error = None if facts.get("success") is True else str(facts.get("error") or "failed")
        own: dict[str, Any] = {"response_hash": facts.get("response_hash")}
        if (duration := milliseconds(facts.get("duration_ms"))) is not None:
            own["duration"] = duration
        self._unmapped(**{k: v for k, v in facts.items() if k not in _ORDER[Kind.TOOL_RESPONSE]})
        call = self._run.call(str(facts.get("request_hash")))
        if call is None or call.tool_name != facts.get("tool_name"):
            self._unmapped(tool_name=facts.get("tool_name"))
        if error is None and facts.get("error") is not None:
            self._unmapped(error=facts["error"])
        if error is not None and facts.get("success") is not False:
            self._unmapped(success=facts.get("success"))
        self._run.response(str(facts.get("request_hash")), decoded(facts.get("output")), error=error, **own)


def payload_hash(payload: Any) -> str:
    """Return the payload's BLAKE3 hash, hex, in oracle.omen's form: compact, structs in declared order, maps sorted."""
    return blake3(_encode(_ordered(payload))).hexdigest()


def _ordered(payload: Any) -> Any:
    if not isinstance(payload, dict) or len(payload) != 1:
        return payload
    ((tag, facts),) = payload.items()
    if not isinstance(facts, dict):
        return payload
    names = _ORDER.get(tag)
    if names is None:
        return {tag: dict(sorted(facts.items()))}
    rest = sorted(facts.keys() - set(names))
    return {tag: {name: _inner(facts[name]) for name in (*(name for name in names if name in facts), *rest)}}


def _inner(value: Any) -> Any:
    """Return a map inside a struct, sorted; the struct that names an event keeps its order."""
    if not isinstance(value, dict):
        return value
    return {k: value[k] for k in _CAUSAL} if value.keys() == set(_CAUSAL) else dict(sorted(value.items()))


def _key(sequence: Any) -> Any:
    return sequence if isinstance(sequence, int | str) else None
