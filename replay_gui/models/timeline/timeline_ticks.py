"""Round numbers and round times, as they stand below an axis."""

from __future__ import annotations

import math

SECOND = 1_000_000_000  # ns
_MINUTE, _HOUR = 60 * SECOND, 3600 * SECOND
_TIME_STEPS: tuple[int, ...] = (
    *(part * power for power in (10**n for n in range(3, 9)) for part in (1, 2, 5)),  # 1 µs … 0.5 s
    *(part * SECOND for part in (1, 2, 5, 10, 15, 30)),
    *(part * _MINUTE for part in (1, 2, 5, 10, 15, 30)),
    *(part * _HOUR for part in (1, 2, 3, 6, 12, 24)),
)


def nice_step(at_least: float) -> int:
    """The smallest whole 1, 2, 2.5 or 5 times a power of ten that is not less than `at_least`."""
    if at_least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(at_least))
    steps = (power, 2 * power, 5 * power // 2 if power > 1 else 5, 5 * power, 10 * power)
    return int(next((step for step in steps if step >= at_least), 10 * power))


def nice_time_step(at_least: float) -> int:
    """The smallest step of a clock, in ns, that is not less than `at_least` ns; beyond days round numbers of days."""
    for step in _TIME_STEPS:
        if step >= at_least:
            return step
    return 24 * _HOUR * nice_step(at_least / (24 * _HOUR))


def time_text(ns: int, step: int) -> str:
    """Time since the start with the digits that `step` ns between two such texts calls for: 3:10, 3:10.25, 1:03:10."""
    seconds, rest = divmod(ns, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    if step >= SECOND:
        return text
    digits = 9 - min(len(str(step)) - len(str(step).rstrip("0")), 8)
    return f"{text}.{f'{rest:09}'[:digits]}"


def rounded_duration(ns: float) -> str:
    """12 s, 3 min, 4 h, 2 days: a stretch of time to the nearest of one unit."""
    for size, name in ((24 * _HOUR, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if ns >= 1.5 * size:
            return f"{ns / size:,.0f} {name}"
    return f"{max(ns / SECOND, 0.1):.0f} s" if ns >= 10 * SECOND else f"{max(ns / SECOND, 0.1):.1f} s"
