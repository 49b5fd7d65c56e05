"""The first event that says a value, found in the bytes of the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from replay_gui import EventLog, Recorder
from replay_gui.core.reasons.event_texts import event_holds, role_of, word_pattern
from replay_gui.core.reasons.evidence import first_places
from replay_gui.core.reasons.evidence.first_places import FirstPlaces

VALUES = ("Z7GOZK", "card_4411", "150", "37", "70000", "12.5", "-3000", "naïve ☃", "a/b.py", "x\ny", "never_said")


def made_log(path: Path, chance: Random) -> Path:
    with Recorder(path, "t", "1", config={"about": "Z7GOZK card_4411 150"}, run_id="Z7GOZK", state_hash_every=0) as run:
        run.observation("message", "system", "Z7GOZK and card_4411 and 70000")
        for _ in range(40):
            value = chance.choice(VALUES[:-1]) if chance.random() < 0.3 else "nothing"
            number: Any = float(value) if "." in value and value[0].isdigit() else value
            if value.lstrip("-").isdigit() and chance.random() < 0.5:
                number = int(value)
            word = chance.choice((value, f"({value})", f"x{value}", {value: 1}, [number], {"k": {"n": number}}))
            match chance.randrange(4):
                case 0:
                    run.observation("message", "user", word)
                case 1:
                    run.decision("message", word, reasoning=str(value))
                case 2:
                    run.tool_response(run.tool_request("t", {"q": word}), [word], note=value)
                case _:
                    run.outcome(passed=None, by="grader", answer=value)
    return path


@pytest.mark.parametrize("stretch", [1 << 23, 200])
def test_it_is_the_first_that_a_plain_search_finds(
    stretch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_places, "_STRETCH_BYTES", stretch)
    if stretch == 200:
        monkeypatch.setattr(first_places, "_KEPT_BYTES", 0)
    for seed in range(25):
        log = EventLog.open(made_log(tmp_path / f"{seed}-{stretch}.rlog", Random(seed)))
        places = FirstPlaces(log.source, log.offsets, log.__getitem__)
        places.find_all(VALUES[::2])
        for value in VALUES:
            said = (e.index for e in log if role_of(e) is not None and event_holds(e, value, word_pattern(value)))
            first = next(said, None)
            assert places.find(value) == first, (seed, value)
            assert places.never_occurs(value) is (first is None)


def test_too_many_candidates_leave_it_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_places, "_MAX_DECODED_EVENTS", 3)
    path = tmp_path / "run.rlog"
    with Recorder(path, "t", "1", run_id="r") as run:
        for number in range(6):
            run.decision("message", f"xZ7GOZK{number}" if number < 5 else "Z7GOZK")
    log = EventLog.open(path)
    places = FirstPlaces(log.source, log.offsets, log.__getitem__)
    assert places.find("Z7GOZK") is None
    assert not places.never_occurs("Z7GOZK")


def _passes(places: FirstPlaces, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first byte of each stretch that is searched from now on."""
    searched: list[int] = []
    stretches = places._stretches

    def counted() -> Iterator[tuple[int, bytes]]:
        for start, data in stretches():
            searched.append(start)
            yield start, data

    monkeypatch.setattr(places, "_stretches", counted)
    return searched


def test_values_that_are_asked_together_take_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog.open(made_log(tmp_path / "run.rlog", Random(3)))
    alone, together = (FirstPlaces(log.source, log.offsets, log.__getitem__) for _ in range(2))
    values = [*VALUES, *(f"never_said_{number}" for number in range(40))]
    passes = _passes(together, monkeypatch)
    together.find_all(values)
    assert len(passes) == 1
    assert [together.find(value) for value in values] == [alone.find(value) for value in values]
    assert [together.never_occurs(value) for value in values] == [alone.never_occurs(value) for value in values]
    assert len(passes) == 1, "they are known by now"


def test_once_too_much_was_searched_nothing_is_said_of_further_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = EventLog.open(made_log(tmp_path / "run.rlog", Random(3)))
    places = FirstPlaces(log.source, log.offsets, log.__getitem__)
    monkeypatch.setattr(first_places, "_BUDGET_BYTES", 2 * log.source.size)
    for number in range(3):
        assert places.never_occurs(f"never_said_{number}"), "the pass under way is ended"
    assert places.exhausted
    assert not places.never_occurs("never_said_3")
