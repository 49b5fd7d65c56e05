"""Companion files, read together with a file. A conversion is valid until any is changed, added or removed."""

from __future__ import annotations

import os
from pathlib import Path

from blake3 import blake3

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.importer import Importer, ReadsCompanions
from replay_gui.core.importers.registry import importers
from replay_gui.core.log.source import Source


def importer_named(format: str) -> Importer | None:
    """Return the importer of this name; None if there is none, as for a replay log."""
    return next((importer for importer in importers() if importer.name == format), None)


def companions_of(importer: Importer | None, file: ForeignFile) -> list[Path]:
    """Return the files that the importer reads with this one."""
    return importer.companions(file) if isinstance(importer, ReadsCompanions) else []


def companions_digest(importer: Importer | None, file: ForeignFile) -> str:
    """Return a digest of the companions' paths and contents; "" if there are no companions."""
    companions = companions_of(importer, file)
    if not companions:
        return ""
    digest, folder = blake3(), os.path.realpath(file.path.parent)
    for path in companions:
        # the target of a link counts too: a file outside the folder is not read
        real = os.path.relpath(os.path.realpath(path), folder)
        name = os.fsencode(f"{os.path.relpath(path, file.path.parent)}\n{real}")
        try:
            with Source(path) as source:
                content = source.blake3()
        except LogUnreadable:
            content = "unreadable"
        digest.update(b"%d:%b%b\n" % (len(name), name, content.encode()))
    return digest.hexdigest(length=16)
