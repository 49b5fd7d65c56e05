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
            raise ImportRefused(f"{source.path}: a ZIP file that cannot be read: {why}") from None
        if len(self._infos) > _MAX_MEMBERS:
            raise ImportRefused(
                f"{source.path}: has {len(self._infos):,} members, more than the {_MAX_MEMBERS:,} that are read"
            )

        total = sum(info.file_size for info in self._infos.values())
        if total > limits.unpacked:
            raise ImportRefused(
                f"{source.path}: its members are {total >> 20:,} MB, more than the {limits.unpacked >> 20:,} MB that "
                f"are read; {RAISED_BY}"
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Return the content of a member; raise ImportRefused if it is damaged, or larger than declared or allowed."""
        info = self._infos[name]
        where = f"{self._source.path}, member {name}"
        if info.file_size > self._limits.document:
            most = self._limits.document >> 20
            raise ImportRefused(
                f"{where}: {info.file_size >> 20} MB, more than the {most} MB that are read; {RAISED_BY}"
            )
        if info.flag_bits & 1 or info.compress_type not in _METHODS:
            how = "encrypted" if info.flag_bits & 1 else f"compressed by method {info.compress_type}"
            raise ImportRefused(f"{where}: {how}, which is not read")
        raw = self._raw(info, where)
        try:
            content = _unpacked(raw, info)
        except (zlib.error, zstandard.ZstdError) as why:
            raise ImportRefused(f"{where}: cannot be unpacked: {why}") from None
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise ImportRefused(f"{where}: is not what its checksum says; the file is damaged")
        return content

    def _raw(self, info: zipfile.ZipInfo, where: str) -> bytes:
        size, start = self._source.size, info.header_offset
        if start + 30 > size:
            raise ImportRefused(f"{where}: begins beyond the end of the file")
        name, extra = _LOCAL_HEADER.unpack(self._source.read_at(start, _LOCAL_HEADER.size))
        start += _LOCAL_HEADER.size + name + extra
        if start + info.compress_size > size:
            raise ImportRefused(f"{where}: ends beyond the end of the file")
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
