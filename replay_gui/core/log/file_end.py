"""Why a file that was growing is not read on."""

from __future__ import annotations

from enum import StrEnum


class FileEnd(StrEnum):
    """What was done to the file, or what stands in it."""

    SEALED = "sealed"
    CUT = "cut"
    REPLACED = "replaced"
    GONE = "gone"
    DAMAGED = "damaged"
    LEFT = "left"  # by its recorder, without a seal
