"""The messages that translators work on: each is a literal with named fields, looked up when it is shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import Formatter

from replay_gui.core.translation.messages import LANGUAGES, SOURCE_LANGUAGE
from tests.helpers.paths import ROOT

_LOOKUPS = {"tr": 1, "trn": 2, "translatable": 1}
"""The functions that take messages, and how many each takes."""


@dataclass(frozen=True, slots=True)
class _Call:
    place: str
    node: ast.Call
    is_at_import: bool

    @property
    def name(self) -> str:
        assert isinstance(self.node.func, ast.Name)
        return self.node.func.id

    @property
    def messages(self) -> list[str | None]:
        """The messages; None for one that is no literal."""
        arguments = self.node.args[: _LOOKUPS[self.name]]
        literals = [argument.value if isinstance(argument, ast.Constant) else None for argument in arguments]
        return [literal if isinstance(literal, str) else None for literal in literals]


@cache
def _calls() -> list[_Call]:
    found = list[_Call]()
    for path in sorted((ROOT / "replay_gui").rglob("*.py")):
        if path.parent.name != "translation":
            found += _calls_in(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)), is_at_import=True)
    return found


def _calls_in(node: ast.AST, file: str, *, is_at_import: bool) -> Iterator[_Call]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LOOKUPS:
        yield _Call(f"{file}:{node.lineno}", node, is_at_import)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.decorator_list):
            yield from _calls_in(default, file, is_at_import=is_at_import)
        inner: list[ast.AST] = [*node.body]
        is_at_import = False
    elif isinstance(node, ast.Lambda):
        inner, is_at_import = [node.body], False
    else:
        inner = list(ast.iter_child_nodes(node))
    for child in inner:
        yield from _calls_in(child, file, is_at_import=is_at_import)


def _fields(message: str) -> set[str]:
    return {name for _text, name, _format, _conversion in Formatter().parse(message) if name is not None}


def test_each_catalogue_is_a_language_of_the_program() -> None:
    files = (ROOT / "resources" / "translations").iterdir()
    assert sorted(file.name for file in files) == sorted(
        f"{language}.{kind}" for language in LANGUAGES if language != SOURCE_LANGUAGE for kind in ("mo", "po")
    )


def test_messages_are_literals() -> None:
    """A variable may be looked up, if each of its values is marked where it is defined."""
    wrong = [
        call.place
        for call in _calls()
        if (call.name != "tr" and None in call.messages) or isinstance(call.node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert not wrong


def test_messages_are_not_empty() -> None:
    """gettext answers an empty message with the header of its catalogue."""
    assert not [call.place for call in _calls() if "" in call.messages]


def test_fields_are_given_by_name() -> None:
    wrong = list[str]()
    for call in _calls():
        given = {keyword.arg for keyword in call.node.keywords}
        is_formatted = call.name == "trn" or bool(given)  # without fields, braces are braces
        if call.name != "translatable" and None not in given and None not in call.messages and is_formatted:
            named = set[str]().union(*(_fields(message or "") for message in call.messages))
            if named - ({"n"} if call.name == "trn" else set()) != given:
                wrong.append(call.place)
    assert not wrong


def test_messages_are_looked_up_when_they_are_shown() -> None:
    """At import the language is not chosen yet; a table holds its messages in English, marked by `translatable`."""
    assert not [call.place for call in _calls() if call.is_at_import and call.name != "translatable"]
