"""The cache of the index of a run's changes, in the folder of its index.

It takes several times as long as the index itself, so it is no part of that pass: it is built right after it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from replay_gui.core.cache_budget import is_own
from replay_gui.core.index.hashed_file import read_hashed, write_hashed
from replay_gui.core.index.index_cache import indexed_content
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.change_index import ChangeIndex
from replay_gui.version import VERSION

CHANGES_FILE = "changes"
_FORM = f"{VERSION}/1"  # raise it when changes are defined differently


class _KeptChanges(msgspec.Struct, frozen=True):
    """`content`: BLAKE3 of the log, in hex. `size`: its bytes."""

    form: str
    content: str
    size: int
    changes: ChangeIndex


def keep_changes(folder: Path, log: EventLog, changes: ChangeIndex) -> None:
    """Keep the changes beside the index in a folder, if that is the index of this log in its current state.

    Raises OSError if the file cannot be written.
    """
    content = indexed_content(folder)
    if content is not None and content == log.source.blake3():
        write_hashed(folder / CHANGES_FILE, _KeptChanges(_FORM, content, log.source.size, changes))


def read_kept_changes(folder: Path, log: EventLog) -> ChangeIndex | None:
    """Return the changes of a log; None if they are not kept, damaged, of another log, or the log has grown."""
    try:
        if not is_own(folder):
            return None
        kept = read_hashed(folder / CHANGES_FILE, _KeptChanges)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    fits = (kept.form, kept.content, kept.size) == (_FORM, indexed_content(folder), log.source.size)
    return kept.changes if fits else None
