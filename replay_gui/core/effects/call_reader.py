"""Read the calls of a run from its events, in one pass."""

from __future__ import annotations

import re
import shlex
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from replay_gui.core.effects.answers import is_error_answer
from replay_gui.core.effects.classifier import EffectClassifier, command_text
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.chain import digest
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex

_REQUEST, _RESPONSE = Kind.TOOL_REQUEST.value, Kind.TOOL_RESPONSE.value
_KEY_BYTES = 16
_FLOAT = b"\xcb"  # begins a float of msgpack
_MAX_WHOLE = 1 << 53  # from which on not every whole number is a float
_COMMANDS = frozenset({"command", "cmd", "CommandLine"})  # members of an input
_MAX_COMMAND_CHARACTERS = 1_000
_PRINTING = re.compile(r"(?:^|[|;&])\s*(?:sudo )?(?:cat|tail|head|zcat|journalctl|dmesg|grep|rg|sed) |\blogs ")
_QUOTED = re.compile(r"(?=.*[\"'])[\w ./:=@,+\"'-]*")
"""A command with texts in quotation marks, in which no character means anything but itself."""


def make_call(classifier: EffectClassifier, request: Event, response: Event | None) -> ToolCall:
    """Return the call of a ToolRequest and its ToolResponse."""
    payload = request.payload
    tool, input = request.tool or "", payload.get("input")
    if _FLOAT in encode_decoded(input):
        input = _with_whole_numbers(input)
    finding = classifier.find(tool, input, payload.get("capabilities"))
    prints = finding.effect is Effect.READS and _prints_a_file(tool, input)
    return ToolCall(
        request=request.index,
        response=None if response is None else response.index,
        tool=tool,
        input=input,
        key=call_key(tool, input),
        answer=None if response is None else _answer(response.payload),
        ok=None if response is None else not is_error_answer(response.payload, by_words=not prints),
        effect=finding.effect,
        reason=finding.reason,
        targets=finding.targets,
        certain=finding.certain,
        also_checks=finding.checks,
        unchecked=finding.unchecked,
        error=error if response is not None and isinstance(error := response.payload.get("error"), str) else "",
    )


def _prints_a_file(tool: str, input: Any) -> bool:
    """Whether a call runs a command that prints a file or a log, whose first word may be ``Error``."""
    return _PRINTING.search(command_text(tool, input)[:_MAX_COMMAND_CHARACTERS]) is not None


def undecided_calls(calls: Iterable[ToolCall]) -> dict[EventIndex, tuple[str, ...]]:
    """Return the requests of the calls whose effect is the one that runs show of their tools.

    Returns: the targets of each such call, if it changes something; see EffectFinding.
    """
    unknown = [call for call in calls if call.effect is Effect.UNKNOWN]
    changing = {call.tool: EffectFinding(Effect.CHANGES, "") for call in unknown}
    classifier = EffectClassifier(observed=changing)
    found = ((call.request, classifier.find(call.tool, call.input)) for call in unknown)
    return {request: finding.targets for request, finding in found if finding.effect is Effect.CHANGES}


def _answer(payload: Mapping[str, Any]) -> Any:
    """Return the output of a ToolResponse; without an output, the text of its error."""
    output = payload.get("output")
    return payload.get("error") if output in (None, "") and payload.get("error") else output


def _with_whole_numbers(value: Any) -> Any:
    """Return a value with 5 instead of 5.0: JSON has one number for both, and models write either."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _MAX_WHOLE else value
    if isinstance(value, Mapping):
        return {name: _with_whole_numbers(member) for name, member in value.items()}
    return [_with_whole_numbers(item) for item in value] if isinstance(value, list | tuple) else value


def call_key(tool: str, input: Any) -> bytes:
    """Return the key of a call (see ToolCall). Quotation marks of a command and blanks at its end are ignored."""
    if isinstance(input, Mapping) and not _COMMANDS.isdisjoint(input):
        input = {
            name: _plain_command(value) if name in _COMMANDS and isinstance(value, str) else value
            for name, value in input.items()
        }
    return digest(encode_decoded((tool, input)))[:_KEY_BYTES]


def _plain_command(text: str) -> str:
    text = text.rstrip()
    if len(text) > _MAX_COMMAND_CHARACTERS or _QUOTED.fullmatch(text) is None:
        return text
    try:
        return shlex.join(shlex.split(text))
    except ValueError:  # a quotation mark is not closed
        return text


class CallReader:
    """Read the events of a run in order, and return each call once it is answered.

    A response belongs to the request that its meta names as parent; else to the oldest open request of its hash, or of
    its tool. At most MAX_WAITING requests are open; beyond that, the oldest is treated as unanswered.
    """

    MAX_WAITING = 10_000

    def __init__(self, classifier: EffectClassifier) -> None:
        self._classifier = classifier
        self._waiting: OrderedDict[int, Event] = OrderedDict()  # by seq
        self._number = 0

    def read_event(self, event: Event) -> ToolCall | None:
        """Read the next event; return the call that it answers, or an old open call that is dropped as unanswered."""
        if event.kind == _REQUEST:
            self._number += 1
            self._waiting[event.seq if event.seq is not None else -self._number] = event
            if len(self._waiting) > self.MAX_WAITING:
                return make_call(self._classifier, self._waiting.popitem(last=False)[1], None)
        elif event.kind == _RESPONSE:
            request = self._request_of(event)
            if request is not None:
                return make_call(self._classifier, request, event)
        return None

    def unanswered(self) -> list[ToolCall]:
        """Return the open calls, in order, and remove them."""
        waiting, self._waiting = self._waiting, OrderedDict()
        return [make_call(self._classifier, request, None) for request in waiting.values()]

    def _request_of(self, response: Event) -> Event | None:
        parent = response.parent
        if parent is not None and parent in self._waiting:
            return self._waiting.pop(parent)
        name = response.tool
        at = next((seq for seq, request in self._waiting.items() if request.tool == name), None)
        return None if at is None else self._waiting.pop(at)
