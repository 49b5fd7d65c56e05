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


def sql_of(tool: str, input: Any, language: str) -> SqlInput | None:
    """Return what may be SQL in the input of a call; None if nothing is, or if the tool's name denies it."""
    words = set(name_words(tool))
    if not _NOT_RUNNING.isdisjoint(words):
        return None
    text, surely = _sql_member(input, language)
    if not text.strip():
        return None
    surely = surely or not _SQL_WORDS.isdisjoint(words)
    if not surely and QUERY_WORDS.isdisjoint(words) and effect_of_name(tool).effect is not Effect.UNKNOWN:
        return None  # such as a search for the words of a statement
    dialect = SqlDialect.MYSQL if {"mysql", "mariadb"} & words else None
    return SqlInput(text, SqlDialect.STANDARD if _STANDARD_WORDS & words else dialect, surely)


def may_be_sql(tool: str, text: str) -> bool:
    """Whether a text may be SQL that changes something, although it has none of the forms that are surely SQL."""
    about_database = not {"db", "database"}.isdisjoint(name_words(tool)) and verb_of_name(tool) in (None, "query")
    first = text[:_MAX_FIRST_WORD_CHARACTERS].split(maxsplit=1)[:1]
    return about_database and bool(first) and first[0].upper() in CHANGING | UNCLEAR


def _sql_member(input: Any, language: str) -> tuple[str, bool]:
    """Return (text, whether its member's name says that it is SQL)."""
    if isinstance(input, str):
        return input, False
    if not isinstance(input, Mapping):
        return "", False
    code = _CODE_MEMBERS if language == "sql" else ()
    for name in (*_SQL_MEMBERS, *code, *_OTHER_MEMBERS):
        value = input.get(name)
        if isinstance(value, list | tuple) and value and all(isinstance(part, str) for part in value):
            value = "\n;\n".join(value)
        if isinstance(value, str):
            return value, name in _SQL_MEMBERS or name in code
    return "", False
