"""Make profiles of the runs of a file or a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path

import msgspec

from replay_gui.core.contrast.call_rules import NO_RULES, CallRules
from replay_gui.core.contrast.features.run_features import run_features
from replay_gui.core.contrast.kept_profiles import NO_CACHE, KeptProfile, ObservedProfile, ProfileCache
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile, RunStep
from replay_gui.core.contrast.run_reading import RunReading, read_run
from replay_gui.core.contrast.step_words import call_label
from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_reader import observed_calls
from replay_gui.core.effects.call_values import leaf_hashes
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.observed import EffectEvidence, ExpectedEffects, effect_evidence
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
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

_MAX_INPUT_CHARACTERS = 2_000  # of an input that is kept
_ANSWER_HASH_BYTES = 8


ObservedEffects = Callable[[EffectEvidence], Mapping[str, EffectFinding]]


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

    Reads each log once, but none whose profile is in `cache`. A log is read again only if all runs show other effects
    of its tools than the runs before it did. The profile of an unreadable run has a `problem`.

    Args:
        on_progress: called with (runs read, all runs); an exception from it stops the reading. on_file: called before
            each reading of a log, also the second one. rules: of the user, for calls.
    """

    def read(file: RunFile, observed: ObservedEffects) -> KeptProfile:
        if on_file is not None:
            on_file(file)
        kept, may_keep = read_profile(file, observed, rules)
        if may_keep:
            earlier = cache.read(file.log_content, rules.digest)
            kept = kept if earlier is None else kept.with_earlier(earlier)
            cache.write(file.log_content, kept, rules.digest)
        return kept

    first, expected = list[KeptProfile](), ExpectedEffects()
    for number, file in enumerate(files):
        if on_progress is not None:
            on_progress(number, len(files))
        kept = cache.read(file.log_content, rules.digest)
        if kept is None:
            kept = read(file, expected.add_run)
        else:
            expected.add_run(kept.evidence)
        first.append(msgspec.structs.replace(kept, evidence=EffectEvidence(), profiles=kept.profiles[:1]))
    observed = expected.observer.effects()
    for file, kept in zip(files, first, strict=True):
        profile, effects = kept.latest.profile, kept.effects_by(observed)
        if effects != kept.latest.effects:
            earlier = cache.read(file.log_content, rules.digest)
            profile = (earlier and earlier.profile_by(effects)) or read(file, lambda _: observed).latest.profile
        yield with_facts(profile, file)
    cache.prune()


def read_profile(file: RunFile, observed: ObservedEffects, rules: CallRules) -> tuple[KeptProfile, bool]:
    """Return what the log of a run shows, and whether that may be kept; of an unreadable one, the problem.

    `observed`: is given what the run shows, and returns the effects of tools by which its profile is made.
    """
    try:
        with EventLog.open(file.log) as log:
            reading = read_run(log, rules.effects)
            is_as_listed = log.source.blake3() == file.log_content  # else it was written to in between
        evidence, calls = effect_evidence(reading.calls), reading.calls
        reading.calls = rules.in_force(calls)
        made = KeptProfile(evidence=evidence, unknown=_unknown_tools(reading.calls), profiles=())
        findings = observed(evidence)
        effects = made.effects_by(findings)
        if effects:
            reading.calls = rules.in_force(observed_calls(calls, findings, rules.effects))
        profiles = (ObservedProfile(effects, log_profile(reading)),)
        return msgspec.structs.replace(made, profiles=profiles), is_as_listed
    except ReplayError as why:
        broken = RunProfile(run=EvaluatedRun(given=file.given, name=file.name, problem=str(why)))
        kept = KeptProfile(evidence=EffectEvidence(), unknown=(), profiles=(ObservedProfile({}, broken),))
        return kept, False


def _unknown_tools(calls: Iterable[ToolCall]) -> tuple[str, ...]:
    """Return the tools of a run whose effect further runs may show, sorted."""
    unknown = {call.tool for call in calls if call.effect is Effect.UNKNOWN}
    return tuple(sorted(tool for tool in unknown if not runs_code(tool)))


def log_profile(reading: RunReading) -> RunProfile:
    """Return the profile of a run that was read, without the facts of its file."""
    summary = reading.summary
    run = EvaluatedRun(
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
    return RunProfile(run=run, steps=tuple(map(_step, reading.calls)), features=run_features(reading))


def with_facts(profile: RunProfile, file: RunFile) -> RunProfile:
    """Return the profile with the facts of the file, and the outcome in the notes; with a problem if these are bad."""
    problem, notes = profile.run.problem, RunNotes()
    try:
        notes = reduce(joined_notes, map(read_notes, map(Path, file.notes)), notes)
    except ReplayError as why:
        problem = problem or str(why)
    if problem:
        return RunProfile(run=EvaluatedRun(given=file.given, name=file.name, format=file.format, problem=problem))
    result = profile.run.result.with_outcome_by_hand(notes.outcome)
    run = msgspec.structs.replace(
        profile.run,
        given=file.given,
        name=file.name,
        format=file.format,
        content=file.content,
        result=result,
        set_by_hand=result is not profile.run.result,
        unused_notes=file.unused_notes,
    )
    return msgspec.structs.replace(profile, run=run)


def _step(call: ToolCall) -> RunStep:
    answer = "" if call.response is None else masked_answer(call.answer)
    text = one_line_json(json_form(call.input))
    return RunStep(
        index=call.request,
        tool=call.tool,
        effect=call.effect,
        ok=call.ok,
        request=call.key.hex(),
        answer="" if call.response is None else digest(answer.encode("utf-8", "replace"))[:_ANSWER_HASH_BYTES].hex(),
        answer_size=len(answer),
        label=call_label(call),
        input=text if len(text) <= _MAX_INPUT_CHARACTERS else None,
        leaves=leaf_hashes(call),
    )
