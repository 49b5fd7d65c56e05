"""Whether words are a statement of SQL, and no sentence such as ``update the plan`` or ``delete from it the milk``."""

from __future__ import annotations

import re

from replay_gui.core.effects.sql_tokens import SqlKind, Statement

_MAX_TOKENS, _MAX_WORD = 120, 40  # of a statement, and characters of a word, that are examined
_NAME = r"(?:\w+|\?)(?: \. (?:\w+|\?))*"
_ALIAS = r"(?: AS)?(?: (?!WHERE|SET|USING|RETURNING|LIMIT|ORDER|GROUP|JOIN|ON)(?:\w+|\?))?"
_CONDITION = r"(?: WHERE .*(?: [=<>] | IN \( | IS | LIKE | BETWEEN | EXISTS \( | ~ | ILIKE ).*)"
_MORE = r"(?: (?:JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL|GROUP|ORDER|LIMIT|OFFSET|UNION|HAVING|FETCH|FOR|,|\() ?.*)"
_SHAPES = re.compile(
    rf"SELECT .*? FROM (?:{_NAME}{_ALIAS}|\(.*)(?:{_CONDITION}|{_MORE})? $"
    r"|SELECT (?:[^\w ] )+$"
    rf"|DELETE FROM {_NAME}{_ALIAS}(?:{_CONDITION}| USING .*| RETURNING .*| LIMIT .*)? $"
    rf"|UPDATE (?:OR \w+ )?(?:ONLY )?{_NAME}{_ALIAS} SET {_NAME} = .*"
    rf"|(?:INSERT|REPLACE) (?:OR \w+ |IGNORE )?INTO {_NAME}{_ALIAS} (?:\(|VALUES|SELECT|DEFAULT|SET|WITH) .*"
    rf"|MERGE INTO {_NAME}{_ALIAS} USING .*"
    rf"|CREATE (?:\w+ )??TABLE (?:IF NOT EXISTS )?{_NAME} (?:\(|AS) .*"
    rf"|CREATE (?:OR REPLACE )?(?:\w+ )??VIEW (?:IF NOT EXISTS )?{_NAME} (?:\(.*\) )?AS (?:SELECT|WITH|\() .*"
    rf"|CREATE (?:UNIQUE )?INDEX .*ON {_NAME} .*\( .*"
    rf"|DROP (?:TABLE|VIEW|INDEX|SCHEMA|DATABASE) (?:IF EXISTS )?{_NAME}(?: , {_NAME})*(?: CASCADE| RESTRICT)? $"
    rf"|ALTER TABLE (?:IF EXISTS )?(?:ONLY )?{_NAME} (?:ADD|DROP|ALTER|RENAME|MODIFY|CHANGE|OWNER|SET) .*"
    rf"|TRUNCATE TABLE {_NAME}(?: CASCADE| RESTRICT)? $"
    r"|GRANT .* ON .* TO .*|REVOKE .* ON .* FROM .*"
    rf"|WITH (?:RECURSIVE )?{_NAME} (?:\(.*\) )?AS (?:NOT )?(?:MATERIALIZED )?\( .*"
    r"|EXPLAIN (?:ANALYZE |VERBOSE |QUERY PLAN |\( .* \) )*(?:SELECT|INSERT|UPDATE|DELETE|WITH) .*"
    r"|(?:BEGIN|START|COMMIT|END|ROLLBACK)(?: TRANSACTION)? $"
    rf"|PRAGMA {_NAME}(?: =.*| \(.*)? $",
    re.DOTALL,
)


def is_surely_sql(statement: Statement) -> bool:
    """Return whether a statement has one of the common forms of SQL."""
    texts = {SqlKind.NAME: "?", SqlKind.VALUE: "'"}
    words = [texts.get(token.kind, token.text[:_MAX_WORD]) for token in statement[:_MAX_TOKENS]]
    return _SHAPES.match("".join(f"{word} " for word in words)) is not None
