"""Unpack or re-encode a file before it is read: ``.gz``, ``.zst``, ``.zip`` with one file, UTF-16."""

from __future__ import annotations

import codecs
import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import zstandard

from replay_gui.core.errors import ImportRefused, LogUnreadable
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.kimi.files import main_agent_in
from replay_gui.core.importers.formats.chats.record_folder import first_record_in
from replay_gui.core.importers.formats.claude_code.subagents import session_in
from replay_gui.core.importers.formats.frameworks.inspect_ai import InspectAi
from replay_gui.core.importers.limits import LIMITS, RAISED_BY, Limits
from replay_gui.core.importers.zip_members import MAGIC as ZIP
from replay_gui.core.importers.zip_members import ZipMembers
from replay_gui.core.importers.zip_members import stream as stream_of
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_folder, reason_of
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number

_GZIP, _ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"  # the bytes that follow a first byte from 0x50 to 0x5f
_MAX_SKIPPED_FRAMES = 64
_CHUNK_BYTES = 1 << 20
_NO_SIZE = zstandard.CONTENTSIZE_ERROR  # this value and larger ones mean that the size is unknown
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
IS_UTF16 = translatable("files in UTF-16, read as text in UTF-8")
_IGNORED_MEMBERS = ("__MACOSX/", ".DS_Store")


def file_of(path: str | os.PathLike[str]) -> Path:
    """Return the file to open for a path from the user: the main file of a session's folder, else the path itself."""
    given = Path(path)
    if not is_folder(given):
        return given
    folder = given.absolute()  # the name of the folder is needed to find the file; "." has none
    return session_in(folder) or main_agent_in(folder) or first_record_in(folder) or given


@contextmanager
def foreign_file(source: Source, limits: Limits = LIMITS) -> Iterator[ForeignFile]:
    """Yield the file, unpacked and as UTF-8, for the duration of the `with` block.

    Raises ImportRefused if it is damaged, holds several files, or exceeds the limits.
    """
    with unpacked_source(source, limits) as inner:
        encoding = _UTF16.get(inner.read_at(0, min(inner.size, 2)))
        if encoding is None:
            yield ForeignFile(inner, limits, source.path)
            return
        with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
            path = Path(folder, inner.path.name)
            try:
                _write_as_utf8(inner, path, encoding)
            except OSError as why:
                raise LogUnreadable(
                    tr("{path}: cannot be written: {reason}", path=path, reason=reason_of(why))
                ) from None
            with Source(path) as text:
                file = ForeignFile(text, limits, source.path)
                file.notes.count(IS_UTF16)
                yield file


def _write_as_utf8(source: Source, path: Path, encoding: str) -> None:
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    with path.open("wb") as out:
        for offset in range(2, source.size, _CHUNK_BYTES):
            size = min(_CHUNK_BYTES, source.size - offset)
            out.write(decode(source.read_at(offset, size), final=offset + size == source.size).encode())


@contextmanager
def unpacked_source(source: Source, limits: Limits = LIMITS) -> Iterator[Source]:
    """Yield an unpacked copy, which exists for the duration of the `with` block; the file itself if it is not packed.

    Raises ImportRefused if it is damaged, holds several files, or exceeds the limits.
    """
    head = source.read_at(0, min(source.size, 4))
    is_zstandard = head.startswith(_ZSTANDARD) or _is_skippable(head)
    if not (is_zstandard or head.startswith((_GZIP, ZIP))) or InspectAi().recognises(ForeignFile(source, limits)):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
        inner = Path(folder, source.path.stem if not head.startswith(ZIP) else "")
        try:
            if head.startswith(ZIP):
                inner = _only_member(source, Path(folder), limits)
            else:
                _unpack(source, inner, limits, gzipped=head.startswith(_GZIP))
        except OSError as why:
            raise LogUnreadable(tr("{path}: cannot be written: {reason}", path=inner, reason=reason_of(why))) from None
        with Source(inner) as packed_source:
            yield packed_source


def _only_member(source: Source, folder: Path, limits: Limits) -> Path:
    members = ZipMembers(source, limits)
    names = [name for name in members if not name.endswith("/") and not name.startswith(_IGNORED_MEMBERS)]
    if len(names) != 1:
        raise ImportRefused(
            tr(
                "{path}: a ZIP file of {count} files; unpack it and open one of them",
                path=source.path,
                count=whole_number(len(names)),
            )
        )
    inner = folder / (Path(names[0]).name or "member")
    inner.write_bytes(members.read(names[0]))
    return inner


def _unpack(source: Source, inner: Path, limits: Limits, gzipped: bool) -> None:
    packed = cast(IO[bytes], stream_of(source))
    try:
        with inner.open("wb") as out:
            if gzipped:
                with gzip.GzipFile(fileobj=packed) as unpacking:
                    _copy(cast(IO[bytes], unpacking), out, source, limits)
            else:
                whole = _first_content_size(source)
                with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(packed) as unpacking:
                    if _copy(cast(IO[bytes], unpacking), out, source, limits) < whole < _NO_SIZE:
                        raise EOFError  # the library does not report it
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as why:
        raise ImportRefused(
            tr("{path}: cannot be unpacked: {reason}", path=source.path, reason=why or tr("it ends early"))
        ) from None


def _is_skippable(head: bytes) -> bool:
    """Return whether `head` begins a skippable Zstandard frame: a comment before or between other frames."""
    return head[1:4] == _SKIPPABLE and 0x50 <= head[0] <= 0x5F


def _first_content_size(source: Source) -> int:
    """Return the content size, in bytes, that the first frame with content declares; _NO_SIZE or more if unknown."""
    at = 0
    for _ in range(_MAX_SKIPPED_FRAMES):
        head = source.read_at(at, min(source.size - at, 18))
        if not _is_skippable(head):
            return zstandard.get_frame_parameters(head).content_size
        at += 8 + int.from_bytes(head[4:8], "little")
        if at >= source.size:
            raise EOFError
    return _NO_SIZE


def _copy(unpacking: IO[bytes], out: BinaryIO, source: Source, limits: Limits) -> int:
    """Copy all bytes; return their number."""
    written = 0
    while part := unpacking.read(_CHUNK_BYTES):
        written += len(part)
        if written > limits.unpacked:
            raise ImportRefused(
                tr(
                    "{path}: unpacks to more than {limit} MB; {advice}",
                    path=source.path,
                    limit=whole_number(limits.unpacked >> 20),
                    advice=tr(RAISED_BY),
                )
            )
        out.write(part)
    return written
