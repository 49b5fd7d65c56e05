"""Lists the runs of a folder or a file, samples of JSON Lines files, and formats, in a worker process of its own.

A state machine without threads: all methods are called on the engine thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import msgspec

from replay_gui.core.facts.surveyed_run import Places, SurveyedRun
from replay_gui.engine.answers import Formats, Sampled, Surveyed
from replay_gui.engine.frames import Message
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.opening import conversion_cache, survey_cache, user_mappings
from replay_gui.engine.requests import ListFormats, Survey, TakeSample
from replay_gui.engine.worker_pool import WorkerPool

SURVEY, SAMPLE, FORMATS = "survey", "sample", "formats"
PURPOSES = (SURVEY, SAMPLE, FORMATS)


class SurveyController:
    """At most one of each at a time; a newer one takes the place of what is under way.

    `answer(value)` hears what is to be said. `on_worker(purpose, message)` is called on threads of the pool, and is
    to bring the message back to `hear`.
    """

    def __init__(
        self, pool: WorkerPool, answer: Callable[[object], None], on_worker: Callable[[str, Message], None]
    ) -> None:
        self._answer = answer
        self._work = {purpose: JobGroup(pool, on_worker) for purpose in PURPOSES}
        self._numbers = {SURVEY: 0, SAMPLE: 0}

    def start(self, question: Survey | TakeSample | ListFormats) -> None:
        """Begins; a survey of no path only ends the last."""
        if isinstance(question, ListFormats):
            self._work[FORMATS].stop()
            self._work[FORMATS].start(FORMATS, FORMATS, {})
            return
        purpose = SURVEY if isinstance(question, Survey) else SAMPLE
        self._work[purpose].stop()
        self._numbers[purpose] = question.number
        if question.path:
            places = Places(str(conversion_cache()), str(survey_cache()), str(user_mappings()))
            args = {"path": question.path, "places": asdict(places)} if purpose == SURVEY else {"path": question.path}
            self._work[purpose].start(purpose, purpose, args)

    def on_worker_message(self, purpose: str, message: Message) -> None:
        """Takes in what the worker says."""
        if not self._work[purpose].accepts(purpose, message) or message["type"] == "progress":
            return
        if purpose == FORMATS:
            if message["type"] == "done":
                self._answer(Formats(msgspec.convert(message["value"], tuple[tuple[str, str], ...])))
            return
        number, failed = self._numbers[purpose], message["type"] == "failed"
        if purpose == SAMPLE:
            from replay_gui.engine.settings_files import with_saved_mapping  # few need it

            records = () if failed else tuple(message["value"])
            self._answer(with_saved_mapping(Sampled(number, records, message["text"] if failed else "")))
        elif failed:
            self._answer(Surveyed(number, (), 0, 0, True, message["text"]))
        else:
            done, total, runs = message["value"]
            found = tuple(msgspec.convert(runs, list[SurveyedRun]))
            self._answer(Surveyed(number, found, done, total, message["type"] == "done"))

    def stop(self) -> None:
        """Ends the work under way."""
        for work in self._work.values():
            work.stop()
