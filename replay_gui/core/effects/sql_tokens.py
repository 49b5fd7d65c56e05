"""The statements of a SQL text as tokens: strings, comments, quoted names and separators are distinguished.

Databases divide a text differently, so there are two readings: as in MySQL, and as in the standard, PostgreSQL, SQLite
and DuckDB. Each takes time in proportion to the text.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

MAX_SQL_CHARACTERS = 1 << 16  # of a text that are examined


class SqlDialect(Enum):
    """How a text is divided."""

    STANDARD = "standard"  # '' in strings, $tag$ strings, comments inside comments
    MYSQL = "mysql"  # backslashes in strings, "strings", comments from #; -- needs a blank after it


class SqlKind(Enum):
    """What a token is."""

    WORD = "word"  # a keyword, or a name without quotation marks
    NAME = "name"  # a name in quotation marks
    VALUE = "value"  # a string or a number
    MARK = "mark"  # one character, such as a bracket; "/*!" for a comment that MySQL runs
    COMMAND = "command"  # a line for a database's shell: \d, .tables


class SqlToken(NamedTuple):
    """One token. Words are in upper case; names and values have no text."""

    kind: SqlKind
    text: str = ""


Statement = list[SqlToken]

_BEGINNINGS = {
    SqlDialect.STANDARD: r"(?P<comment>--[^\n]*+)|(?P<value>[eE]'(?:[^'\\]|\\.|'')*+'"
    r"|(?:[bBnNxX]|[uU]&)?'(?:[^']|'')*+'"
    r'|\d[\w.]*+)|(?P<dollar>\$(?:[^\W\d]\w*+)?\$)|(?P<name>"(?:[^"]|"")*+"|',
    SqlDialect.MYSQL: r"(?P<comment>(?:--(?=\s|\Z)|\#)[^\n]*+)|(?P<value>[bBnNxX]?'(?:[^'\\]|\\.|'')*+'"
    r'|"(?:[^"\\]|\\.|"")*+"|\d[\w.]*+)|(?P<dollar>(?!))|(?P<name>',
}
_TOKENS = {
    dialect: re.compile(
        beginning + r"`[^`]*+`|\[[^\W\d][\w ]*+\])|(?P<block>/\*!?)|(?P<open>['\"`])|(?P<space>\s++)"
        r"|(?P<word>[^\W\d][\w$]*+)|(?P<mark>.)",
        re.DOTALL,
    )
    for dialect, beginning in _BEGINNINGS.items()
}
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_COMMAND = re.compile(r"[\\.][^\n]*+")
_ENDS = re.compile(r"\\(?:[gG]|gx)\s*+(?:\n|\Z)")  # they end a statement, as a semicolon does
_DIVIDED_DIFFERENTLY = re.compile(r"[\\#$\"]|--|/\*")


def readings(text: str, dialect: SqlDialect | None = None) -> list[list[Statement]]:
    """Return the statements of a text in each possible reading, one if the dialect is known; none if it has no end."""
    dialects = [dialect] if dialect is not None else [*SqlDialect]
    if _DIVIDED_DIFFERENTLY.search(text) is None:
        dialects = dialects[:1]
    return [found for each in dialects if (found := _statements(text, each)) is not None]


def _statements(text: str, dialect: SqlDialect) -> list[Statement] | None:
    """Return the statements; None if a string, a name or a comment is not closed."""
    statements: list[Statement] = [[]]
    tokens, at = _TOKENS[dialect], 0
    while (match := tokens.match(text, at)) is not None:
        group, found = match.lastgroup, match[0]
        at = match.end()
        if group == "word":
            statements[-1].append(SqlToken(SqlKind.WORD, found.upper()))
        elif group == "mark" and found in "\\.;":
            at = _end_or_command(text, match.start(), statements)
        elif group == "mark":
            statements[-1].append(SqlToken(SqlKind.MARK, found))
        elif group in ("name", "value"):
            statements[-1].append(SqlToken(SqlKind.NAME if group == "name" else SqlKind.VALUE))
        elif group == "dollar":
            at = text.find(found, at) + len(found)
            if at < len(found):
                return None
            statements[-1].append(SqlToken(SqlKind.VALUE))
        elif group == "block":
            end = _comment_end(text, at, nested=dialect is SqlDialect.STANDARD)
            if end is None:
                return None
            if dialect is SqlDialect.MYSQL and found == "/*!":
                statements[-1].append(SqlToken(SqlKind.MARK, found))
            at = end
        elif group == "open":
            return None
    return [statement for statement in statements if statement]


def _end_or_command(text: str, at: int, statements: list[Statement]) -> int:
    """Read a semicolon, a dot or a backslash at `at`; return where the text goes on."""
    ends = _ENDS.match(text, at)
    if text[at] == ";" or ends is not None:
        statements.append([])
        return at + 1 if ends is None else ends.end()
    if text[at] == "\\" or not statements[-1]:
        line = _COMMAND.match(text, at)
        assert line is not None
        statements += [[SqlToken(SqlKind.COMMAND, line[0].strip())], []]
        return line.end()
    statements[-1].append(SqlToken(SqlKind.MARK, "."))
    return at + 1


def _comment_end(text: str, at: int, nested: bool) -> int | None:
    """Return the end of a comment that is open at `at`; None if it has none."""
    if not nested:
        return None if (end := text.find("*/", at)) < 0 else end + 2
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, at):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return None
