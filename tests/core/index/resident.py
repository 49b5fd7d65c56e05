"""How much of a mapped array is in the memory of this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from numpy.typing import NDArray

_MAPPINGS = Path("/proc/self/smaps")
lists_pages = pytest.mark.skipif(not _MAPPINGS.exists(), reason="only Linux lists the pages of a process")


def resident(array: NDArray[Any]) -> int:
    """The bytes in memory of the file that an array is mapped from."""
    place, found = array.ctypes.data, False
    for line in _MAPPINGS.read_text().splitlines():
        name, *values = line.split()
        if not name.endswith(":"):
            begin, end = (int(address, 16) for address in name.split("-"))
            found = begin <= place < end
        elif found and name == "Rss:":
            return int(values[0]) * 1024
    raise AssertionError("the array is not mapped")
