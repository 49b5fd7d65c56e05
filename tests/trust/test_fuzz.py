"""A short run of what ``python -m tests.trust.fuzz`` does for hours, and all that was ever found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust.mutation import Mutator
from tests.trust.targets import findings, seeds, targets

ROUNDS = 40
LONG_ROUNDS = 20_000


@pytest.fixture(params=targets())
def target(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def attack(target: str, rounds: int, seed: int) -> None:
    mutator, run = Mutator(seed, seeds(target)), targets()[target]
    for _ in range(rounds):
        data = mutator.next()
        try:
            run(data)
        except Exception as why:
            raise AssertionError(f"{type(why).__name__}: {why} on {data[:2000]!r}") from why


def test_sound_inputs(target: str) -> None:
    for data in seeds(target):
        targets()[target](data)


def test_damaged_inputs(target: str) -> None:
    attack(target, ROUNDS, 7)


@pytest.mark.long
def test_many_damaged_inputs(target: str) -> None:
    attack(target, LONG_ROUNDS, 8)


@pytest.mark.parametrize("path", [path for name in targets() for path in findings(name)], ids=lambda path: path.name)
def test_what_was_once_too_much(path: Path) -> None:
    targets()[path.parent.name](path.read_bytes())
