"""The attributes of an OpenTelemetry span: those that were read, the volatile ones, and the rest."""

from __future__ import annotations

import json
import re
from typing import Any

from blake3 import blake3

from replay_gui.core.importers.formats.traces.spans import unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.plain_values import plain

_MAX_COMPARED_CHARACTERS = 2048  # a longer text that no other code reads is compared by its hash

# Names of attributes that differ between faithful runs: ids and clocks; tokens and cost; machine and network;
# versions and settings of the recorder.
_VOLATILE = re.compile(
    r"""
    (gen_ai|llm)\..*\.id
    | gen_ai\.((aggregated_)?usage\..*|response\.(id|timestamp)|conversation\.id|server\.time_.*)
    | mlflow\.(traceRequestId|chat\.tokenUsage|experimentId)
    | (llm\.(token_count|usage|cost|response\.id).*) | ai\.usage\..* | cost_(prompt|completion) | .*\btoken_usage\b.*
    | ai\.(response\.(id|timestamp|msTo.*|avg.*|providerMetadata|headers.*)|request\.headers.*|toolCall\.id)
    | (session|thread|process|host|os|k8s|container|telemetry|code|net|network|server|client|peer|otel|logfire|service
       | user_agent|faas|cloud|deployment|internal)\..*
    | http\.(user_agent|client_ip|host|request_content_length.*|response_content_length.*|flavor) | url\.full
    | gcp\.vertex\.agent\.(event_id|invocation_id|session_id) | event_loop\.(parent_)?cycle_id | span\.kind
    | (.*[._])?(latency|duration|ttft)(_?(ms|ns|s))? | (.*[._])?(start|end)_time | .*\bfingerprint\b | capture_time
    | langfuse\.(observation\.((usage|cost)_details|completion_start_time)|release|version|trace\.(public|tags))
    | braintrust\.(metrics|parent|tags|context)
    | lmnr\.span\.(instrumentation_source|sdk_version|ids_path|language_version)
    | (langgraph_)?checkpoint_ns | langgraph_request_id
    | __computed__\..* | resourceAttributes | scope | langsmith\..* | (.*[._])?(created|updated)_?at
    | (.*[._])?(thread|agent|task|crew|trace|span|run|request|session|message|call|tool_use)_?id
    | (.*[._])?(invocation|correlation|client|conversation)_?id
    """,
    re.VERBOSE,
)

# Ids that programs make at random: UUIDs, and those of messages and calls that begin with their type
_ID = re.compile(
    r"(?:[a-z_]{1,20}-{1,2})?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:-\d{1,4})?"
    r"|(?:call|chatcmpl|fc|msg|resp|rs|run|toolu|tooluse)[_-][A-Za-z0-9_-]{6,64}"
)


class Attributes:
    """The attributes of a span. Each can be taken once; those that are not taken are content, unless volatile."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        self.found = attributes
        self._taken: set[str] = set()

    def take_attribute(self, *names: str) -> Any:
        """Return the first existing attribute of these, and mark it as read; None if there is none."""
        for name in names:
            if self.found.get(name) is not None:
                self._taken.add(name)
                return self.found[name]
        return None

    def mark_read(self, name: str) -> None:
        """Mark an attribute as read."""
        self._taken.add(name)

    def rest(self, notes: ImportNotes) -> dict[str, Any]:
        """Return the attributes that are neither read nor volatile; long texts are replaced by their hash."""
        left = {
            name: compared_part(_short(value)) if name == "metadata" else _short(value)
            for name, value in self.found.items()
            if name not in self._taken and value not in (None, "", [], {}) and not is_volatile(name)
        }
        return plain(left, notes) if left else {}

    def kept(self, notes: ImportNotes) -> dict[str, Any]:
        """Return what `rest` leaves out or replaces by a hash, for the events' meta."""
        left = {
            name: value
            for name, value in self.found.items()
            if name not in self._taken and (is_volatile(name) or _short(value) is not value)
        }
        return plain(left, notes) if left else {}


def is_volatile(name: str) -> bool:
    """Return whether an attribute with this name differs between faithful runs."""
    return _VOLATILE.fullmatch(name) is not None


def compared_part(value: Any) -> Any:
    """Return `value` without volatile members, at any depth."""
    if isinstance(value, list):
        return [compared_part(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: compared_part(member) for name, member in value.items() if not is_volatile(str(name))}


def _short(value: Any) -> Any:
    """Return a value as it is compared: JSON in a text is decoded, without ids in it; a long text is its hash."""
    if not isinstance(value, str):
        return value
    compared = _without_ids(unfolded(value)) if value[:1] in ("{", "[") else value
    if len(value) <= _MAX_COMPARED_CHARACTERS:
        return compared
    text = value if compared is value else json.dumps(compared, sort_keys=True)
    return {"blake3": blake3(text.encode("utf-8", "surrogatepass")).hexdigest(), "characters": len(text)}


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_ids(member)
        for name, member in value.items()
        if not (name == "id" and isinstance(member, str) and _ID.fullmatch(member))
    }
