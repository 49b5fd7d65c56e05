"""The targets of *Go to*: an event's number, a time since the start, a step in time, a clock time, or an id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import TypeAlias

import numpy as np

from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.text.clock import in_zone
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.time_choice import time_choice

_NS_PER_SECOND = 1_000_000_000  # ns
_EVENTS_PER_SCAN = 1 << 16
_MIN_ID_CHARACTERS = 6
_UNITS = {
    "ms": _NS_PER_SECOND // 1000,
    "s": _NS_PER_SECOND,
    "sec": _NS_PER_SECOND,
    "min": 60 * _NS_PER_SECOND,
    "m": 60 * _NS_PER_SECOND,
}
_UNITS |= {"h": 3600 * _NS_PER_SECOND, "d": 86_400 * _NS_PER_SECOND}
_NUMBER = re.compile(r"#?([0-9][0-9 ,.']{0,24})")
_AMOUNT = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?)\s*(ms|sec|s|min|m|h|d)\s*", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,5}):)?(\d{1,5}):(\d{2})(?:[.,](\d{1,9}))?")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]+(\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*(Z|UTC)?", re.IGNORECASE)
_IN_UTC = re.compile(r"\s*UTC$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GoToEvent:
    """Go to this position. `words`: a line that describes it."""

    position: Position
    words: str


@dataclass(frozen=True, slots=True)
class GoToTime:
    """Go to the first event at or after this time, in ns since 1970. `words`: as in GoToEvent."""

    time: int
    words: str


@dataclass(frozen=True, slots=True)
class GoToText:
    """Find the next event that contains this text, an id of the run's source."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """There is no such event or position; the message is one line."""

    words: str


GoTo: TypeAlias = GoToEvent | GoToTime | GoToText | NotUnderstood


