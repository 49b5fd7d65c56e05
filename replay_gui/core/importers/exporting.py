"""Write a converted log to its final file, with the importer's findings in the header."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgpack
import msgspec

from replay_gui.core.importers.imported_run import ConvertedRun
from replay_gui.core.log.canonical import decode, encode
from replay_gui.core.log.chain import digest, record_hash, seal_hash
from replay_gui.core.log.header import encode_header
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Block, Ending


def write_with_findings(made: ConvertedRun, path: Path, mode: int) -> None:
    """Write the log again to `path`, with the import notes and the checks of the source's hashes in its header.

    These are known only after the last event, and the hash chain of the first log began with a header without them.

    Args:
        path: a new file in a private folder; it is flushed to the disk.
        mode: its permissions.
    """
    with EventLog.open(made.path) as log, open(path, "xb", opener=partial(os.open, mode=mode)) as out:
        source: dict[str, Any] = {**log.header.source, "notes": list(made.notes)}
        if made.own_hashes is not None:
            source["own_hashes"] = msgspec.to_builtins(made.own_hashes)
        header = encode_header({**log.header.facts, "source": source})
        out.write(header)
        head = digest(header)
        for part in log.parts():
            if isinstance(part, Block):
                head = _write_block(part, head, out)
            elif isinstance(part, Ending) and part.seal is not None:
                body = encode({**decode(part.seal.body), "head": head})
                out.write(msgpack.packb((body, seal_hash(head, body))))
        out.flush()
        os.fsync(out.fileno())


def _write_block(block: Block, head: bytes, out: BinaryIO) -> bytes:
    """Write the records; return the hash of the last record."""
    pack = msgpack.Packer().pack
    for content, state, meta in zip(block.contents, block.states, block.metas, strict=True):
        head = record_hash(head, content, state, meta)
        out.write(pack((content, state, meta, head)))
    return head
