from __future__ import annotations

import threading
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from replay_gui.engine.request_queue import QueuedRequest, RequestQueue
from tests.helpers.effort import tries


def test_a_newer_request_replaces_the_waiting_one_and_keeps_its_place() -> None:
    box: RequestQueue[str] = RequestQueue()
    box.put_request("seek", "seek 1")
    box.put_request("rows", "rows")
    newest = box.put_request("seek", "seek 2")
    assert box.take_request() == QueuedRequest(newest, "seek", "seek 2")
    rows = box.take_request()
    assert rows is not None
    assert rows.request == "rows"


def test_a_request_that_was_taken_is_not_replaced() -> None:
    box: RequestQueue[str] = RequestQueue()
    first = box.put_request("seek", "a")
    assert box.take_request() == QueuedRequest(first, "seek", "a")
    second = box.put_request("seek", "b")
    assert box.take_request() == QueuedRequest(second, "seek", "b")


def test_close_wakes_a_taker_and_drops_what_waits() -> None:
    box: RequestQueue[str] = RequestQueue()
    got: list[object] = []
    taker = threading.Thread(target=lambda: got.append(box.take_request()))
    taker.start()
    box.close()
    taker.join(5)
    assert got == [None]
    box.put_request("seek", "late")
    assert box.take_request() is None


def test_closing_returns_what_was_waiting() -> None:
    box: RequestQueue[str] = RequestQueue()
    for key, request in (("seek", "1"), ("write", "rules"), ("seek", "2")):
        box.put_request(key, request)
    assert sorted(box.close()) == ["2", "rules"]
    assert box.close() == []


def test_many_threads_lose_nothing_that_must_be_kept() -> None:
    box: RequestQueue[tuple[int, int]] = RequestQueue()
    taken: list[QueuedRequest[tuple[int, int]]] = []

    def take_all() -> None:
        while (letter := box.take_request()) is not None:
            taken.append(letter)
            if letter.request[0] < 0:
                return

    def put_many(sender: int) -> None:
        for n in range(500):
            box.put_request(None, (sender, n))
            box.put_request("newest", (100 + sender, n))

    taker = threading.Thread(target=take_all)
    taker.start()
    senders = [threading.Thread(target=put_many, args=(sender,)) for sender in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    box.put_request(None, (-1, 0))
    taker.join(20)
    kept = [letter for letter in taken if letter.request[0] in range(8)]
    assert Counter(letter.request[0] for letter in kept) == dict.fromkeys(range(8), 500)
    for sender_number in range(8):  # each sender's stay in order
        assert [letter.request[1] for letter in kept if letter.request[0] == sender_number] == list(range(500))
    newest = [letter.ticket for letter in taken if letter.key == "newest"]
    assert newest == sorted(newest)
    assert any(letter.request[1] == 499 for letter in taken if letter.key == "newest")


class MailboxMachine(RuleBasedStateMachine):
    """Against a plain list of [key, ticket]."""

    def __init__(self) -> None:
        super().__init__()
        self.box: RequestQueue[int] = RequestQueue()
        self.model: list[tuple[str | None, int]] = []

    @rule(key=st.sampled_from([None, "a", "b", "c"]), request=st.integers())
    def put(self, key: str | None, request: int) -> None:
        ticket = self.box.put_request(key, request)
        assert all(ticket > other for _, other in self.model)
        places = [i for i, (other, _) in enumerate(self.model) if key is not None and other == key]
        if places:
            self.model[places[0]] = (key, ticket)
        else:
            self.model.append((key, ticket))

    @rule(key=st.sampled_from(["a", "b", "c"]))
    def cancel(self, key: str) -> None:
        assert self.box.cancel(key) == any(other == key for other, _ in self.model)
        self.model = [letter for letter in self.model if letter[0] != key]

    @precondition(lambda self: self.model)
    @rule()
    def take(self) -> None:
        letter = self.box.take_request()
        assert letter is not None
        assert (letter.key, letter.ticket) == self.model.pop(0)

    @invariant()
    def one_of_a_key_waits(self) -> None:
        keys = [key for key, _ in self.model if key is not None]
        assert len(keys) == len(set(keys))


TestMailbox = MailboxMachine.TestCase
TestMailbox.settings = settings(max_examples=tries(15, long=60), stateful_step_count=30, deadline=None)
