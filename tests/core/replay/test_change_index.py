"""The index of changes says of every path what a replay says of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.replay.change_index import ChangeIndex, ChangeIndexBuilder
from replay_gui.core.replay.value_history import value_histories
from tests.core.replay.brute_force import CONTENTS, brute_force, memory, operation, paths, states
from tests.helpers.effort import tries
from tests.helpers.paths import ROOT

VECTORS = sorted((ROOT / "tests" / "data" / "vectors").rglob("*.rlog"))


def index_of(contents: Sequence[bytes | None]) -> ChangeIndex:
    builder = ChangeIndexBuilder()
    assert list(value_histories(contents, [], builder.add_changes)) == []
    assert not builder.gave_up
    return builder.build()


def assert_equal_to_replay(contents: Sequence[bytes | None]) -> None:
    reached = states(contents)
    every = sorted(set().union(*map(paths, reached)) | {("nowhere",), ("messages", "-"), ("messages", "00")})
    histories = index_of(contents).histories(every)
    assert {keys: history.tolist() for keys, history in zip(every, histories, strict=True)} == {
        keys: [index for index, _, _ in brute_force(reached, keys)] for keys in every
    }


@given(CONTENTS)
@settings(max_examples=tries(30, long=400))
def test_on_random_logs(contents: list[bytes | None]) -> None:
    assert_equal_to_replay(contents)


def test_there_are_vectors() -> None:
    assert VECTORS


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_on_every_vector_that_is_a_log(path: object) -> None:
    try:
        log = EventLog.open(str(path))
    except Exception:  # noqa: BLE001 - what is no log has no changes
        return
    with log:
        contents = list(log.contents(FIRST_EVENT, EventIndex(min(len(log), 200))))
    assert_equal_to_replay(contents)


def test_items_that_move_change_each_index() -> None:
    assert_equal_to_replay(
        [
            encode(content)
            for content in (
                operation("add", "/l", [1, [], {"a": 1}, True]),
                operation("add", "/l/0", 1),
                operation("remove", "/l/2"),
                operation("replace", "/l", {"0": 1}),
                memory("a", {}),
                memory("a", {"b-c": 1, "b": {"c": 1}, "b/c": 1}),
                memory("a", {"b": {"c": 1.0}}),
            )
        ]
    )


def test_too_many_changes_are_given_up() -> None:
    contents = [encode(memory("a", [number] * number)) for number in range(30)]
    for builder in (ChangeIndexBuilder(max_changes=100), ChangeIndexBuilder(max_work=100)):
        list(value_histories(contents, [], builder.add_changes))
        assert builder.gave_up
