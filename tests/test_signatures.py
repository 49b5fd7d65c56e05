"""The signatures of the package: how many arguments have no names, and what its numbers count."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from textwrap import dedent

from tests.helpers.package_trees import statements, trees

MAX_POSITIONAL = 5  # arguments that a call can pass without their names
MAY_HAVE_MORE = {
    "Event": "made for every record that is read: keywords cost time",
    "Block": "made for every block of records; one slice of four columns becomes four arguments",
    "Fault": "a NamedTuple, which cannot be keyword-only; kept as rows of a table",
    "SnapshotEntry": "a NamedTuple, which cannot be keyword-only; kept as rows of a table",
}

COUNTED = re.compile(r"(.*_)?(index|position)(es|s)?")
BOUND = re.compile(r"(.*_)?(start|stop|first|last)")  # else the name says what it counts: first_row, stop_offset
MAY_COUNT_OTHERWISE = {
    "core.log.log_reader.__getitem__(index)": "of a sequence: a negative index counts from its end",
    "core.state.state.__getitem__(index)": "of a list in a state",
    "core.replay_engine.replay_from(position)": "public: a plain number comes in, and is checked",
    "core.replay_engine.seek(position)": "public: a plain number comes in, and is checked",
    "core.log.log_reader.events(start)": "public: a plain number comes in",
    "core.log.log_reader.events(stop)": "public: a plain number comes in",
    "core.importers.formats.traces.otel.spans.start": "of a span, in ns, as its end is",
    "core.importers.formats.traces.spans.start": "of a span, in ns, as its end is",
    "widgets.parts.row_view.rowsInserted(start)": "the name that Qt gives a row",
    "widgets.run.value_view.rowsAboutToBeRemoved(start)": "the name that Qt gives a row",
    "widgets.parts.flow_layout.itemAt(index)": "the name that Qt gives the number of an item",
    "widgets.parts.flow_layout.takeAt(index)": "the name that Qt gives the number of an item",
}


def positional_fields(node: ast.ClassDef) -> int:
    """How many fields the constructor of a dataclass, Struct or NamedTuple takes by position; 0 for another class."""
    made_by = [ast.unparse(part) for part in (*node.decorator_list, *node.bases, *node.keywords)]
    is_record = any(part.startswith(("dataclass", "msgspec.Struct", "Struct", "NamedTuple")) for part in made_by)
    if not is_record or any("kw_only=True" in part for part in made_by):
        return 0
    count = 0
    for field in node.body:
        if isinstance(field, ast.AnnAssign):
            if "KW_ONLY" in ast.unparse(field.annotation):
                break
            is_argument = "ClassVar" not in ast.unparse(field.annotation) and "init=False" not in ast.unparse(field)
            count += is_argument
    return count


def positional_arguments(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every class and function of a module, and how many arguments a call of it can pass without their names."""
    methods = set()
    for node in statements(tree):  # a class comes before its methods
        if isinstance(node, ast.ClassDef):
            yield node.name, positional_fields(node)
            methods |= set(node.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_bound = node in methods and "staticmethod" not in map(ast.unparse, node.decorator_list)
            yield node.name, len(node.args.posonlyargs) + len(node.args.args) - is_bound


def test_positional_arguments_are_counted() -> None:
    source = """
        def function(a, b, *, c): ...
        class Plain:
            def method(self, a): ...
            @staticmethod
            def static(a): ...
        @dataclass(slots=True)
        class Some:
            a: int
            b: int = field(init=False)
            _: KW_ONLY
            c: int
        @dataclass(kw_only=True)
        class Keywords:
            a: int
        class Row(NamedTuple):
            a: int
            b: int
    """
    counts = dict(positional_arguments(ast.parse(dedent(source))))
    assert counts == {
        "function": 2, "Plain": 0, "method": 1, "static": 1, "Some": 1, "Keywords": 0, "Row": 2,
    }  # fmt: skip


def test_calls_with_many_arguments_name_them() -> None:
    many = {
        name: f"{module}: {count}"
        for module, tree in trees().items()
        for name, count in positional_arguments(tree)
        if count > MAX_POSITIONAL
    }
    assert {name: where for name, where in many.items() if name not in MAY_HAVE_MORE} == {}
    assert MAY_HAVE_MORE.keys() <= many.keys()


def plain_counts(tree: ast.Module) -> Iterator[str]:
    """Every parameter and field that is named as an index, a position or a bound, and has an `int` in its type."""
    for node in statements(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if is_plain_count(argument.arg, argument.annotation):
                    yield f"{node.name}({argument.arg})"
        elif isinstance(node, ast.AnnAssign):
            name = ast.unparse(node.target).removeprefix("self.")
            if is_plain_count(name, node.annotation):
                yield name


def is_plain_count(name: str, annotation: ast.expr | None) -> bool:
    bare = name.lstrip("_")
    return (COUNTED.fullmatch(bare) or BOUND.fullmatch(bare)) is not None and any(
        isinstance(part, ast.Name) and part.id == "int" for part in ast.walk(annotation or ast.Pass())
    )


def test_plain_counts_are_found() -> None:
    source = """
        class Row:
            index: EventIndex
            stop_index: int | None = None
            first_row: int
            def __init__(self, positions: list[int], number: int, *, position: Position, start: EventIndex) -> None:
                self._indexes: dict[int, str] = {}
                self._last: int | None = None
    """
    found = [*plain_counts(ast.parse(dedent(source)))]
    assert found == ["stop_index", "__init__(positions)", "_indexes", "_last"]


def test_an_index_and_a_position_have_their_own_types() -> None:
    """`index` is the place of an event from 0, `position` the number of events applied; a row has another name.

    A bound (`start`, `stop`, `first`, `last`) is one of these too, unless its name says what else it counts.
    """
    found = {
        f"{module.removeprefix('replay_gui.')}.{name}"
        for module, tree in trees().items()
        for name in plain_counts(tree)
    }
    assert found == MAY_COUNT_OTHERWISE.keys()


def silent_signals(tree: ast.Module) -> Iterator[str]:
    """Every signal with an int, whose class does not say in its docstring what the int is: ``name(int): row``."""
    for node in statements(tree):
        if isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.Assign) and re.match(r"Signal\(.*\bint\b", ast.unparse(field.value)):
                    name = ast.unparse(field.targets[0])
                    if not re.search(rf"\b{name}\((\w+, )*int(, \w+)*\):\s+\w", ast.get_docstring(node) or ""):
                        yield f"{node.name}.{name}"


def test_silent_signals_are_found() -> None:
    source = """
        class View:
            '''Signals: row_chosen(int): the row. moved(int, QPoint): row and point.'''
            row_chosen = Signal(int)
            moved = Signal(int, QPoint)
            changed = Signal()
            opened = Signal(int)
    """
    assert [*silent_signals(ast.parse(dedent(source)))] == ["View.opened"]


def test_signals_say_what_their_numbers_are() -> None:
    assert [f"{module}: {name}" for module, tree in trees().items() for name in silent_signals(tree)] == []
