"""Times for people, and for machines that read reports."""

from __future__ import annotations

from datetime import UTC, datetime

_LARGE = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def utc(time: int | None) -> str:
    """``2025-10-24 20:54:07.500`` in UTC of ns since 1970; "" where there is none, or one beyond the calendar."""
    if time is None:
        return ""
    try:
        return datetime.fromtimestamp(time // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S") + f".{time // 10**6 % 1000:03}"
    except (OverflowError, ValueError, OSError):
        return ""


def iso(time: int | None) -> str | None:
    """``2025-10-24T20:54:07.500000000Z`` (RFC 3339) of ns since 1970; None where `utc` says nothing."""
    words = utc(time)
    return f"{words[:19].replace(' ', 'T')}.{(time or 0) % 10**9:09}Z" if words else None


def span_words(duration: int | None) -> str:
    """``33 ms``, ``2.39 s``, ``2 h 5 min`` of ns: as much as one wants to know of how long it took; "" of None."""
    if duration is None:
        return ""
    for size, digits, name in ((10**3, 0, "µs"), (10**6, 0, "ms"), (10**9, 2, "s")):
        if duration < (1000 if size < 10**9 else 60) * size:
            return f"{duration / size:.{digits}f} {name}"
    left, parts = duration // 10**9, []
    for size, name in _LARGE:
        if left >= size:
            parts.append(f"{left // size:,} {name}")
            left %= size
    return " ".join(parts[:2])
