"""The files that a catalogue is made of: paths, globs, folders, and URLs that fsspec can read."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import fsspec

from replay_gui.core.errors import ImportRefused, LogUnreadable
from replay_gui.core.importers.files_below import files_below
from replay_gui.core.path_kinds import is_file, is_folder
from replay_gui.core.text.given_paths import absolute_path
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

_OF_THIS_PROCESS = ("memory",)  # file systems that no other process can read
_SIDE_FILES = (".notes.toml", ".rules.toml")
_MAX_FILES = 1_000_000
_MAX_FILE_BYTES = 8 << 30  # of one remote file


def is_url(source: str) -> bool:
    """Return whether a source is a URL, such as ``s3://bucket/runs``."""
    protocol, separator, _ = source.partition("://")
    return bool(separator) and protocol.replace("+", "").isalnum()


def expand_sources(given: Iterable[str]) -> list[tuple[str, bool]]:
    """Return (path or URL, whether the user named it directly) of each file, sorted, without duplicates.

    Raises:
        LogUnreadable: a source cannot be read, or matches nothing. ImportRefused: there are too many files.
    """
    named: dict[str, bool] = {}
    for source in (source if is_url(source) else absolute_path(source) for source in given):  # it may be read elsewhere
        expanded = list(_remote(source) if is_url(source) else _local(source))
        if not expanded:
            raise LogUnreadable(tr("{path}: no file in it", path=source))
        for file in expanded:
            if not file.endswith(_SIDE_FILES):
                named[file] = named.get(file, False) or file == source
        if len(named) > _MAX_FILES:
            raise ImportRefused(
                tr(
                    "{path}: more than {limit} files; give fewer",
                    path=source,
                    limit=whole_number(_MAX_FILES),
                )
            )
    return sorted(named.items())


def is_of_this_process(source: str) -> bool:
    """Return whether only this process can read the source, so that its bytes must be sent to others."""
    return is_url(source) and source.partition("://")[0] in _OF_THIS_PROCESS


def read_source(source: str) -> bytes:
    """Return the bytes of a URL; raise LogUnreadable if it cannot be read."""
    try:
        with fsspec.open(source, "rb") as file:
            data: bytes = file.read(_MAX_FILE_BYTES + 1)
    except Exception as why:  # noqa: BLE001  file systems define their own errors
        raise LogUnreadable(tr("{path}: cannot be read: {reason}", path=source, reason=_reason(why))) from None
    if len(data) > _MAX_FILE_BYTES:
        raise LogUnreadable(tr("{path}: larger than {limit} GiB", path=source, limit=_MAX_FILE_BYTES >> 30))
    return data


@contextmanager
def local_file(source: str, data: bytes | None) -> Iterator[str]:
    """Yield the path of a file with the bytes of a source, for the duration of the `with` block.

    Args:
        data: the bytes, if they were read already.
    """
    if data is None and not is_url(source):
        yield source
        return
    with TemporaryDirectory(prefix="replay-gui-source-") as folder:
        path = Path(folder, PurePosixPath(source).name or "source")
        path.write_bytes(read_source(source) if data is None else data)
        yield str(path)


def _local(source: str) -> Iterator[str]:
    if is_folder(source):
        yield from files_below(source)
    elif os.path.lexists(source):
        yield source
    elif glob.has_magic(source):
        yield from (path for path in sorted(glob.glob(source, recursive=True)) if is_file(path))  # noqa: PTH207  a pattern may be absolute
    else:
        raise LogUnreadable(tr("{path}: cannot be opened: No such file or directory", path=source))


def _remote(source: str) -> Iterator[str]:
    try:
        system, path = fsspec.core.url_to_fs(source)
        if glob.has_magic(path):
            names = [name for name in system.glob(path) if system.isfile(name)]
        elif system.isdir(path):
            names = system.find(path)
        elif system.exists(path):
            names = [path]
        else:
            names = []
        yield from (system.unstrip_protocol(name) for name in names)
    except Exception as why:  # noqa: BLE001  file systems define their own errors
        raise LogUnreadable(tr("{path}: cannot be read: {reason}", path=source, reason=_reason(why))) from None


def _reason(why: Exception) -> str:
    return " ".join(str(why).split()) or type(why).__name__
