from __future__ import annotations

import threading
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from replay_gui.engine.mailbox import Letter, Mailbox


def test_a_newer_request_replaces_the_waiting_one_and_keeps_its_place() -> None:
    box: Mailbox[str] = Mailbox()
    box.put("seek", "seek 1")
    box.put("rows", "rows")
    newest = box.put("seek", "seek 2")
    assert box.take() == Letter(newest, "seek", "seek 2")
    rows = box.take()
    assert rows is not None
    assert rows.request == "rows"


def test_a_request_that_was_taken_is_not_replaced() -> None:
    box: Mailbox[str] = Mailbox()
    first = box.put("seek", "a")
    assert box.take() == Letter(first, "seek", "a")
    second = box.put("seek", "b")
    assert box.take() == Letter(second, "seek", "b")


def test_close_wakes_a_taker_and_drops_what_waits() -> None:
    box: Mailbox[str] = Mailbox()
    got: list[object] = []
    taker = threading.Thread(target=lambda: got.append(box.take()))
    taker.start()
    box.close()
    taker.join(5)
    assert got == [None]
    box.put("seek", "late")
    assert box.take() is None


def test_many_threads_lose_nothing_that_must_be_kept() -> None:
    box: Mailbox[tuple[int, int]] = Mailbox()
    taken: list[Letter[tuple[int, int]]] = []

    def take_all() -> None:
        while (letter := box.take()) is not None:
            taken.append(letter)
            if letter.request[0] < 0:
                return

    def put_many(sender: int) -> None:
        for n in range(500):
            box.put(None, (sender, n))
            box.put("newest", (100 + sender, n))

    taker = threading.Thread(target=take_all)
    taker.start()
    senders = [threading.Thread(target=put_many, args=(sender,)) for sender in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    box.put(None, (-1, 0))
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
        self.box: Mailbox[int] = Mailbox()
        self.model: list[tuple[str | None, int]] = []

    @rule(key=st.sampled_from([None, "a", "b", "c"]), request=st.integers())
    def put(self, key: str | None, request: int) -> None:
        ticket = self.box.put(key, request)
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
        letter = self.box.take()
        assert letter is not None
        assert (letter.key, letter.ticket) == self.model.pop(0)

    @invariant()
    def one_of_a_key_waits(self) -> None:
        keys = [key for key, _ in self.model if key is not None]
        assert len(keys) == len(set(keys))


TestMailbox = MailboxMachine.TestCase
TestMailbox.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
