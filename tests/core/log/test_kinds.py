"""Kinds of events: their predicates and groups, and that no other file spells them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TypeGuard

import pytest

import replay_gui
from replay_gui.core.log.event import SKIPPED_KIND, UNREADABLE_KIND
from replay_gui.core.log.kinds import KINDS, Kind, KindGroup, group_of, is_custom, is_damage, is_denial, is_failure
from replay_gui.core.log.payloads import STRUCTURES

PACKAGE = Path(replay_gui.__file__).parent
OTHER_USES = {
    "__init__.py": {"Snapshot"},  # a public class
    "core/text/event_label.py": {"Error", "Snapshot"},  # words for people
    "widgets/timeline/timeline.py": {"Snapshot"},  # the heading of a card
}


def test_kinds_are_plain_strings_in_the_order_of_the_format() -> None:
    assert {type(kind) for kind in KINDS} == {str}
    assert tuple(Kind) == KINDS == tuple(STRUCTURES)


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("Error", (True, False, False, False)),
        ("CapabilityDenied", (True, True, False, False)),
        ("PatchApplied", (False, False, False, False)),
        ("ToolResponse", (False, False, False, False)),
        ("x:Error", (False, False, True, False)),
        (SKIPPED_KIND, (False, False, False, True)),
        (UNREADABLE_KIND, (False, False, False, True)),
        ("", (False, False, False, False)),
    ],
)
def test_predicates(kind: str, answers: tuple[bool, ...]) -> None:
    assert (is_failure(kind), is_denial(kind), is_custom(kind), is_damage(kind)) == answers


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_group(kind: str) -> None:
    assert group_of(kind) not in (KindGroup.CUSTOM, KindGroup.DAMAGE, KindGroup.OTHER)


def test_groups_of_what_is_no_kind() -> None:
    assert group_of("x:Error") is KindGroup.CUSTOM
    assert group_of(UNREADABLE_KIND) is KindGroup.DAMAGE
    assert group_of("ErrorOfTheFuture") is KindGroup.OTHER


def test_kinds_are_named_by_the_enum() -> None:
    spelled = {path.relative_to(PACKAGE).as_posix(): spelled_kinds(path) for path in PACKAGE.rglob("*.py")}
    assert spelled.pop("core/log/kinds.py")
    assert {name: kinds for name, kinds in spelled.items() if not kinds <= OTHER_USES.get(name, set())} == {}


def spelled_kinds(path: Path) -> set[str]:
    """The kinds of events that stand as strings in a file."""
    text = path.read_text("utf-8")
    if not any(f'"{kind}"' in text for kind in KINDS):
        return set()  # to parse all files takes seconds
    nodes = list(ast.walk(ast.parse(text)))
    prefixes = {id(call.args[0]) for call in nodes if _is_startswith(call)}  # of a text that is no kind
    return set(KINDS) & {node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in prefixes}


def _is_startswith(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith"
