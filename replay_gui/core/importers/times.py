"""Convert times in foreign files to nanoseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_END_NS = 1 << 63  # in the year 2262


def iso_time(text: object) -> int | None:
    """Return an ISO 8601 text (UTC if it has no zone) as ns since 1970; None if invalid, or outside 1970 to 2262."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
        since = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        return None
    time = since // _MICROSECOND * 1000
    return time if 0 <= time < _END_NS else None


def milliseconds(number: object) -> int | None:
    """Return a number of milliseconds as ns; None if it is not a number, negative, or beyond 292 years."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < _END_NS // 1_000_000:
        return None
    return round(number * 1_000_000)


def seconds(number: object) -> int | None:
    """Return a number of seconds as ns; None if it is not a number, negative, or beyond 292 years."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < _END_NS // 1_000_000_000:
        return None
    return round(number * 1_000_000) * 1000  # a float holds a present-day time to the microsecond


def any_time(value: object) -> int | None:
    """Return a time in ns since 1970, from ISO text or a number, whose size decides between s, ms, µs and ns."""
    if isinstance(value, str):
        return iso_time(value) if not value.replace(".", "", 1).isdecimal() else any_time(float(value))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _END_NS:
        return None
    for unit, end in ((1_000_000_000, 1e11), (1_000_000, 1e14), (1000, 1e17)):
        if value < end:
            return value * unit if isinstance(value, int) else round(value * unit / 1000) * 1000
    return int(value)
