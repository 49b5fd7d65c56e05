"""Files of subagents in the older layout, beside the sessions of a folder: each says at its beginning whose it is."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.log.source import read_beginning

_HEAD_BYTES = 4096  # bytes of a file in which the session's id is searched
_SESSION = re.compile(rb'"sessionId"\s{0,9}:\s{0,9}"([^"]{1,200})"')
_MAX_FOLDERS = 4
_MIN_TRUST_S, _TRUST = 0.5, 20  # a listing counts for so long, or for this multiple of the time that it took
_SETTLED_NS = 50_000_000  # a folder that changed less long ago may change again within one tick of its time stamp


@dataclass(frozen=True, slots=True)
class _Listing:
    """The files of a folder by session id. `changed`: when the system last changed the folder; `until`: it counts."""

    changed: int
    until: float
    files: dict[bytes, list[Path]]


_listings: OrderedDict[Path, _Listing] = OrderedDict()
_lock = threading.Lock()


def files_beside(session_file: Path, session_id: str) -> list[Path]:
    """Return the files ``agent-*.jsonl`` beside a session that name it at their beginning, sorted.

    Thousands of sessions may share a folder with thousands of such files, so these are read once for many sessions.
    What changes in the folder counts at once; a beginning that is rewritten in place, soon after.
    """
    with _lock:
        return _listing(session_file.parent).files.get(session_id.encode("utf-8", "replace"), [])


def _listing(folder: Path) -> _Listing:
    changed = _changed(folder)
    known = _listings.get(folder)
    if known is not None and known.changed == changed and time.monotonic() < known.until:
        return known
    begun = time.monotonic()
    is_settled = 0 <= changed < time.time_ns() - _SETTLED_NS
    files: dict[bytes, list[Path]] = {}
    for path in sorted(folder.glob("agent-*.jsonl")):
        for session in set(_SESSION.findall(_head(path))):
            files.setdefault(session, []).append(path)
    taken = time.monotonic() - begun
    until = time.monotonic() + max(_MIN_TRUST_S, _TRUST * taken) if is_settled else 0
    listing = _listings[folder] = _Listing(changed, until, files)
    _listings.move_to_end(folder)
    while len(_listings) > _MAX_FOLDERS:
        _listings.popitem(last=False)
    return listing


def _changed(folder: Path) -> int:
    """Return when the system last changed the folder, in nanoseconds; -1 if it does not say."""
    try:
        return folder.stat().st_ctime_ns
    except OSError:
        return -1


def _head(path: Path) -> bytes:
    try:
        return read_beginning(path, _HEAD_BYTES)
    except LogUnreadable:
        return b""
