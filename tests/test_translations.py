"""The messages that translators work on: each is a literal with named fields, looked up when it is shown; and no
text for the user is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from replay_gui.core.translation.messages import LANGUAGES, SOURCE_LANGUAGE
from tests.core.translation.no_messages import NO_MESSAGES, TRANSLATED
from tests.helpers.paths import ROOT

_LOOKUPS = {"tr": 1, "trn": 2, "trp": 2, "translatable": 1}
"""The functions that take messages, and how many texts each takes first: messages, or a context and a message."""

_WORDS = re.compile(r"[^\W\d_]{2,}\S* +\W?(?:[^\W_]|\{\})|(?:\{\}|[^\W_])\S* +\W?[^\W\d_]{2,}")
"""Two words, or a word beside a field or a number."""

_NAME = re.compile(r"(?!\w+\+)&?[A-Z]&?[a-z][a-z&]*(?:[-’'][a-z]+)?\W*(?:\{\})?\W*")
"""A capitalised word, which is no key with a modifier."""

_SHOWN_BY = re.compile(
    r"set(Text|ToolTip|WindowTitle|AccessibleName|AccessibleDescription|StatusTip|PlaceholderText|PlainText|Title)"
    r"|(Plain|Elided|Q)Label|Q(PushButton|CheckBox|RadioButton|GroupBox|Action|Menu|ListWidgetItem|TableWidgetItem)"
    r"|add(Action|Menu|Tab|Row)|drawText|add_button|_button"
)
"""Functions that show their first argument to the user, whatever it looks like."""

_SHOWS_NOTHING = re.compile(
    r"log|debug|info|warning|error|exception|critical|print|write|setStyleSheet|setObjectName|setProperty|property"
    r"|[a-z_]*cast|word_set|TypeVar|compile|fullmatch|match|sub|strptime|strftime|add_argument|ArgumentParser|"
    r"(Value|Type|Key|Index|Attribute|NotImplemented|Runtime|Assertion|Import)Error"
)
"""Functions whose texts are for developers, for programs, or for whoever reads the log of the program."""


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


@dataclass(frozen=True, slots=True)
class _Text:
    line: int
    text: str


def _left_out(source: str) -> list[_Text]:
    """Return the texts for the user in a source that are no messages, fields written as ``{}``."""
    found = list[_Text]()
    _visit(ast.parse(source), found, is_shown=False)
    return sorted(found, key=lambda text: text.line)


def _visit(node: ast.AST, found: list[_Text], *, is_shown: bool) -> None:
    """Collect what is left out below a node; `is_shown` if the node is what a function shows."""
    match node:
        case ast.Constant(value=str(text)):
            if _is_text(text) or (is_shown and re.search(r"[^\W\d_]", text)):
                found.append(_Text(node.lineno, text))
        case ast.JoinedStr(values=parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if _is_text(text) or (is_shown and re.search(r"[^\W\d_]", text)):
                found.append(_Text(node.lineno, text))
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    _visit(part.value, found, is_shown=False)
        case ast.Expr(value=ast.Constant()) | ast.Assert():
            pass  # a docstring, or a note for developers
        case ast.Call(func=function, args=arguments, keywords=keywords):
            name = _function_name(function)
            _visit(function, found, is_shown=False)
            if not _SHOWS_NOTHING.fullmatch(name):
                for number, argument in enumerate(arguments):
                    if number >= _LOOKUPS.get(name, 0):
                        _visit(argument, found, is_shown=number == 0 and bool(_SHOWN_BY.fullmatch(name)))
                for keyword in keywords:
                    _visit(keyword.value, found, is_shown=False)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            _visit(test, found, is_shown=False)
            _visit(body, found, is_shown=is_shown)
            _visit(orelse, found, is_shown=is_shown)
        case ast.AnnAssign(value=value):
            if value is not None:
                _visit(value, found, is_shown=False)
        case ast.Subscript(value=value):
            _visit(value, found, is_shown=False)
        case ast.Dict(values=values):
            for value in values:
                _visit(value, found, is_shown=False)
        case ast.arg():
            pass
        case _:
            for child in ast.iter_child_nodes(node):
                _visit(child, found, is_shown=False)


def _function_name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_text(text: str) -> bool:
    return bool(_WORDS.search(text) or _NAME.fullmatch(text.strip()))


def _files_of(room: str) -> list[Path]:
    path = ROOT / "replay_gui" / room
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


@pytest.mark.parametrize("room", TRANSLATED)
def test_every_text_for_the_user_is_a_message(room: str) -> None:
    wrong = list[str]()
    for path in _files_of(room):
        file = path.relative_to(ROOT / "replay_gui").as_posix()
        allowed = set[str]().union(*(files.get(file, set()) for files in NO_MESSAGES.values()))
        wrong += [f"{file}:{each.line}: {each.text}" for each in _left_out(path.read_text("utf-8"))
                  if each.text not in allowed]  # fmt: skip
    assert not wrong, "\n" + "\n".join(wrong)


def test_what_is_listed_as_no_message_is_there() -> None:
    stale = list[str]()
    for files in NO_MESSAGES.values():
        for file, texts in files.items():
            found = {each.text for each in _left_out((ROOT / "replay_gui" / file).read_text("utf-8"))}
            stale += [f"{file}: {text}" for text in sorted(texts - found)]
    assert not stale


@pytest.mark.parametrize(
    "source",
    [
        'label = QLabel("Runs")',
        'button.setText("to")',
        'button.setText("to" if is_open else tr("from"))',
        'text = "Nothing yet"',
        'text = f"{count} events"',
        'text = f"Theme: {theme}"',
        'table = {Mode.DARK: "Dark"}',
        'spec = Spec("open", "&Open…", "Ctrl+O")',
        'text = tr("{n} of {m}", n=f"at most {n}", m=m)',
        "def title(text: str = 'A run') -> str: ...",
    ],
)
def test_a_text_that_is_no_message_is_found(source: str) -> None:
    assert len(_left_out(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring of a file."""',
        'class Mode:\n    """A docstring."""\n    DARK = "dark"\n    """Of a member."""',
        'label = QLabel(tr("Runs of {file}", file=file))',
        'text = trn("{n} event", "{n} events", count)',
        'TABLE = {Mode.DARK: translatable("Dark mode")}',
        'raise ValueError(f"no such mode: {mode}")',
        '_LOG.warning("cannot read %s", path)',
        'label.setObjectName("Run list")',
        'text = TABLE["Dark mode"]',
        'names = cast("dict[str, Any]", names)',
        'text = f"{first} {second}"',
        'text = f"{name}: {value}"',
        'file = open(path, encoding="utf-8")',
    ],
)
def test_what_no_user_reads_is_not_found(source: str) -> None:
    assert _left_out(source) == []
