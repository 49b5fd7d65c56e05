"""Times as foreign files write them, in nanoseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def iso_time(text: object) -> int | None:
    """ISO 8601 text (without a zone: UTC) as ns since 1970; None where it is none, or earlier."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return since // _MICROSECOND * 1000 if since >= timedelta(0) else None


def milliseconds(number: object) -> int | None:
    """A number of milliseconds as ns; None where it is none, or negative."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < 1e15:
        return None
    return round(number * 1_000_000)
