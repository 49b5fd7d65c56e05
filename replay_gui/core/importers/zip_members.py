"""Read members of ZIP files, also those compressed with Zstandard (method 93), within limits."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import zstandard

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.limits import LIMITS, RAISED_BY, Limits
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAGIC = b"PK\x03\x04"

_METHOD_ZSTANDARD = 93
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, _METHOD_ZSTANDARD})
_LOCAL_HEADER = struct.Struct("<26x2H")  # only the lengths of the name and the extra field are used
_MAX_MEMBERS = 100_000
_CHUNK_BYTES = 1 << 20


class ZipMembers:
    """The members of a ZIP file by name, in file order. Raises ImportRefused if it is damaged or too large."""

    def __init__(self, source: Source, limits: Limits = LIMITS) -> None:
        self._source = source
        self._limits = limits
        try:
            with zipfile.ZipFile(stream(source)) as archive:
                self._infos = {info.filename: info for info in archive.infolist()}
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error, EOFError) as why:
            raise ImportRefused(
                tr("{path}: a ZIP file that cannot be read: {reason}", path=source.path, reason=why)
            ) from None
        if len(self._infos) > _MAX_MEMBERS:
            raise ImportRefused(
                tr(
                    "{path}: has {count} members, more than the {limit} that are read",
                    path=source.path,
                    count=whole_number(len(self._infos)),
                    limit=whole_number(_MAX_MEMBERS),
                )
            )

        total = sum(info.file_size for info in self._infos.values())
        if total > limits.unpacked:
            raise ImportRefused(
                tr(
                    "{path}: its members are {size} MB, more than the {limit} MB that are read; {advice}",
                    path=source.path,
                    size=whole_number(total >> 20),
                    limit=whole_number(limits.unpacked >> 20),
                    advice=tr(RAISED_BY),
                )
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Return the content of a member; raise ImportRefused if it is damaged, or larger than declared or allowed."""
        info = self._infos[name]
        where = tr("{path}, member {member}", path=self._source.path, member=name)
        if info.file_size > self._limits.document:
            most = self._limits.document >> 20
            raise ImportRefused(
                tr(
                    "{path}: {size} MB, more than the {limit} MB that are read; {advice}",
                    path=where,
                    size=info.file_size >> 20,
                    limit=most,
                    advice=tr(RAISED_BY),
                )
            )
        if info.flag_bits & 1 or info.compress_type not in _METHODS:
            if info.flag_bits & 1:
                raise ImportRefused(tr("{path}: encrypted, which is not read", path=where))
            method = info.compress_type
            raise ImportRefused(
                tr("{path}: compressed by method {method}, which is not read", path=where, method=method)
            )
        raw = self._raw(info, where)
        try:
            content = _unpacked(raw, info)
        except (zlib.error, zstandard.ZstdError) as why:
            raise ImportRefused(tr("{path}: cannot be unpacked: {reason}", path=where, reason=why)) from None
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise ImportRefused(tr("{path}: is not what its checksum says; the file is damaged", path=where))
        return content

    def _raw(self, info: zipfile.ZipInfo, where: str) -> bytes:
        size, start = self._source.size, info.header_offset
        if start + 30 > size:
            raise ImportRefused(tr("{path}: begins beyond the end of the file", path=where))
        name, extra = _LOCAL_HEADER.unpack(self._source.read_at(start, _LOCAL_HEADER.size))
        start += _LOCAL_HEADER.size + name + extra
        if start + info.compress_size > size:
            raise ImportRefused(tr("{path}: ends beyond the end of the file", path=where))
        return self._source.read_at(start, info.compress_size)


def _unpacked(raw: bytes, info: zipfile.ZipInfo) -> bytes:
    """Decompress at most one byte more than the member's declared size."""
    if info.compress_type == zipfile.ZIP_STORED:
        return raw
    if info.compress_type == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-15).decompress(raw, info.file_size + 1)
    with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw) as reader:
        parts, left = list[bytes](), info.file_size + 1
        while left and (part := reader.read(min(left, _CHUNK_BYTES))):
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def stream(source: Source) -> io.RawIOBase:
    """Return a Source as a stream with its own file position."""
    return _Stream(source)


class _Stream(io.RawIOBase):
    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._source.size - self._at)
        count = left if size is None or size < 0 else min(size, left)
        data = self._source.read_at(self._at, count)
        self._at += count
        return data
