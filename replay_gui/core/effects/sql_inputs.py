"""The SQL in the input of a call, and how sure it is that it is SQL, and that the tool runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.sql_tokens import SqlDialect
from replay_gui.core.effects.sql_words import CHANGING, UNCLEAR
from replay_gui.core.effects.tool_names import QUERY_WORDS, effect_of_name, name_words, verb_of_name
from replay_gui.core.effects.word_lists import word_set

_SQL_MEMBERS = ("sql", "sql_query", "sqlQuery", "sql_statement", "sql_text", "sqls", "sql_statements")
_OTHER_MEMBERS = ("query", "statement", "queries", "statements", "tool_input")
_MAX_FIRST_WORD_CHARACTERS = 40
_CODE_MEMBERS = ("code", "script", "source")
_MEMBERS = frozenset({*_SQL_MEMBERS, *_OTHER_MEMBERS, *_CODE_MEMBERS})
_SQL_WORDS = word_set("sql sqlite postgres postgresql psql mysql mariadb duckdb mssql sqlserver snowflake bigquery")
_STANDARD_WORDS = word_set("sqlite postgres postgresql psql duckdb")
_NOT_RUNNING = word_set(
    "check checker validate validator format formatter lint parse translate generate explain preview estimate"
)
"""Words in the names of tools that examine or write SQL, and run none."""


class SqlInput(NamedTuple):
    """The SQL of a call.

    Attributes:
        text: the statements. dialect: how its database divides them; None if that is not known.
        surely: whether it is SQL for sure, and no sentence.
    """

    text: str
    dialect: SqlDialect | None
    surely: bool


class SqlTool(NamedTuple):
    """What the name of a tool says.

    Attributes:
        runs_none: whether it denies that the tool runs SQL. surely: whether what it runs is SQL for sure.
        is_other: whether it says that the tool does something else, such as searching for the words of a statement.
        dialect: how its database divides texts; None if that is not known.
    """

    runs_none: bool
    surely: bool
    is_other: bool
    dialect: SqlDialect | None


def sql_tool(tool: str) -> SqlTool:
    """Return what the name of a tool says."""
    words = set(name_words(tool))
    dialect = SqlDialect.MYSQL if {"mysql", "mariadb"} & words else None
    return SqlTool(
        runs_none=not _NOT_RUNNING.isdisjoint(words),
        surely=not _SQL_WORDS.isdisjoint(words),
        is_other=QUERY_WORDS.isdisjoint(words) and effect_of_name(tool).effect is not Effect.UNKNOWN,
        dialect=SqlDialect.STANDARD if _STANDARD_WORDS & words else dialect,
    )


def sql_of(tool: SqlTool, input: Any) -> SqlInput | None:
    """Return what may be SQL in the input of a call; None if nothing is, or if the tool's name denies it."""
    if tool.runs_none:
        return None
    text, surely = _sql_member(input)
    surely = surely or tool.surely
    if not text or text.isspace() or (tool.is_other and not surely):
        return None
    return SqlInput(text, tool.dialect, surely)


def may_be_sql(tool: str, text: str) -> bool:
    """Whether a text may be SQL that changes something, although it has none of the forms that are surely SQL."""
    about_database = not {"db", "database"}.isdisjoint(name_words(tool)) and verb_of_name(tool) in (None, "query")
    first = text[:_MAX_FIRST_WORD_CHARACTERS].split(maxsplit=1)[:1]
    return about_database and bool(first) and first[0].upper() in CHANGING | UNCLEAR


def language_of(input: Any) -> str:
    """Return the language that the input of a call states, in lower case; "" if it states none."""
    language = input.get("language") if isinstance(input, Mapping) else None
    return language.lower() if isinstance(language, str) else ""


def _sql_member(input: Any) -> tuple[str, bool]:
    """Return (text, whether its member's name says that it is SQL)."""
    if isinstance(input, str):
        return input, False
    if not isinstance(input, Mapping) or _MEMBERS.isdisjoint(input):
        return "", False
    code = _CODE_MEMBERS if language_of(input) == "sql" else ()
    for name in (*_SQL_MEMBERS, *code, *_OTHER_MEMBERS):
        value = input.get(name)
        if isinstance(value, list | tuple) and value and all(isinstance(part, str) for part in value):
            value = "\n;\n".join(value)
        if isinstance(value, str):
            return value, name in _SQL_MEMBERS or name in code
    return "", False
