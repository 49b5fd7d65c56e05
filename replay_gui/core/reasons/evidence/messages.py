"""The messages of users and of the agent in one run, read from the log on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import message_text, role_of, word_pattern
from replay_gui.core.reasons.origin import OriginRole

_TYPES = frozenset({"message", "input", "sample"})
_MAX_EVENTS_READ = 600  # events that one query reads
_EDGE_MESSAGES = 40  # first and last messages by which a conversation is recognised

Message = tuple[EventIndex, str]
"""The index of an event, and its words."""


class Messages:
    """The messages of a run. No query reads more than 600 events, so that it is answered quickly."""

    def __init__(self, indexes: NDArray[np.intp], event: Callable[[EventIndex], Event]) -> None:
        """`indexes`: of the observations and decisions, ascending. `event`: returns the event at an index."""
        self._indexes, self._event = indexes, event
        self._end = EventIndex(int(indexes[-1]) + 1 if len(indexes) else 0)  # just after the last message
        self._read: dict[int, tuple[OriginRole, str] | None] = {}

    def before(self, index: EventIndex, role: OriginRole) -> Iterator[Message]:
        """Yield the messages of a role before an index, the last one first."""
        end = int(np.searchsorted(self._indexes, index))
        return self._of_role(self._indexes[max(0, end - _MAX_EVENTS_READ) : end][::-1].tolist(), role)

    def after(self, index: EventIndex, role: OriginRole) -> Iterator[Message]:
        """Yield the messages of a role after an index, in order."""
        start = int(np.searchsorted(self._indexes, index, side="right"))
        return self._of_role(self._indexes[start : start + _MAX_EVENTS_READ].tolist(), role)

    def last(self, role: OriginRole) -> Message | None:
        """Return the last message of a role."""
        return next(self.before(self._end, role), None)

    def latest(self, role: OriginRole, count: int) -> list[Message]:
        """Return the last messages of a role, at most `count`, in order."""
        return [*islice(self.before(self._end, role), count)][::-1]

    def first_naming(self, role: OriginRole, value: str, before: EventIndex) -> EventIndex | None:
        """Return the first message of a role before an index that has a value as a whole word."""
        pattern = word_pattern(value)
        named = [index for index, words in self.before(before, role) if value in words and pattern.search(words)]
        return named[-1] if named else None

    def never_named(self, role: OriginRole, value: str) -> bool:
        """Whether no message of a role has a value; False if there are too many messages to know."""
        if not len(self._indexes) or len(self._indexes) > _MAX_EVENTS_READ:
            return False
        return self.first_naming(role, value, self._end) is None

    def is_conversation(self) -> bool:
        """Whether a user has more than one message among the first and the last messages."""
        edges = [*self._indexes[:_EDGE_MESSAGES].tolist(), *self._indexes[_EDGE_MESSAGES:][-_EDGE_MESSAGES:].tolist()]
        from_user = self._of_role(edges, OriginRole.USER)
        return next(from_user, None) is not None and next(from_user, None) is not None

    def _of_role(self, indexes: Iterable[EventIndex], role: OriginRole) -> Iterator[Message]:
        for index in indexes:
            if index not in self._read:
                self._read[index] = _message(self._event(index))
            message = self._read[index]
            if message is not None and message[0] is role:
                yield index, message[1]


def _message(event: Event) -> tuple[OriginRole, str] | None:
    """Return (role, words) of an event; None if it is not a message."""
    role = role_of(event)
    if role is None or role is OriginRole.ANSWER:
        return None
    if event.payload.get("obs_type", event.payload.get("decision_type")) not in _TYPES:
        return None
    words = message_text(event)
    return (role, words) if words.strip() else None
