"""Make profiles of the runs of a file or a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import msgspec

from replay_gui.core.contrast.call_rules import NO_RULES, CallRules
from replay_gui.core.contrast.features.run_features import lasting_features
from replay_gui.core.contrast.kept_call import kept_calls
from replay_gui.core.contrast.kept_profiles import NO_CACHE, KeptProfile, ProfileCache
from replay_gui.core.contrast.run_calls import RunCalls, unpack_calls
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile
from replay_gui.core.contrast.run_reading import RunReading, read_run
from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_reader import undecided_calls
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.observed import EffectEvidence, EffectObserver, effect_evidence
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.errors import ReplayError
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces
from replay_gui.core.facts.run_notes import RunNotes, joined_notes, read_notes
from replay_gui.core.facts.run_totals import total_tokens
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.imported_run import ConvertedRun
from replay_gui.core.importers.run_choice import choose_run
from replay_gui.core.log.header import is_replay_log
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.source import Source


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

    @property
    def log_content(self) -> str:
        """BLAKE3 of the log, hex."""
        return self.content if self.converted is None else self.converted.blake3


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
    on_progress: Callable[[int, int], None] | None = None,
    on_file: Callable[[RunFile], None] | None = None,
    *,
    cache: ProfileCache = NO_CACHE,
    rules: CallRules = NO_RULES,
) -> Iterator[RunProfile]:
    """Yield the profile of each run; the runs together show the effects of unknown tools.

    Reads each log once, but none that is in `cache`. The profile of an unreadable run has a `problem`.

    Args:
        on_progress: called with (runs read, all runs); an exception from it stops the work. on_file: called before
            each reading of a log. rules: of the user, for calls.
    """
    kept_profiles, observer = list[KeptProfile](), EffectObserver()
    for number, file in enumerate(files):
        if on_progress is not None:
            on_progress(number, len(files))
        kept = cache.read(file.log_content, rules.digest)
        if kept is None:
            if on_file is not None:
                on_file(file)
            kept = _read_profile(file, cache, rules)
        observer.add_run(kept.evidence)
        kept_profiles.append(msgspec.structs.replace(kept, evidence=EffectEvidence()))
    observed = observer.effects()
    for file, kept in zip(files, kept_profiles, strict=True):
        profile, effects = kept.profile, kept.effects_by(observed)
        if profile is None or kept.effects != effects:
            if on_progress is not None:
                on_progress(len(files), len(files))
            profile = unpack_calls(kept.calls).profile(effects)
            cache.write_profile(file.log_content, effects, profile, rules.digest)
        run = with_facts(profile.run, file)
        yield RunProfile(run=run) if run.problem else msgspec.structs.replace(profile, run=run)
    cache.prune()


def _read_profile(file: RunFile, cache: ProfileCache, rules: CallRules) -> KeptProfile:
    """Return what the log of a run shows, and keep it; of an unreadable one, the problem."""
    try:
        read = read_calls(file, rules)
    except ReplayError as why:
        return KeptProfile(profile=RunProfile(run=EvaluatedRun(given=file.given, name=file.name, problem=str(why))))
    if read.unknown:
        kept = KeptProfile(evidence=read.evidence, unknown=read.unknown, calls=read.calls.packed())
    else:
        kept = KeptProfile(evidence=read.evidence, profile=read.calls.profile({}))
    if read.is_as_listed:
        cache.write(file.log_content, kept, rules.digest)
    return kept


class ReadLog(NamedTuple):
    """What was read from the log of a run.

    Attributes:
        calls: without the facts of its file. evidence: what they show of the effects of tools.
        unknown: the tools whose effect further runs may show, sorted.
        is_as_listed: whether the log was not written to since it was listed.
    """

    calls: RunCalls
    evidence: EffectEvidence
    unknown: tuple[str, ...]
    is_as_listed: bool


def read_calls(file: RunFile, rules: CallRules) -> ReadLog:
    """Read the log of a run; raise ReplayError if it is unreadable, or a pattern of the rules takes too long."""
    with EventLog.open(file.log) as log:
        reading = read_run(log, rules.effects)
        is_as_listed = log.source.blake3() == file.log_content
    masked = {call.request: masked_answer(call.answer) for call in reading.calls}
    evidence, undecided = effect_evidence(reading.calls, masked), undecided_calls(reading.calls)
    reading.calls = rules.in_force(reading.calls)
    calls = RunCalls(
        run=_facts(reading),
        calls=tuple(kept_calls(reading, masked, undecided)),
        features=lasting_features(reading, masked),
        patch_index=reading.patch_index,
    )
    return ReadLog(calls, evidence, _unknown_tools(reading.calls), is_as_listed)


def _unknown_tools(calls: Iterable[ToolCall]) -> tuple[str, ...]:
    unknown = {call.tool for call in calls if call.effect is Effect.UNKNOWN}
    return tuple(sorted(tool for tool in unknown if not runs_code(tool)))


def _facts(reading: RunReading) -> EvaluatedRun:
    """Return the facts of a run that was read, without those of its file."""
    summary = reading.summary
    return EvaluatedRun(
        given="",
        name="",
        run_id=reading.run_id,
        identity=reading.identity,
        result=summary.result,
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


def with_facts(run: EvaluatedRun, file: RunFile) -> EvaluatedRun:
    """Return the run with the facts of its file, and the outcome in the notes; with a problem if these are bad."""
    problem, notes = run.problem, RunNotes()
    try:
        notes = reduce(joined_notes, map(read_notes, map(Path, file.notes)), notes)
    except ReplayError as why:
        problem = problem or str(why)
    if problem:
        return EvaluatedRun(given=file.given, name=file.name, format=file.format, problem=problem)
    result = run.result.with_outcome_by_hand(notes.outcome)
    return msgspec.structs.replace(
        run,
        given=file.given,
        name=file.name,
        format=file.format,
        content=file.content,
        result=result,
        set_by_hand=result is not run.result,
        unused_notes=file.unused_notes,
    )
