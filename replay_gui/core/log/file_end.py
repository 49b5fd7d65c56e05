"""Why reading of a growing file ended."""

from __future__ import annotations

from enum import StrEnum


class FileEnd(StrEnum):
    """Why no more of a file is read: a change on disk, or its content."""

    SEALED = "sealed"
    CUT = "cut"
    REPLACED = "replaced"
    GONE = "gone"
    DAMAGED = "damaged"
    LEFT = "left"  # its recorder stopped without a seal
