"""How much of a foreign file is read: more would exhaust the memory or the disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes; what is larger is refused, and the refusal names RAISED_BY.

    Attributes:
        document: of one JSON value, or one member of a ZIP file: all of it is in memory at once, decoded several times
            as large. unpacked: of all that comes out of a packed file.
    """

    document: int = 256 << 20
    unpacked: int = 4 << 30

    def raised_to(self, size: int) -> Limits:
        """Return these limits with documents of up to `size` bytes, and at least as much unpacked."""
        return Limits(size, max(self.unpacked, size))


LIMITS = Limits()
RAISED_BY = "replay-gui import --max-size MB reads more"
