"""Positions and event indexes: how they relate, that mypy tells them apart, and that names do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui.core.log.positions import (
    EventIndex,
    Position,
    index_after,
    index_before,
    position_after,
    position_before,
    position_moved,
)
from tests.helpers.paths import ROOT

_PLACE = re.compile(r"(?i:(^|_)places?(_|$))|(^|[a-z])Places?($|[A-Z])")  # a word in snake_case or CamelCase
_NAMES_OF_QT = {"PlaceholderText"}


def test_an_event_stands_between_two_positions() -> None:
    event = EventIndex(7)
    assert (position_before(event), position_after(event)) == (7, 8)
    assert index_after(position_before(event)) == index_before(position_after(event)) == event
    assert index_before(Position(0)) == -1, "no event has been applied there"
    assert position_moved(Position(8), -3) == 5


# A call with the other of the two types, and the type that is wanted there.
_WRONG_CALLS = {
    "position_after(Position(1))": "EventIndex",
    "index_before(EventIndex(1))": "Position",
    "replayer.state_at(EventIndex(1))": "Position",
    "session.seek(EventIndex(1))": "Position",
    "table.row_at_or_before(Position(1))": "EventIndex",
}
_SNIPPET = """\
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.replay.replayer import Replayer
from replay_gui.models.run.event_table import EventTable
from replay_gui.models.session import Session
replayer: Replayer
session: Session
table: EventTable
position_after(EventIndex(1)), index_before(Position(1))
"""


def test_mypy_tells_them_apart(tmp_path: Path) -> None:
    file = tmp_path / "snippet.py"
    file.write_text(_SNIPPET + "\n".join(_WRONG_CALLS), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--no-error-summary", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    listed = [line.partition(": error: ") for line in done.stdout.splitlines() if ": error: " in line]
    assert len(listed) == len(_WRONG_CALLS), done.stdout + done.stderr
    for number, ((where, _, words), wanted) in enumerate(zip(listed, _WRONG_CALLS.values(), strict=True)):
        given = "Position" if wanted == "EventIndex" else "EventIndex"
        assert where.endswith(f":{len(_SNIPPET.splitlines()) + number + 1}"), done.stdout
        assert f'incompatible type "{given}"; expected "{wanted}"' in words, done.stdout


def _identifiers(tree: ast.AST) -> Iterator[str]:
    """Yield the names of variables, attributes, parameters, keywords, functions and classes."""
    for node in ast.walk(tree):
        for member in ("id", "attr", "arg", "name", "asname"):
            if isinstance(name := getattr(node, member, None), str):
                yield name


_ROOMS = ("log", "state", "replay", "index", "verification", "recorder", "divergence")


@pytest.mark.parametrize(
    ("name", "found"),
    [("place", True), ("places_a", True), ("RowPlaces", True), ("_place", True), ("replace", False), ("Places", True)],
)
def test_a_place_is_recognised(name: str, found: bool) -> None:
    assert bool(_PLACE.search(name)) is found


def test_no_identifier_says_place() -> None:
    """In the rooms that count events; elsewhere a place may be one in a file, in a program or on the screen."""
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for room in _ROOMS
        for path in sorted((ROOT / "replay_gui" / "core" / room).rglob("*.py"))
        for name in _identifiers(ast.parse(path.read_text(encoding="utf-8")))
        if _PLACE.search(name) and name not in _NAMES_OF_QT
    ]
    assert not found, "an event is found by its index, a state by its position"
