"""A short run of what ``python -m tests.trust.fuzz`` does for hours, and all that was ever found."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from tests.trust.mutation import Mutator, each_member_changed
from tests.trust.targets import findings, seeds, targets

ROUNDS = 10
LONG_ROUNDS = 20_000


@pytest.fixture(params=targets())
def target(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def attack(target: str, damaged: Iterable[bytes]) -> None:
    run = targets()[target]
    for data in damaged:
        try:
            run(data)
        except Exception as why:
            raise AssertionError(f"{type(why).__name__}: {why} on {data[:2000]!r}") from why


def test_sound_inputs(target: str) -> None:
    for data in seeds(target):
        targets()[target](data)


def test_damaged_inputs(target: str) -> None:
    attack(target, Mutator(7, seeds(target)).inputs(ROUNDS))


@pytest.mark.long
def test_many_damaged_inputs(target: str) -> None:
    attack(target, chain.from_iterable(map(each_member_changed, seeds(target))))
    attack(target, Mutator(8, seeds(target)).inputs(LONG_ROUNDS))


@pytest.mark.parametrize("path", [path for name in targets() for path in findings(name)], ids=lambda path: path.name)
def test_what_was_once_too_much(path: Path) -> None:
    targets()[path.parent.name](path.read_bytes())
