"""Limits on the size of foreign files, which protect the memory and the disk."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.translation.messages import translatable


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in bytes. A larger file is refused, with a message that names RAISED_BY.

    Attributes:
        document: for one JSON value or one member of a ZIP file. It is in memory as a whole; decoded, it takes
            several times this size. unpacked: for the total output of a packed file.
    """

    document: int = 256 << 20
    unpacked: int = 4 << 30

    def raised_to(self, size: int) -> Limits:
        """Return these limits with `document` set to `size` bytes, and `unpacked` to at least that."""
        return Limits(size, max(self.unpacked, size))


LIMITS = Limits()
RAISED_BY = translatable("replay-gui import --max-size MB reads more")
