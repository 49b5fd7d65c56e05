"""The files of a kept index: each is written in one piece, and arrays are mapped into memory."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from replay_gui.core.numpy_on_demand import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STATM = Path("/proc/self/statm")  # Linux; the third number is that of these pages


def write_parts(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file of the cache; it appears complete or stays unchanged, as somebody may have mapped it.

    Nothing is flushed to the disk, since a file that a loss of power damages is recognised and made again. Raises
    OSError if the file cannot be written.
    """
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file:
        for part in parts:
            file.write(part)
    draft.replace(path)


def map_array(path: Path, dtype: np.dtype[Any], count: int = -1) -> NDArray[Any]:
    """Map the first `count` entries of a file, by default all; OSError, ValueError if it has fewer."""
    if not count:
        return np.zeros(0, dtype)
    with path.open("rb") as file:
        return map_file(file, dtype, count)


def map_file(file: IO[bytes], dtype: np.dtype[Any], count: int = -1) -> NDArray[Any]:
    """Map the first `count` entries of an open file, by default all; ValueError if it has fewer."""
    if not count or (count < 0 and not file.seek(0, 2)):
        return np.zeros(0, dtype)  # an empty file cannot be mapped
    return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype, count)


def mapped_bytes() -> int:
    """Return how many bytes of mapped files are in the memory of this process; 0 if the system does not report it."""
    try:
        pages = int(_STATM.read_text().split()[2])
    except OSError:
        return 0
    return pages * mmap.PAGESIZE


def release_pages(array: NDArray[Any]) -> None:
    """Give back the memory of the whole file that an array is mapped from; what is needed again is read again.

    An array that is not of a mapped file stays as it is.
    """
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    mapped = getattr(base, "obj", None)  # numpy keeps a memoryview of its buffer
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
