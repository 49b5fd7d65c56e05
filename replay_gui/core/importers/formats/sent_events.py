"""Read server-sent events (``event: …``, ``data: …``, an empty line), as a program saves what a server sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, lines, value_of

_SIGNS = (b"event:", b"data:", b"id:", b"retry:", b":")  # of a line
_DONE = b"[DONE]"
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*("?)', re.DOTALL)  # in JSON; without its end, it goes on in the next line
_END = 0, b""  # the empty line that the last event may lack


def are_sent(file: ForeignFile) -> bool:
    """Return whether the file begins with a line of a server-sent event, and then another or an empty line."""
    first, *then = file.head.lstrip().splitlines()[:2] or [b""]
    return first.startswith(_SIGNS) and all(not line or line.startswith(_SIGNS) for line in then)


def first_sent(file: ForeignFile) -> list[dict[str, Any]]:
    """Return the events in the head of the file, for the recognition of a format; the last one may be cut off."""
    head = file.head.replace(b"\r\n", b"\n")
    is_all = file.source.size == len(file.head)
    whole = head if is_all else head.rpartition(b"\n\n")[0] or head.rpartition(b"\n")[0]
    return [part for _, part in _parts(enumerate(whole.split(b"\n"), 1), ImportNotes())][:20]


def numbered_sent(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each event as ``{"event": …, "data": …}``, with the number of its line with the data."""
    return _parts(((line.number, line.raw) for line in lines(file.source)), notes)


def sent_in(text: str) -> list[dict[str, Any]]:
    """Return the events in a text, in the same form."""
    return [part for _, part in _parts(enumerate(text.encode("utf-8", "replace").split(b"\n"), 1), ImportNotes())]


def _parts(numbered: Iterable[tuple[int, bytes]], notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the events. Some programs leave out the empty lines; whole data then ends at the next data or event."""
    event, data, at = "", _Data(), 0
    for number, raw in chain(numbered, [_END]):
        line = raw.rstrip(b"\r")
        name, _, value = line.partition(b":")
        value, is_end = value.removeprefix(b" "), not line
        is_done = name == b"data" and value.strip() == _DONE
        if data.lines and (is_end or is_done or (_begins(name, event) and data.is_whole())):
            if b"".join(data.lines).strip() != _DONE:
                yield at, {"event": event or "message", "data": _value(b"\n".join(data.lines), notes)}
            event, data = "", _Data()
        if is_end:
            event = ""
        elif name == b"event":
            event = value.decode("utf-8", "replace")
        elif name == b"data":
            data.lines.append(value)
            at = number


def _begins(name: bytes, event: str) -> bool:
    """Whether a line with this name can begin an event, behind data and perhaps the name of another event."""
    return name == b"data" or (name == b"event" and event != "")


class _Data:
    """The lines of data of one event. Only those that can end a JSON value are read, and none twice."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._measured = 0  # lines
        self._depth = 0  # open brackets behind these lines
        self._in_text = False  # whether a JSON text goes on behind them
        self._is_spoilt = False  # whether no more lines can make them a value

    def is_whole(self) -> bool:
        """Whether the lines are a whole JSON object or array, or the end of all."""
        for line in self.lines[self._measured :]:
            self._measure(line)
        self._measured = len(self.lines)
        if self._depth or self._in_text or self._is_spoilt or not self.lines[-1].strip():
            return False
        raw = b"\n".join(self.lines).strip()
        is_whole = raw == _DONE or (raw.endswith((b"}", b"]")) and not isinstance(_value(raw, ImportNotes()), str))
        self._is_spoilt = not is_whole
        return is_whole

    def _measure(self, line: bytes) -> None:
        rest = b'"' + line if self._in_text else line
        texts = [*_TEXT.finditer(rest)]
        self._in_text = bool(texts) and not texts[-1][1]
        bare = _TEXT.sub(b"", rest)
        self._depth += bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")


def _value(raw: bytes, notes: ImportNotes) -> Any:
    """Return the JSON value of the data; its text if it is not JSON."""
    try:
        return value_of(raw, notes) if raw else None
    except NotJson:
        return raw.decode("utf-8", "replace")
