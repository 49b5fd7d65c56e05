"""Points in time, for people and for programs that read reports."""

from __future__ import annotations

from datetime import UTC, datetime

from replay_gui.core.translation.dates import date_text


def utc_text(time: int | None) -> str:
    """Return ``2025-10-24 20:54:07.500`` (UTC) for ns since 1970; "" for None, or a time beyond the calendar."""
    moment = None if time is None else in_zone(time)
    return "" if time is None or moment is None else f"{moment:%Y-%m-%d %H:%M:%S}.{time // 10**6 % 1000:03}"


def local_time_text(time: int) -> str:
    """Return ``2025-10-24 22:54``, or the day as the user's language has it, in the time zone of this computer.

    Args:
        time: ns since 1970; a time beyond the calendar gives "".
    """
    moment = in_zone(time, is_local=True)
    return "" if moment is None else f"{date_text(moment)} {moment:%H:%M}"


def moment_text(time: int | None, is_local: bool = False, *, milliseconds: bool = False) -> str:
    """Return ``2025-10-24 20:54:07 UTC``, or in the time zone of this computer, which is named; "" as above.

    The day is as the user's language has it.
    """
    moment = None if time is None else in_zone(time, is_local)
    clock = clock_text(time, is_local, milliseconds=milliseconds)
    return "" if moment is None else f"{date_text(moment)} {clock}"


def clock_text(time: int | None, is_local: bool = False, *, milliseconds: bool = False) -> str:
    """Return ``20:54:07 UTC``, without the day."""
    moment = None if time is None else in_zone(time, is_local)
    if time is None or moment is None:
        return ""
    fraction = f".{time // 10**6 % 1000:03}" if milliseconds else ""
    return f"{moment:%H:%M:%S}{fraction} {moment.tzname()}"


def in_zone(time: int, is_local: bool = False) -> datetime | None:
    """Return the second of ns since 1970, in UTC or in the time zone of this computer; None if beyond the calendar.

    The time zone of this computer includes summer time if it applied at that time.
    """
    try:
        moment = datetime.fromtimestamp(time // 10**9, UTC)
        return moment.astimezone() if is_local else moment
    except (OverflowError, ValueError, OSError):
        return None


def rfc3339_text(time: int | None) -> str | None:
    """Return ``2025-10-24T20:54:07.500000000Z`` (RFC 3339) for ns since 1970; None if `utc_text` returns ""."""
    words = utc_text(time)
    return f"{words[:19].replace(' ', 'T')}.{(time or 0) % 10**9:09}Z" if words else None


def since_start(ns: int) -> str:
    """Return ``+3:12.480``, or ``+1:03:12.480`` from an hour on; with a minus sign if the clock went back."""
    sign, ms = "-" if ns < 0 else "+", abs(ns) // 1_000_000
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}.{ms:03}" if hours else f"{sign}{minutes}:{seconds:02}.{ms:03}"
