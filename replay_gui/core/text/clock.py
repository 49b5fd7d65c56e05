"""Points in time, for people and for programs that read reports."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(time: int | None) -> str:
    """Return ``2025-10-24 20:54:07.500`` (UTC) for ns since 1970; "" for None, or a time that no calendar has."""
    if time is None:
        return ""
    try:
        return datetime.fromtimestamp(time // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S") + f".{time // 10**6 % 1000:03}"
    except (OverflowError, ValueError, OSError):
        return ""


def local_time_text(time: int) -> str:
    """Return ``2025-10-24 22:54``, in the time zone of this computer, for ns since 1970; "" likewise."""
    try:
        return datetime.fromtimestamp(time // 10**9).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return ""


def rfc3339_text(time: int | None) -> str | None:
    """Return ``2025-10-24T20:54:07.500000000Z`` (RFC 3339) for ns since 1970; None where `utc_text` returns ""."""
    words = utc_text(time)
    return f"{words[:19].replace(' ', 'T')}.{(time or 0) % 10**9:09}Z" if words else None


def since_start(ns: int) -> str:
    """+3:12.480, or +1:03:12.480 from an hour on; a minus sign where the clock went back."""
    sign, ms = "-" if ns < 0 else "+", abs(ns) // 1_000_000
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}.{ms:03}" if hours else f"{sign}{minutes}:{seconds:02}.{ms:03}"
