"""The header, a log's first object: canonical ["replay-log", map] (log-format.md, "Header")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgpack

from replay_gui.core.errors import LogRefused, NotCanonical
from replay_gui.core.log.canonical import decode, encode
from replay_gui.core.log.chain import digest
from replay_gui.core.log.magic import MAGIC
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import tr

VERSION = 1
MAX_HEADER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Header:
    """The facts that a log records about itself.

    Attributes:
        raw: its bytes; the first record begins right after them. facts: the decoded map.
    """

    raw: bytes
    facts: dict[str, Any]

    @property
    def run_id(self) -> str:
        """The id that the recorder gave the run."""
        return str(self.facts["run_id"])

    @property
    def reducer(self) -> str:
        """The name of the reducer that makes states of the events, such as ``standard/1``."""
        return str(self.facts["reducer"])

    @property
    def hash(self) -> bytes:
        """The hash of the header, to which the first record is linked."""
        return digest(self.raw)

    @property
    def created(self) -> int | None:
        """The start time of the run, in ns since 1970; None if not recorded."""
        value = self.facts.get("created")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def source(self) -> Any:
        """The facts about the source file of an imported log; None for a recorded log."""
        return self.facts.get("source")

    @property
    def origin(self) -> Literal["recorded", "imported"]:
        """Whether a Recorder wrote the log during the run, or it was converted from a file of another format."""
        return "imported" if "source" in self.facts else "recorded"

    @property
    def state(self) -> str:
        """For an imported log: "recorded" if its events contain the state, else "derived". "" for a recorded log."""
        if self.origin == "recorded":
            return ""
        return "recorded" if isinstance(self.source, dict) and self.source.get("state") == "recorded" else "derived"


def is_replay_log(source: Source) -> bool:
    """Return whether the file is a replay log, or is named like one, so that no importer need be tried."""
    return source.path.suffix == ".rlog" or source.read_at(0, min(source.size, len(MAGIC))) == MAGIC


def encode_header(facts: dict[str, Any]) -> bytes:
    """Return the bytes of a header with `facts`; raise NotCanonical if they are invalid, or lack run_id or reducer."""
    if not all(isinstance(facts.get(name), str) for name in ("run_id", "reducer")):
        raise NotCanonical("a header needs run_id and reducer, both strings")
    raw = encode(["replay-log", {**facts, "version": VERSION}])
    if len(raw) > MAX_HEADER_BYTES:
        raise NotCanonical("a header is at most 1 MiB")
    return raw


def read_header(source: Source) -> Header:
    """Read the header of a log; raise LogRefused if the file is not a log that this version can read."""
    start = source.read_at(0, min(source.size, MAX_HEADER_BYTES))
    if not start.startswith(MAGIC):
        raise LogRefused(
            tr(
                "{path}: not a replay log (a .rlog begins with {beginning!r})",
                path=source.path,
                beginning=MAGIC[2:].decode(),
            )
        )
    damaged = LogRefused(
        tr("{path}: the header is damaged, so nothing after it can be trusted; use another copy", path=source.path)
    )
    try:
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=MAX_HEADER_BYTES)
        unpacker.feed(start)
        unpacker.skip()
        raw = start[: unpacker.tell()]
        value = decode(raw)
        facts = value[1]
        sound = encode(value) == raw and isinstance(facts["run_id"], str) and isinstance(facts["reducer"], str)
    except (NotCanonical, ValueError, LookupError, TypeError, msgpack.exceptions.UnpackException, RecursionError):
        raise damaged from None
    if not sound:
        raise damaged
    version = facts.get("version")
    if type(version) is not int or version != VERSION:
        raise LogRefused(
            tr(
                "{path}: version {version!r} of the format is not known; this program reads {known}",
                path=source.path,
                version=version,
                known=VERSION,
            )
        )
    return Header(raw, facts)
