"""Make profiles of the runs of a file or a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path

import msgspec

from replay_gui.core.contrast.features.run_features import run_features
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile, RunStep
from replay_gui.core.contrast.run_reading import RunReading, read_run
from replay_gui.core.contrast.step_words import call_label
from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import leaf_hashes
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.observed import observe_effects
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.errors import ReplayError
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces
from replay_gui.core.facts.run_notes import RunNotes, joined_notes, read_notes
from replay_gui.core.facts.run_totals import total_tokens
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.imported_run import ConvertedRun
from replay_gui.core.importers.run_choice import choose_run
from replay_gui.core.log.chain import digest
from replay_gui.core.log.header import is_replay_log
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.source import Source
from replay_gui.core.state.json_form import json_form, one_line_json

_MAX_INPUT = 2_000  # characters of an input that is kept
_ANSWER_BYTES = 8


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """One run that can be read: its log and its names.

    Attributes:
        log: path of the log. given: the argument that opens it, with ``#n`` if its file has several. name: for people.
        content: BLAKE3 of the user's file, hex. notes: paths of its notes, see joined_notes.
        unused_notes: path of notes beside the user's file that do not count, or "".
        converted: the result of the import; None for a log.
    """

    log: str
    given: str
    name: str
    format: str
    content: str
    notes: tuple[str, ...]
    unused_notes: str = ""
    converted: ConvertedRun | None = None


def run_files(
    path: str,
    conversions: str,
    *,
    chosen: str | None = None,
    format: str | None = None,
    mappings: str | None = None,
    root: str | None = None,
    places: NotesPlaces = NO_PLACES,
) -> list[RunFile]:
    """Return the runs of a file; raise ReplayError if it cannot be read.

    Args:
        conversions: folder of the cached conversions. chosen: the name or number of one run; None: all.
        format: an importer's name; None: recognised by the content. mappings: file of the user's mappings.
        root: the folder that was opened; names are relative to it. places: of notes that count.
    """
    file = Path(path)
    shown = file.relative_to(root).as_posix() if root is not None and file.is_relative_to(root) else file.name
    with Source(path) as source:
        if format == OWN_FORMAT or (format is None and is_replay_log(source)):
            return [
                RunFile(
                    log=path,
                    given=path,
                    name=shown,
                    format=OWN_FORMAT,
                    content=source.blake3(),
                    notes=places.counting(file),
                    unused_notes=places.unused(file),
                )
            ]
    made = cached_conversions(path, conversions, format, mappings)
    several = len(made) > 1
    wanted = [choose_run(made, chosen, path)] if chosen is not None else made
    files = []
    for run in wanted:
        number = str(made.index(run) + 1) if several else ""
        files.append(
            RunFile(
                log=str(run.path),
                given=f"{path}#{number}" if several else path,
                name=f"{shown} · {run.name}" if several else shown,
                format=run.format,
                content=run.source_blake3,
                notes=places.counting(file, number),
                unused_notes=places.unused(file, number),
                converted=run,
            )
        )
    return files


def profiles(
    files: Sequence[RunFile],
    corrected: Mapping[str, Effect] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_file: Callable[[RunFile], None] | None = None,
    observes: bool = True,
) -> Iterator[RunProfile]:
    """Yield the profile of each run; if `observes`, the runs together show the effects of unknown tools.

    Reads each run once, and runs with such tools twice. The profile of an unreadable run has a `problem`.

    Args:
        corrected: effects of tools from the user's rules. on_progress: called with (runs read, all runs); an exception
            from it stops the reading. on_file: called before each reading of a run, also the second one.
    """

    def read(file: RunFile, observed: Mapping[str, EffectFinding] | None) -> tuple[RunProfile, tuple[ToolCall, ...]]:
        if on_file is not None:
            on_file(file)
        return _profile(file, corrected, observed)

    made = list[RunProfile | None](None for _ in files)

    def first_readings() -> Iterator[tuple[ToolCall, ...]]:
        for number, file in enumerate(files):
            if on_progress is not None:
                on_progress(number, len(files))
            made[number], calls = read(file, None)
            yield calls

    readings = first_readings()
    observed = observe_effects(readings if observes else [() for _ in readings])
    for file, profile in zip(files, made, strict=True):
        if profile is None:
            continue
        if any(step.effect == Effect.UNKNOWN and step.tool in observed for step in profile.steps):
            yield read(file, observed)[0]
        else:
            yield profile


def _profile(
    file: RunFile, corrected: Mapping[str, Effect] | None, observed: Mapping[str, EffectFinding] | None
) -> tuple[RunProfile, tuple[ToolCall, ...]]:
    """Return the profile of a run and its calls; for an unreadable run, a profile with the problem and no calls."""
    try:
        with EventLog.open(file.log) as log:
            reading = read_run(log, corrected, observed)
        return run_profile(file, reading), reading.calls
    except ReplayError as why:
        run = EvaluatedRun(given=file.given, name=file.name, format=file.format, problem=str(why))
        return RunProfile(run=run), ()


def run_profile(file: RunFile, reading: RunReading) -> RunProfile:
    """Return the profile of a run that was read; raise NotesRefused if the notes beside it are invalid."""
    summary = reading.summary
    notes = reduce(joined_notes, map(read_notes, map(Path, file.notes)), RunNotes())
    result = summary.result.with_outcome_by_hand(notes.outcome)
    run = EvaluatedRun(
        given=file.given,
        name=file.name,
        run_id=reading.run_id,
        format=file.format,
        content=file.content,
        identity=reading.identity,
        result=result,
        set_by_hand=result is not summary.result,
        unused_notes=file.unused_notes,
        events=summary.events,
        calls=summary.counts.calls,
        failures=summary.counts.failures,
        tokens=total_tokens(summary.totals.uses()),
        cost=summary.cost,
        duration=summary.duration,
        started=summary.first_time,
        submitted=bool(reading.patch),
        left_out=reading.left_out,
    )
    return RunProfile(run=run, steps=tuple(map(_step, reading.calls)), features=run_features(reading))


def _step(call: ToolCall) -> RunStep:
    answer = "" if call.response is None else masked_answer(call.answer)
    text = one_line_json(json_form(call.input))
    return RunStep(
        index=call.request,
        tool=call.tool,
        effect=call.effect,
        ok=call.ok,
        request=call.key.hex(),
        answer="" if call.response is None else digest(answer.encode("utf-8", "replace"))[:_ANSWER_BYTES].hex(),
        answer_size=len(answer),
        label=call_label(call),
        input=text if len(text) <= _MAX_INPUT else None,
        leaves=leaf_hashes(call),
    )
