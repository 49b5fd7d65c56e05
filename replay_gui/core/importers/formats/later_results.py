"""Results that a message has together with its calls, and that a later message gives once more: one result each."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.message import Message, MessageResult
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.json_lines import NotJson, value_in

_MAX_AHEAD = 100  # records behind a message that are searched for results of its calls


class LaterResults:
    """Iterates over numbered records; those to come can be searched for the results of the current one's calls."""

    def __init__(self, records: Iterable[tuple[int, Any]], wrappers: Collection[str] = ()) -> None:
        """`wrappers`: members of records that may hold the message."""
        self._records = iter(records)
        self._wrappers = wrappers
        self._ahead: deque[tuple[tuple[int, Any], set[str | None]]] = deque()  # each with the ids of its results
        self._held: dict[str, MessageResult] = {}

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        return self

    def __next__(self) -> tuple[int, Any]:
        return self._ahead.popleft()[0] if self._ahead else next(self._records)

    def hold(self, message: Message, result: MessageResult) -> bool:
        """Keep a result of the current message, if it is of a call in it and one of the next messages gives it too.

        Returns whether it was kept; `whole` joins it with the later one.
        """
        call_id = result.id
        if call_id is None or [call.id for call in message.calls].count(call_id) != 1 or not self._comes(call_id):
            return False
        self._held[call_id] = result
        return True

    def whole(self, result: MessageResult) -> tuple[MessageResult, dict[str, Any]]:
        """Return (a result joined with the one that was kept of the same call, what the two say differently)."""
        held = self._held.pop(result.id, None) if result.id is not None else None
        return (result, {}) if held is None else _joined(held, result)

    def _comes(self, call_id: str) -> bool:
        """Whether one of the messages right behind the current one, which have only results, has that of a call."""
        for number in range(_MAX_AHEAD):
            if number == len(self._ahead):
                if (more := next(self._records, None)) is None:
                    return False
                self._ahead.append((more, self._results_in(more[1])))
            ids = self._ahead[number][1]
            if not ids or call_id in ids:
                return bool(ids)
        return False

    def _results_in(self, record: Any) -> set[str | None]:
        """Return the ids of the results in a message that has only results; nothing for other records."""
        inner = [record.get(name) for name in self._wrappers] if isinstance(record, dict) else []
        found = next((one for one in (*inner, record) if isinstance(one, dict) and is_message(one)), None)
        message = None if found is None else read_message(found)
        return set() if message is None or message.calls else {result.id for result in message.results}


def _joined(in_call: MessageResult, given: MessageResult) -> tuple[MessageResult, dict[str, Any]]:
    """Join two results of one call. The output is what the model was given, or the other one, if that is longer."""
    differing = dict[str, Any]()
    output = given.output
    if not _are_equal(in_call.output, given.output):
        is_more = _is_part(given.output, in_call.output)
        output = in_call.output if is_more else given.output
        differing["output_in_message" if is_more else "output_in_call"] = given.output if is_more else in_call.output
    if in_call.error != given.error:
        differing["is_error_in_call"] = in_call.error
    if in_call.why and given.why and in_call.why != given.why:
        differing["error_in_call"] = in_call.why
    whole = replace(
        given,
        name=given.name or in_call.name,
        output=output,
        error=in_call.error or given.error,
        why=given.why or in_call.why,
        refused=in_call.refused or given.refused,
        duration=in_call.duration if given.duration is None else given.duration,
    )
    return whole, differing


def _are_equal(first: Any, second: Any) -> bool:
    """Whether two outputs say the same; one of them may be JSON in a text."""
    if isinstance(first, str) != isinstance(second, str):
        text, value = (first, second) if isinstance(first, str) else (second, first)
        try:
            return _canonical(value_in(text)) == _canonical(value)
        except NotJson:
            return False
    return _canonical(first) == _canonical(second)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)  # in Python, 1 equals True


def _is_part(text: Any, of: Any) -> bool:
    return text in (None, "", [], {}) or (isinstance(text, str) and isinstance(of, str) and text in of)
