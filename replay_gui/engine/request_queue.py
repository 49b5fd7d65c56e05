"""What waits for the core engine thread: a queue in which a newer request replaces the waiting one of its key."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QueuedRequest(Generic[T]):
    """A request as it is taken out. Tickets grow in the order of `put`."""

    ticket: int
    key: Hashable
    request: T


class RequestQueue(Generic[T]):
    """A queue for many senders and one taker, safe from any thread.

    Invariants:
        at most one request of a key waits; a newer one replaces it and keeps its place in the queue, so that a key that
        is put faster than it is served neither starves nor overtakes the others;
        a request that was taken is never withdrawn: it runs to its end;
        nothing is taken after `close`.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, QueuedRequest[T]] = {}
        self._tickets = itertools.count(1)
        self._changed = Condition()
        self._closed = False

    def put_request(self, key: Hashable | None, request: T) -> int:
        """Queues `request` and returns its ticket; of key None each one is kept. After `close` it is dropped."""
        with self._changed:
            ticket = next(self._tickets)
            if not self._closed:
                place: Hashable = ("once", ticket) if key is None else key
                self._waiting[place] = QueuedRequest(ticket, key, request)
                self._changed.notify()
            return ticket

    def take_request(self) -> QueuedRequest[T] | None:
        """The oldest waiting place's request; waits for one. None once the mailbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            return self._waiting.pop(next(iter(self._waiting)))

    def cancel(self, key: Hashable) -> bool:
        """Withdraws the waiting request of `key`; False where none waits."""
        with self._changed:
            return self._waiting.pop(key, None) is not None

    def close(self) -> None:
        """Drops what waits and lets `take` return None."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