class GoToReader:
    """Parses the typed text, for one run and position. Its time does not depend on the length of the run.

    `run_id`: of the run, whose events have the ids ``RUN_ID:0`` and so on. `first_broken`: the index of the first
    damaged event, after which the number in such an id is not an event's; None if none is known.
    """

    def __init__(self, index: RunIndex, position: Position, run_id: str, first_broken: int | None) -> None:
        self._index, self._position = index, position
        self._run_id, self._first_broken = run_id, first_broken
        self._first_time: int | None = None  # times of the run, in ns since 1970
        self._last_time: int | None = None
        if index.span is not None:
            self._first_time, self._last_time = index.span

    def read(self, typed: str) -> GoTo:
        """Return the target of a text."""
        text = typed.strip()
        if not text:
            return NotUnderstood(accepted_forms())
        if found := _NUMBER.fullmatch(text):
            return self._event(int("".join(c for c in found[1] if c.isdecimal())))
        if text[0] in "+-−":
            return self._step(text[1:].strip(), back=text[0] != "+")
        amount, date = _amount(text), _DATE.fullmatch(text)
        if amount is not None:
            return self._since_start(amount)
        if date is not None:
            return self._at_date(f"{date[1]}T{date[2]}", date[3] or "", is_utc=date[4] is not None)
        bare = _IN_UTC.sub("", text)
        if clock := _CLOCK.fullmatch(bare):
            return self._at_clock(clock, is_utc=bare != text)
        return self._id(text)

    def _event(self, number: int) -> GoTo:
        count = self._index.count
        if number > count:
            return NotUnderstood(
                trn(
                    "There is no event {number}: the run has {n} event",
                    "There is no event {number}: the run has {n} events",
                    count,
                    number=whole_number(number),
                )
            )
        if number == 0:
            return GoToEvent(Position(0), tr("Before the first event"))
        words = tr("Event {number} of {count}", number=whole_number(number), count=whole_number(count))
        return GoToEvent(Position(number), words)

    def _step(self, text: str, back: bool) -> GoTo:
        if text.isascii() and text.isdecimal() and len(text) < 12:
            number = min(max(self._position + (-int(text) if back else int(text)), 0), self._index.count)
            return GoToEvent(Position(number), _step_words(number, int(text), back=back))
        amount = _amount(text)
        if amount is None and (clock := _CLOCK.fullmatch(text)):
            amount = _clock_ns(clock)
        if amount is None:
            return NotUnderstood(_none_of(text))
        here = self._first_time if self._position == 0 else int(self._index.time[index_before(self._position)])
        if here is None or here == NO_TIME:
            return NotUnderstood(tr("This event has no time to count from"))
        took = duration_text(amount)
        if back:
            return self._at(here - amount, tr("The first event from {duration} before this event on", duration=took))
        return self._at(here + amount, tr("The first event from {duration} after this event on", duration=took))

    def _since_start(self, amount: int) -> GoTo:
        if self._first_time is None:
            return NotUnderstood(tr("The events of this run have no times"))
        words = tr("The first event from {duration} after the start on", duration=duration_text(amount))
        return self._at(self._first_time + amount, words)

    def _at_clock(self, clock: re.Match[str], is_utc: bool) -> GoTo:
        """Return the target of a time since the start if the run is long enough, else of a time of day of the run."""
        if self._first_time is None or self._last_time is None:
            return NotUnderstood(tr("The events of this run have no times"))
        since = _clock_ns(clock)
        if not is_utc and since <= self._last_time - self._first_time:
            return self._since_start(since)
        of_day = since if clock[1] is not None else since * 60  # 14:03 is hours and minutes
        time = self._at_time_of_day(of_day, is_local=time_choice().is_local and not is_utc)
        if time is None or time > self._last_time:
            begin, end = time_choice().clock(self._first_time), time_choice().clock(self._last_time)
            took = duration_text(self._last_time - self._first_time)
            words = tr("The run lasts {duration}, from {begin} to {end}", duration=took, begin=begin, end=end)
            return NotUnderstood(words)
        return self._at(time, _from(time))

    def _at_time_of_day(self, of_day: int, is_local: bool) -> int | None:
        """Return the first time from the run's start on with this time of day; None if there is none."""
        begin = None if self._first_time is None else in_zone(self._first_time, is_local)
        if self._first_time is None or begin is None or of_day >= 86_400 * _NS_PER_SECOND:
            return None
        midnight = datetime.combine(begin.date(), clock.min)
        for days in range(3):  # of two days in a row, at least one has the hour that summer time skips
            moment = midnight + timedelta(days=days, seconds=of_day // _NS_PER_SECOND)
            time = int(_in(moment, is_local).timestamp()) * _NS_PER_SECOND + of_day % _NS_PER_SECOND
            if time >= self._first_time:
                return time
        return None

    def _at_date(self, written: str, fraction: str, is_utc: bool) -> GoTo:
        try:
            moment = _in(datetime.fromisoformat(written), time_choice().is_local and not is_utc)
        except ValueError:
            return NotUnderstood(tr("No calendar has {date}", date=written.replace("T", " ")))
        time = int(moment.timestamp()) * _NS_PER_SECOND + int(fraction.ljust(9, "0"))
        return self._at(time, _from(time))

    def _at(self, time: int, words: str) -> GoTo:
        if self._first_time is None or self._last_time is None:
            return NotUnderstood(tr("The events of this run have no times"))
        if not self._first_time <= time <= self._last_time:
            begin, end = time_choice().moment(self._first_time), time_choice().clock(self._last_time)
            return NotUnderstood(tr("The run has no event then: it went from {begin} to {end}", begin=begin, end=end))
        return GoToTime(time, words)

    def _id(self, text: str) -> GoTo:
        name, _, seq = text.rpartition(":")
        if name == self._run_id and name and seq.isascii() and seq.isdecimal() and len(seq) < 19:
            if self._first_broken is not None and self._first_broken <= int(seq):
                return NotUnderstood(tr("The log is damaged before it: its number is not known from this id"))
            return self._event(int(seq) + 1)
        if len(text) >= _MIN_ID_CHARACTERS and " " not in text:
            return GoToText(text, tr("Not a number or a time: the next event that holds this text"))
        return NotUnderstood(_none_of(text))


def accepted_forms() -> str:
    """Return a text that lists the accepted forms."""
    return tr("An event’s {forms}", forms=_forms())


def _forms() -> str:
    if time_choice().is_local:
        return tr("number, 2:30 (since the start), +35 s (from here), 09:15:30 (the time of this computer), id")
    return tr("number, 2:30 (since the start), +35 s (from here), 09:15:30 (UTC), id")


def _none_of(text: str) -> str:
    return tr("“{text}” is none of: {forms}", text=one_line(text, 20), forms=_forms())


def _step_words(number: int, events: int, *, back: bool) -> str:
    if back:
        return trn(
            "Event {number}, {n} event before this one",
            "Event {number}, {n} events before this one",
            events,
            number=whole_number(number),
        )
    return trn(
        "Event {number}, {n} event after this one",
        "Event {number}, {n} events after this one",
        events,
        number=whole_number(number),
    )


def _from(time: int) -> str:
    return tr("The first event from {moment} on", moment=time_choice().moment(time))


def _in(moment: datetime, is_local: bool) -> datetime:
    """Return a moment from a date and a time, in the time zone of this computer or in UTC."""
    return moment.astimezone() if is_local else moment.replace(tzinfo=UTC)


def position_at_time(index: RunIndex, time: int) -> Position:
    """Return the position of the first event at or after a time, in ns since 1970; the end if there is none."""
    for start in range(0, index.count, _EVENTS_PER_SCAN):
        times = index.time[start : start + _EVENTS_PER_SCAN]
        later = np.flatnonzero((times >= time) & (times != NO_TIME))
        if len(later):
            return position_after(EventIndex(start + int(later[0])))
    return Position(index.count)


def _amount(text: str) -> int | None:
    """Return the ns of ``35 s`` or ``1 min 30 s``; None for any other text."""
    at, total = 0, 0
    while found := _AMOUNT.match(text, at):
        whole, _, fraction = found[1].replace(",", ".").partition(".")
        unit = _UNITS[found[2].lower()]
        total += int(whole) * unit + int(fraction.ljust(9, "0")) * unit // _NS_PER_SECOND
        at = found.end()
    return total if at and at == len(text) else None


def _clock_ns(clock: re.Match[str]) -> int:
    """Return the ns of 2:30, 1:03:10 or 3:12.480."""
    hours, minutes, seconds, fraction = clock.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * _NS_PER_SECOND + int((fraction or "").ljust(9, "0"))
