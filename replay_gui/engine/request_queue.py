"""The queue of the engine thread, in which a newer request replaces the waiting one with the same key."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QueuedRequest(Generic[T]):
    """A request that was taken from the queue. Tickets grow in the order of `put_request`."""

    ticket: int
    key: Hashable
    request: T


class RequestQueue(Generic[T]):
    """A queue of many senders and one receiver; all methods may be called from any thread.

    Invariants:
        at most one request of a key waits; a newer one replaces it and keeps its place in the queue, so a key that is
        put faster than it is served is neither delayed forever nor overtakes the others;
        a request that was taken is never withdrawn: it runs to its end;
        after `close`, no request is taken.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, QueuedRequest[T]] = {}
        self._tickets = itertools.count(1)
        self._changed = Condition()
        self._closed = False

    def put_request(self, key: Hashable | None, request: T) -> int:
        """Queue a request and return its ticket; with key None it replaces none. After `close` it is dropped."""
        with self._changed:
            ticket = next(self._tickets)
            if not self._closed:
                slot: Hashable = ("once", ticket) if key is None else key
                self._waiting[slot] = QueuedRequest(ticket, key, request)
                self._changed.notify()
            return ticket

    def take_request(self) -> QueuedRequest[T] | None:
        """Wait for a request, and return the first one in the queue; None once the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            return self._waiting.pop(next(iter(self._waiting)))

    def cancel(self, key: Hashable) -> bool:
        """Remove the waiting request with this key; return whether there was one."""
        with self._changed:
            return self._waiting.pop(key, None) is not None

    def close(self) -> list[T]:
        """Make `take_request` return None; return the requests that were waiting, in order."""
        with self._changed:
            self._closed = True
            dropped = [queued.request for queued in self._waiting.values()]
            self._waiting.clear()
            self._changed.notify_all()
            return dropped
