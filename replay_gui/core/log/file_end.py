"""Why a file that was growing is not read on."""

from __future__ import annotations

from enum import StrEnum


class FileEnd(StrEnum):
    """Why no more of a file is read: a change on disk, or its content."""

    SEALED = "sealed"
    CUT = "cut"
    REPLACED = "replaced"
    GONE = "gone"
    DAMAGED = "damaged"
    LEFT = "left"  # by its recorder, without a seal
