"""The syntax trees of the package's modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.helpers.paths import ROOT

PACKAGE = ROOT / "replay_gui"


def module_files() -> dict[str, Path]:
    """The file of every module of the package, by its name."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


@cache
def trees() -> dict[str, ast.Module]:
    """The syntax tree of every module of the package, by its name."""
    return {name: ast.parse(file.read_text("utf-8")) for name, file in module_files().items()}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement in a module or block, however deep, without the expressions, which are most of a tree."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        inner = getattr(node, part, ())
        for child in inner if isinstance(inner, list) else ():
            yield child
            yield from statements(child)
