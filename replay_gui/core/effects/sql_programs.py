"""The effect of a command of psql, mysql, sqlite3 or duckdb: that of the SQL in its arguments and in its input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.sql_effects import sql_effect
from replay_gui.core.effects.sql_tokens import SqlDialect
from replay_gui.core.effects.word_lists import word_set

_FILLED_IN = re.compile(r"\$[({A-Za-z_]|`[^`\n]*[ /][^`\n]*`")  # by the shell, unless it is quoted: then not sure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """The options of a program: letters and words that take a value, and which of them give SQL or a file of SQL."""

    dialect: SqlDialect
    letters: str = ""  # that take a value; a letter in `sql` gives SQL
    sql: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()  # long options that take the next word
    questions: frozenset[str] = frozenset()  # after which the program only answers
    sql_after_database: bool = False


@dataclass(slots=True)
class _Arguments:
    texts: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    options: set[str] = field(default_factory=set)
    outputs: list[str] = field(default_factory=list)
    unread: bool = False  # a file of SQL runs, which is not in the log


_PSQL = _Program(
    dialect=SqlDialect.STANDARD,
    letters="cdfFhLopPRTUv",
    sql=word_set("c command"),
    files=word_set("f file"),
    outputs=word_set("o output L log-file"),
    valued=word_set("command dbname file host port username set variable output log-file pset field-separator"),
    questions=word_set("l list V version help ?"),
)
_MYSQL = _Program(
    dialect=SqlDialect.MYSQL,
    letters="ehuDPS",
    sql=word_set("e execute"),
    valued=word_set("execute host user database port socket defaults-file defaults-extra-file"),
    questions=word_set("V version help ?"),
)
_FILE_VALUES = word_set("separator nullvalue newline init cmd c s f maxsize mmap lookaside pagecache heap vfs")
_SQLITE = _Program(
    dialect=SqlDialect.STANDARD,
    sql=word_set("cmd"),
    files=word_set("init"),
    valued=_FILE_VALUES - {"c", "s", "f"},
    questions=word_set("version help"),
    sql_after_database=True,
)
_DUCKDB = _Program(
    dialect=SqlDialect.STANDARD,
    sql=word_set("cmd c s"),
    files=word_set("init f"),
    valued=_FILE_VALUES,
    questions=word_set("version help"),
    sql_after_database=True,
)
_PROGRAMS = {
    "psql": _PSQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": _SQLITE,
    "sqlite3": _SQLITE,
    "duckdb": _DUCKDB,
}
SQL_PROGRAMS = frozenset(_PROGRAMS)


def effect_of_sql_program(name: str, arguments: Sequence[str], script: str) -> EffectFinding:
    """Return the effect of one of SQL_PROGRAMS; `script` is its input from a heredoc or a pipe, "" if it has none."""
    program = _PROGRAMS[name]
    given = (_with_words if program.sql_after_database else _with_letters)(program, arguments)
    in_memory = program.sql_after_database and (not given.plain or given.plain[0] in ("", ":memory:"))
    texts = [*given.texts, *(given.plain[1:] if program.sql_after_database else [])]
    if script and not any(given.texts if program is _PSQL else texts):
        texts.append(script)
    if given.outputs:
        return EffectFinding(Effect.CHANGES, f"{name} writes to {given.outputs[0]}", tuple(given.outputs))
    if not given.options.isdisjoint(program.questions):
        return EffectFinding(Effect.READS, f"{name} reads")
    joined = "\n;\n".join(texts)
    found = sql_effect(joined, program.dialect, in_memory=in_memory)
    if not joined.strip() or found is None:
        return EffectFinding(Effect.UNKNOWN, f"{name} runs SQL that the command does not show")
    if found.effect is Effect.CHANGES and program.sql_after_database and "readonly" in given.options:
        return EffectFinding(Effect.UNKNOWN, f"{name} -readonly: {found.reason}")
    if found.effect is Effect.READS and _FILLED_IN.search(joined) is not None:
        return EffectFinding(Effect.UNKNOWN, f"{name}: SQL with a part that the shell fills in")
    if given.unread and found.effect is not Effect.CHANGES:
        return EffectFinding(Effect.UNKNOWN, f"{name} runs SQL that the command does not show")
    return EffectFinding(found.effect, f"{name}: {found.reason}")


def _with_letters(program: _Program, arguments: Sequence[str]) -> _Arguments:
    """Read options such as ``-tAc SQL``, ``-psecret`` and ``--command=SQL``."""
    given, at = _Arguments(), 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        option, value = "", None
        if word.startswith("--"):
            option, equals, text = word[2:].partition("=")
            value = text if equals else None
            if not equals and option in program.valued and at < len(arguments):
                value, at = arguments[at], at + 1
        elif word.startswith("-") and len(word) > 1:
            for place, letter in enumerate(word[1:], 2):
                option = letter
                if letter in program.letters or (letter == "p" and program is _MYSQL):
                    value = word[place:] or None
                    if value is None and letter in program.letters and at < len(arguments):
                        value, at = arguments[at], at + 1
                    break
                given.options.add(letter)
        else:
            given.plain.append(word)
            continue
        _take(program, given, option, value)
    return given


def _with_words(program: _Program, arguments: Sequence[str]) -> _Arguments:
    """Read options such as ``-header`` and ``-cmd SQL``."""
    given, at = _Arguments(), 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        if not word.startswith("-") or len(word) == 1:
            given.plain.append(word)
            continue
        option, value = word.lstrip("-"), None
        if option in program.valued and at < len(arguments):
            value, at = arguments[at], at + 1
        _take(program, given, option, value)
    return given


def _take(program: _Program, given: _Arguments, option: str, value: str | None) -> None:
    given.options.add(option)
    if option in program.sql and value is not None:
        given.texts.append(value)
    elif option in program.files:
        given.unread = True
    elif option in program.outputs and value is not None:
        given.outputs.append(value)
