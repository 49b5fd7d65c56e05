"""The effect of a SQL text, from its statements: the strongest counts. What is not clear is UNKNOWN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.sql_shapes import is_surely_sql
from replay_gui.core.effects.sql_tokens import MAX_SQL_CHARACTERS, SqlDialect, SqlKind, SqlToken, Statement, readings
from replay_gui.core.effects.sql_words import (
    CHANGING,
    DATA_CHANGES,
    EXPLAINING,
    QUERIES,
    READING,
    SESSION,
    SET_LASTING,
    UNCLEAR,
    effect_of_command,
    effect_of_function,
    effect_of_pragma,
)
from replay_gui.core.effects.word_lists import word_set

_RANK = (Effect.READS, Effect.UNKNOWN, Effect.CHANGES)
_MAX_NESTING = 8  # WITH inside WITH
_MAX_NAME = 40  # characters of a name that is shown
_OPENS, _ENDS = frozenset({"BEGIN", "START"}), frozenset({"COMMIT", "END"})
_TRANSACTION = word_set(
    "TRANSACTION TRAN WORK ISOLATION LEVEL READ WRITE ONLY COMMITTED UNCOMMITTED REPEATABLE SERIALIZABLE DEFERRED"
    " IMMEDIATE EXCLUSIVE CONSISTENT SNAPSHOT WITH NOT DEFERRABLE ,"
)
_KEPT_OUTSIDE = frozenset({"ATTACH", "COPY", "EXPORT", "INSTALL", "LOAD", "USE"})
"""Statements by which a database in memory is left, or comes to others."""

_SECOND_STATEMENTS = frozenset(
    {
        ("DELETE", "FROM"),
        ("INSERT", "INTO"),
        ("MERGE", "INTO"),
        *((verb, "TABLE") for verb in ("CREATE", "ALTER", "DROP", "TRUNCATE")),
    }
)


class _SqlFinding(NamedTuple):
    effect: Effect
    words: str  # what shows it


_READS = _SqlFinding(Effect.READS, "that only reads")
_UNCLEAR = _SqlFinding(Effect.UNKNOWN, "whose effect is not clear")


def sql_effect(
    text: str, dialect: SqlDialect | None = None, *, in_memory: bool = False, surely: bool = True
) -> EffectFinding | None:
    """Return the effect of a SQL text; None if it may be something else.

    Args:
        text: one or more statements, and lines for a database's shell. Of a long text the beginning is examined.
        dialect: how the database divides it; None if that is not known.
        in_memory: whether the database is lost after the text has run.
        surely: False if it may be a sentence: it counts as SQL only by its form.
    """
    found = list[_SqlFinding]()
    for statements in readings(text[:MAX_SQL_CHARACTERS], dialect):
        if not surely and not all(map(is_surely_sql, statements)):
            return None
        found.append(_of_statements(statements, in_memory=in_memory))
    if not found and not surely:
        return None
    agreed = found[0] if found and len({each.effect for each in found}) == 1 else _UNCLEAR
    if len(text) > MAX_SQL_CHARACTERS and agreed.effect is not Effect.CHANGES:
        agreed = _SqlFinding(Effect.UNKNOWN, "that is too long")
    return EffectFinding(agreed.effect, f"SQL {agreed.words}")


def _of_statements(statements: Sequence[Statement], *, in_memory: bool) -> _SqlFinding:
    """Return the strongest effect. What a transaction changed counts only if the text does not leave that open."""
    verbs = {_word(statement, 0) for statement in statements}
    commands = [statement[0].text for statement in statements if statement[0].kind is SqlKind.COMMAND]
    lost = in_memory and verbs.isdisjoint(_KEPT_OUTSIDE)
    lost = lost and all(effect_of_command(command) is Effect.READS for command in commands)
    strongest, open_at, pending = _READS, False, list[_SqlFinding]()
    for statement in statements:
        verb = _word(statement, 0)
        if verb in _OPENS and all(token.text in _TRANSACTION for token in statement[1:]):
            strongest = _stronger(strongest, *pending)
            open_at, pending = True, []
        elif verb in _ENDS:
            strongest = _stronger(strongest, *pending, *([] if open_at else [_UNCLEAR]))
            open_at, pending = False, []
        elif verb in ("ROLLBACK", "ABORT"):
            if open_at and "TO" not in {token.text for token in statement}:
                left = _stronger(_READS, *pending)
                changed = _SqlFinding(Effect.UNKNOWN, f"{left.words}, which is rolled back")
                strongest = _stronger(strongest, changed if left.effect is Effect.CHANGES else left)
                open_at, pending = False, []
        else:
            found = _of_statement(statement, 0)
            if lost and found.effect is Effect.CHANGES and verb in CHANGING:
                found = _SqlFinding(Effect.READS, f"{found.words} in a database in memory")
            pending.append(found)
            if not open_at:
                strongest, pending = _stronger(strongest, found), []
    left = _stronger(_READS, *pending)
    if open_at and left.effect is Effect.CHANGES:
        left = _SqlFinding(Effect.UNKNOWN, f"{left.words}, in a transaction that is left open")
    return _stronger(strongest, left)


def _stronger(first: _SqlFinding, *others: _SqlFinding) -> _SqlFinding:
    for other in others:
        if _RANK.index(other.effect) > _RANK.index(first.effect) or (other.effect is first.effect and first is _READS):
            first = other
    return first


def _of_statement(tokens: Statement, depth: int) -> _SqlFinding:
    """Return the effect of one statement, or of the body of a WITH."""
    begin = next((at for at in range(len(tokens)) if not _has(tokens, at, "(")), 0)  # (select …) union (select …)
    tokens = tokens[begin:]
    if any(token.text == "/*!" for token in tokens):
        return _UNCLEAR
    verb, after = _word(tokens, 0), _word(tokens, 1)
    if tokens[0].kind is SqlKind.COMMAND:
        effect = effect_of_command(tokens[0].text)
        words = {Effect.READS: _READS.words, Effect.CHANGES: "with a command that writes"}
        return _SqlFinding(effect, words.get(effect, _UNCLEAR.words))
    if verb == "WITH":
        return _of_with(tokens, depth)
    if verb in QUERIES:
        return _of_query(tokens)
    if verb in EXPLAINING:
        return _of_explanation(tokens, depth)
    if verb == "PRAGMA":
        at = 3 if len(tokens) > 3 and tokens[2].text == "." else 1  # of a schema
        mark = tokens[at + 1].text if len(tokens) > at + 1 else ""
        return _named(effect_of_pragma(_word(tokens, at), mark), "with PRAGMA")
    if verb == "COPY":
        return _of_copy(tokens)
    if verb == "LOAD" and after in ("DATA", "XML"):
        return _SqlFinding(Effect.CHANGES, "with LOAD DATA")
    if verb == "CREATE" and _is_temporary(tokens):
        return _SqlFinding(Effect.READS, "for a temporary table")
    if verb in READING or (verb in SESSION and not (verb == "SET" and after in SET_LASTING)):
        return _UNCLEAR if _holds_another(tokens) else _READS
    if verb in CHANGING:
        return _SqlFinding(Effect.CHANGES, f"with {verb}")
    return _named(Effect.UNKNOWN, f"with {verb}") if verb in UNCLEAR else _UNCLEAR


def _is_temporary(tokens: Statement) -> bool:
    words = [_word(tokens, at) for at in range(1, 5)]
    while words and words[0] in ("OR", "REPLACE", "GLOBAL", "LOCAL"):
        del words[0]
    return words[:1] in (["TEMP"], ["TEMPORARY"])


def _holds_another(tokens: Statement) -> bool:
    """Whether a statement holds the first words of another: some databases need no semicolon between them."""
    return any(
        (token.text, _word(tokens, at + 1)) in _SECOND_STATEMENTS
        or (token.text == "UPDATE" and at > 0 and _word(tokens, at + 2) == "SET")
        for at, token in enumerate(tokens)
        if token.kind is SqlKind.WORD and not (at and _has(tokens, at - 1, "."))
    )


def _named(effect: Effect, words: str) -> _SqlFinding:
    if effect is Effect.READS:
        return _READS
    return _SqlFinding(effect, words if effect is Effect.CHANGES else f"{words}, which may change something")


def _of_query(tokens: Statement) -> _SqlFinding:
    """Return the effect of a SELECT: SELECT … INTO changes something, and so do some functions."""
    depth, found = 0, _READS
    for at, token in enumerate(tokens):
        text = token.text
        if token.kind is SqlKind.MARK:
            depth += (text == "(") - (text == ")")
        if token.kind is not SqlKind.WORD or (at and tokens[at - 1].text == "."):
            if token.kind is SqlKind.WORD and _has(tokens, at + 1, "(") and tokens[at - 2].text != "PG_CATALOG":
                found = _stronger(found, _named(Effect.UNKNOWN, "with a function that is not known"))
            continue
        if text == "INTO":
            in_variable = _has(tokens, at + 1, "@")
            if not in_variable:
                found = _stronger(found, _SqlFinding(Effect.UNKNOWN if depth else Effect.CHANGES, "with SELECT … INTO"))
        elif _has(tokens, at + 1, "("):
            name = f"with the function {text.lower()}" if len(text) <= _MAX_NAME else "with a function"
            found = _stronger(found, _named(effect_of_function(text), name))
    return _stronger(found, _UNCLEAR) if _holds_another(tokens) else found


def _of_with(tokens: Statement, depth: int) -> _SqlFinding:
    """Return the effect of ``WITH name (columns) AS (…), … statement``."""
    at = 2 if _word(tokens, 1) == "RECURSIVE" else 1
    found = _READS
    while depth < _MAX_NESTING:
        at += 1  # the name
        if _has(tokens, at, "("):
            at = (_closing(tokens, at) or len(tokens)) + 1
        if _word(tokens, at) != "AS":
            break
        at += 1
        while _word(tokens, at) in ("NOT", "MATERIALIZED"):
            at += 1
        end = _closing(tokens, at) if _has(tokens, at, "(") else None
        if end is None:
            break
        found = _stronger(found, _of_statement(tokens[at + 1 : end], depth + 1))
        at = end + 1
        if not _has(tokens, at, ","):
            return _stronger(found, _of_statement(tokens[at:], depth + 1) if at < len(tokens) else _UNCLEAR)
        at += 1
    return _stronger(found, _UNCLEAR)


def _of_explanation(tokens: Statement, depth: int) -> _SqlFinding:
    """Return the effect of EXPLAIN: it only reads, unless it runs the statement by ANALYZE."""
    verbs = DATA_CHANGES | QUERIES | {"WITH", "CREATE", "EXECUTE", "CALL", "REFRESH"}
    at = next((at for at, token in enumerate(tokens) if at and token.kind is SqlKind.WORD and token.text in verbs), 0)
    options = {token.text for token in tokens[1:at]}
    if at and not options.isdisjoint({"ANALYZE", "ANALYSE"}):
        found = _of_statement(tokens[at:], depth + 1) if depth < _MAX_NESTING else _UNCLEAR
        if found.effect is Effect.CHANGES:
            off = not options.isdisjoint({"FALSE", "OFF"})
            return _UNCLEAR if off else _SqlFinding(found.effect, f"with EXPLAIN ANALYZE, which runs it: {found.words}")
        return found
    return _READS if at or not {"ANALYZE", "ANALYSE"} & {token.text for token in tokens} else _UNCLEAR


def _of_copy(tokens: Statement) -> _SqlFinding:
    """Return the effect of COPY: it writes to a table or to a file, or it reads to the output."""
    depth = 0
    for at, token in enumerate(tokens):
        if token.kind is SqlKind.MARK:
            depth += (token.text == "(") - (token.text == ")")
        elif token.kind is SqlKind.WORD and not depth and token.text in ("FROM", "TO"):
            if token.text == "TO" and _word(tokens, at + 1) == "STDOUT":
                return _of_statement(tokens[2:at], _MAX_NESTING) if _has(tokens, 1, "(") else _READS
            return _SqlFinding(Effect.CHANGES, f"with COPY … {token.text}")
    return _UNCLEAR


def _word(tokens: Sequence[SqlToken], at: int) -> str:
    return tokens[at].text if at < len(tokens) and tokens[at].kind is SqlKind.WORD else ""


def _has(tokens: Sequence[SqlToken], at: int, mark: str) -> bool:
    return at < len(tokens) and tokens[at].kind is SqlKind.MARK and tokens[at].text == mark


def _closing(tokens: Sequence[SqlToken], at: int) -> int | None:
    """Return where the bracket that opens at `at` is closed."""
    depth = 0
    for place in range(at, len(tokens)):
        if tokens[place].kind is SqlKind.MARK:
            depth += (tokens[place].text == "(") - (tokens[place].text == ")")
            if not depth:
                return place
    return None
