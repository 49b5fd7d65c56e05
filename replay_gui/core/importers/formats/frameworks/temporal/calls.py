"""Calls of tools that run in the workflow itself: a history has them only in what its models say and are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from replay_gui.core.importers.formats.message import Message, MessageCall
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.run_builder import RunBuilder


class _Asked(NamedTuple):
    call: MessageCall
    decision: int  # seq of the answer


class WorkflowCalls:
    """Follow the calls of models; a call of which an activity comes is not one of the workflow itself."""

    def __init__(self, run: RunBuilder) -> None:
        self._run = run
        self._asked: list[_Asked] = []

    def take_answer(self, answer: Any, decision: int) -> None:
        """Keep the calls in an answer of a model. `decision`: its seq."""
        items = answer.get("output") if isinstance(answer, dict) else None
        self._asked += [_Asked(call, decision) for message in _messages(items) for call in message.calls]

    def take_activity(self, name: str) -> None:
        """Forget a call that is run by an activity with this name."""
        found = next((one for one in self._asked if one.call.name == name), None)
        if found is not None:
            self._asked.remove(found)

    def add_results(self, event_id: str, given: Any) -> None:
        """Add the calls with the results at the end of what a model is asked. `event_id`: of this request."""
        for number, (call_id, output) in enumerate(_last_results(given)):
            found = next((one for one in self._asked if one.call.id == call_id), None)
            if found is not None:
                self._asked.remove(found)
                own_id = f"{event_id} {number}"  # the ids of models may repeat
                self._run.request(own_id, found.call.name, found.call.input, parent=found.decision)
                self._run.end_call(own_id, output, error=None)


def _messages(items: Any) -> list[Message]:
    return [read_message(item) for item in maps_in(items) if is_message(item)]


def _last_results(given: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield (id of the call, output) of the results after the last other message to a model."""
    asked = given[0] if isinstance(given, list) and len(given) == 1 else given
    lists = [member for member in asked.values() if isinstance(member, list)] if isinstance(asked, dict) else []
    for messages in map(_messages, lists):
        begin = next((at for at in range(len(messages), 0, -1) if not messages[at - 1].results), 0)
        for message in messages[begin:]:
            yield from ((result.id, result.output) for result in message.results)
