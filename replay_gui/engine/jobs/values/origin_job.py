"""Finds the origin of a value of the state, in a worker process."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.first_places import FirstPlaces
from replay_gui.core.reasons.evidence.value_origin import ValueStep, value_origin
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.value_arguments import OriginArguments

_KEPT_EVENTS = 256


class OriginResult(msgspec.Struct, frozen=True):
    """The steps from the writer back."""

    steps: tuple[ValueStep, ...]


def find_value_origin(arguments: OriginArguments, reporter: JobReporter) -> OriginResult:
    """Follow the causes of the event that wrote the value, and search the log for its texts."""
    with EventLog.open(arguments.path) as log:

        @lru_cache(_KEPT_EVENTS)
        def event_at(index: EventIndex) -> Event:
            return log[index]

        places = FirstPlaces(log.source, log.offsets, event_at)
        return OriginResult(tuple(value_origin(event_at, places, arguments.writer, arguments.texts)))
