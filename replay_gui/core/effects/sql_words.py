"""The words of SQL by which a statement reads or changes something."""

from __future__ import annotations

import re

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_names import effect_of_name
from replay_gui.core.effects.word_lists import word_set

QUERIES = word_set("SELECT VALUES TABLE FROM")
READING = word_set("SHOW SUMMARIZE HELP LIST") | QUERIES
SESSION = word_set("SET USE RESET SAVEPOINT RELEASE DISCARD DEALLOCATE CLOSE FETCH")
"""They change only the session."""
SET_LASTING = word_set("GLOBAL PERSIST PERSIST_ONLY PASSWORD DEFAULT")  # after SET
CHANGING = word_set(
    "INSERT UPDATE DELETE MERGE REPLACE UPSERT CREATE DROP ALTER TRUNCATE GRANT REVOKE DENY RENAME COMMENT REFRESH"
    " IMPORT EXPORT UNLOAD KILL"
)
UNCLEAR = word_set(
    "CALL EXEC EXECUTE DO PREPARE DECLARE VACUUM ANALYZE ANALYSE REINDEX OPTIMIZE CLUSTER ATTACH DETACH INSTALL LOAD"
    " LOCK UNLOCK FLUSH CHECKPOINT NOTIFY LISTEN HANDLER REPAIR PURGE COMMIT COPY PRAGMA WITH EXPLAIN DESCRIBE DESC SET"
)
EXPLAINING = word_set("EXPLAIN DESCRIBE DESC")
DATA_CHANGES = word_set("INSERT UPDATE DELETE MERGE REPLACE")

_PRAGMA_SESSION = word_set(
    "FOREIGN_KEYS CACHE_SIZE BUSY_TIMEOUT SYNCHRONOUS TEMP_STORE CASE_SENSITIVE_LIKE QUERY_ONLY MMAP_SIZE THREADS"
    " MEMORY_LIMIT RECURSIVE_TRIGGERS DEFER_FOREIGN_KEYS ENABLE_PROGRESS_BAR"
)
_PRAGMA_LASTING = word_set("USER_VERSION APPLICATION_ID JOURNAL_MODE AUTO_VACUUM ENCODING PAGE_SIZE")
_PRAGMA_QUESTIONS = word_set(
    "TABLE_INFO TABLE_XINFO TABLE_LIST INDEX_LIST INDEX_INFO INDEX_XINFO FOREIGN_KEY_LIST FOREIGN_KEY_CHECK"
    " INTEGRITY_CHECK QUICK_CHECK STORAGE_INFO"
)
_PRAGMA_WORKS = word_set("WAL_CHECKPOINT OPTIMIZE INCREMENTAL_VACUUM SHRINK_MEMORY CHECKPOINT FORCE_CHECKPOINT")
_CHANGING_FUNCTIONS = word_set(
    "NEXTVAL SETVAL PG_TERMINATE_BACKEND PG_CANCEL_BACKEND PG_RELOAD_CONF PG_ROTATE_LOGFILE PG_PROMOTE PG_SWITCH_WAL"
    " PG_DROP_REPLICATION_SLOT LO_CREATE LO_UNLINK LO_IMPORT LO_EXPORT LO_PUT WRITEFILE PG_FILE_WRITE"
)
_UNCLEAR_FUNCTIONS = word_set("DBLINK DBLINK_EXEC LOAD_EXTENSION QUERY_TO_XML EDIT EVAL SYS_EXEC SYS_EVAL QUERY")
_PURE = re.compile(
    r"(?:ARRAY|LIST|MAP|JSON|JSONB|REGEXP|DATE|TIME|DATETIME|TIMESTAMP|STR|STRING|STRUCT|BIT)_\w+|GENERATE_(?:SERIES"
    r"|SUBSCRIPTS|ARRAY|DATE_ARRAY|UUID|ULID)|MAKE_(?:DATE|TIME|TIMESTAMP|TIMESTAMPTZ|INTERVAL|SET|LIST)|SET_BI[TE]\w*"
    r"|SET_BYTE|REPLACE|INSERT|ADD_MONTHS|LAST_INSERT_ID|APPLY|(?:PERCENTILE|MODE|ROW|RANK)_\w+|ADD|UPDATE|DELETE|MARK"
    r"|ROTATE|STORE|PRESS|CLOSE|ORDER|RETURN|RETURNING|PROCESS|ISSUE|TOGGLE|CHANGE|CHARGE|SET"
)
"""Functions that only compute, and keywords that a bracket may follow, although the name holds a verb of a change."""

_COMMANDS_READ = re.compile(
    r"\\(?:d\w*\+?|l\+?|x|c|connect|timing|pset|echo|q|conninfo|z|sf\+?|sv\+?|a|t|H|set|p|h|help|s|status|u|\?)(?:\s|$)"
    r"|\.(?:tables|schema|fullschema|mode|headers?|width|index(?:es)?|indices|databases|dump|explain|eqp|timer|echo"
    r"|nullvalue|separator|show|stats|help|quit|exit|print|bail|limit|changes|prompt|cd|dbinfo|large_number_rendering"
    r"|maxrows|columns|(?:output|once)(?:\s+stdout)?\s*$)(?:\s|$)"
)
_COMMANDS_CHANGE = re.compile(
    r"\\copy\b.*\bfrom\b|\\copy\b.*\bto\b(?!\s*(?:stdout|pstdout)\b)|\\o(?:ut)?\s+[^|\s]|\.(?:import|backup|save|restore"
    r"|clone|output|once)\s+[^|\s]",
    re.IGNORECASE,
)


def effect_of_function(name: str) -> Effect:
    """Return the effect of a function of SQL by its name, in upper case: READS unless the name suggests a change."""
    if name in _CHANGING_FUNCTIONS:
        return Effect.CHANGES
    if name in _UNCLEAR_FUNCTIONS:
        return Effect.UNKNOWN
    changes = _PURE.fullmatch(name) is None and effect_of_name(name.lower()).effect is Effect.CHANGES
    return Effect.UNKNOWN if changes else Effect.READS


def effect_of_pragma(name: str, mark: str) -> Effect:
    """Return the effect of a PRAGMA; `mark` is what follows the name: "", "=" or "("."""
    if name in _PRAGMA_SESSION or (name in _PRAGMA_QUESTIONS and mark != "="):
        return Effect.READS
    if not mark:
        return Effect.UNKNOWN if name in _PRAGMA_WORKS else Effect.READS
    return Effect.CHANGES if name in _PRAGMA_LASTING else Effect.UNKNOWN


def effect_of_command(line: str) -> Effect:
    """Return the effect of a line for a database's shell, such as ``.tables`` or ``\\copy t from a.csv``."""
    if _COMMANDS_CHANGE.match(line) is not None:
        return Effect.CHANGES
    reads = _COMMANDS_READ.match(line) is not None or re.match(r"\\copy\b.*\bto\b", line, re.IGNORECASE)
    return Effect.READS if reads and "`" not in line and "|" not in line else Effect.UNKNOWN
