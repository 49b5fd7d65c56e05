"""Times for people."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(time: int | None) -> str:
    """``2025-10-24 20:54:07.500`` in UTC of ns since 1970; "" where there is none, or one beyond the calendar."""
    if time is None:
        return ""
    try:
        return datetime.fromtimestamp(time // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S") + f".{time // 10**6 % 1000:03}"
    except (OverflowError, ValueError, OSError):
        return ""
