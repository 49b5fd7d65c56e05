"""The effect of a Python text, from the calls in its syntax tree. No code is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.sql_effects import sql_effect
from replay_gui.core.effects.word_lists import word_set

MAX_PYTHON_CHARACTERS = 1 << 16
_WRITING_METHODS = word_set(
    "write_text write_bytes unlink rename mkdir rmdir touch symlink_to chmod to_csv to_json to_parquet to_excel savefig"
    " save writelines"
)
_WRITE_MODES = frozenset("wax+")
_WRITING_FUNCTIONS = {
    "os": word_set("remove rename unlink makedirs mkdir rmdir replace removedirs chmod truncate symlink"),
    "shutil": word_set("copy copy2 copyfile copytree move rmtree"),
    "requests": word_set("post put delete patch"),
    "httpx": word_set("post put delete patch"),
}
_SQL_METHODS = word_set("execute executemany executescript")
_COMMITTING = word_set("commit executescript begin")
_SHELL_FUNCTIONS = word_set(
    "os.system os.popen subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen"
)


def python_effect(text: str) -> tuple[EffectFinding, list[str]]:
    """Return (the effect of a Python text, the shell texts that it runs); the effect does not include the shell texts.

    Text that runs without writing is a check: it shows whether something works. UNKNOWN if it cannot be parsed.
    """
    tree = _parsed(text)
    if tree is None:
        return EffectFinding(Effect.UNKNOWN, "Python that cannot be parsed"), []
    targets, shell = list[str](), list[str]()
    first, with_sql, commits = "", "", False
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = _dotted(call.func)
        if name in _SHELL_FUNCTIONS:
            shell += _shell_text(call)
        elif _writes(call, name):
            first = first or name
            targets += _target(call, name)
        commits = commits or name.rpartition(".")[2] in _COMMITTING
        with_sql = with_sql or _changing_sql(call, name)
    if with_sql and commits and ":memory:" not in text and not first:
        return EffectFinding(Effect.CHANGES, f"Python that runs {with_sql}"), shell
    if first:
        return EffectFinding(Effect.CHANGES, f"Python that calls {first}", tuple(dict.fromkeys(targets))), shell
    return EffectFinding(Effect.CHECKS, "runs Python"), shell


def _parsed(text: str) -> ast.Module | None:
    if len(text) > MAX_PYTHON_CHARACTERS:
        return None
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines())  # of notebooks
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings about escapes in the parsed text
        try:
            return ast.parse("\n".join(lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _dotted(node: ast.expr) -> str:
    """Return ``shutil.copy`` or ``open``; for a method of a value ``.write_text``."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "", *reversed(names)])


def _writes(call: ast.Call, name: str) -> bool:
    module, _, function = name.rpartition(".")
    if function == "open":
        mode = _mode(call, 0 if module and module not in ("io", "codecs", "os", "gzip", "bz2", "lzma") else 1)
        return not _WRITE_MODES.isdisjoint(mode)
    return function in _WRITING_FUNCTIONS.get(module, ()) or ("." in name and function in _WRITING_METHODS)


def _changing_sql(call: ast.Call, name: str) -> str:
    """Return ``SQL with DELETE`` for a call that runs SQL which is a constant and changes something; else ""."""
    if name.rpartition(".")[2] not in _SQL_METHODS or not call.args:
        return ""
    text = call.args[0]
    if isinstance(text, ast.Call) and text.args:  # text("delete …") of SQLAlchemy
        text = text.args[0]
    found = sql_effect(text.value) if isinstance(text, ast.Constant) and isinstance(text.value, str) else None
    return found.reason if found is not None and found.effect is Effect.CHANGES else ""


def _mode(call: ast.Call, place: int) -> str:
    named: Iterator[ast.expr] = (keyword.value for keyword in call.keywords if keyword.arg == "mode")
    value = next(named, call.args[place] if len(call.args) > place else None)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _target(call: ast.Call, name: str) -> list[str]:
    """Return the path that a call writes to, if the text has it as a constant."""
    value: ast.expr | None = call.args[0] if call.args else None
    if name.startswith(".") or ("." in name and name.rpartition(".")[0] not in _WRITING_FUNCTIONS):
        inner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(inner, ast.Call) and inner.args:  # Path("a.py").write_text(…)
            value = inner.args[0]
    return [value.value] if isinstance(value, ast.Constant) and isinstance(value.value, str) else []


def _shell_text(call: ast.Call) -> list[str]:
    value = call.args[0] if call.args else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, ast.List | ast.Tuple):
        words = [part.value for part in value.elts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return [" ".join(words)] if words else []
    return []
