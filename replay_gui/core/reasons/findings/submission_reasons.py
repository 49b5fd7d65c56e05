"""The reasons in the submissions of the runs: a patch, or the net change of each file. Shell commands do not count."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from replay_gui.core.effects.call_values import is_rare_value
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.changed_lines import (
    coined_variables,
    differs_in_code,
    differs_in_coined,
    equal_but_for_blanks,
)
from replay_gui.core.reasons.evidence.code_names import BUILT_IN, code_names
from replay_gui.core.reasons.evidence.endings import incomplete_end_words
from replay_gui.core.reasons.evidence.file_edits import FileChange, FileChanges
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.line_words import first_lines, is_own_line
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.findings.submission import Submission, end_of_path
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import call_words, event_words, failure_words, file_words
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.text.wording import plural

_MIN_REWRITTEN_LINES = 50  # lines that are removed and added again
_MAX_FILES, _MAX_NAMES = 20, 4
_WORD = re.compile(r"\w+")
_FILE_NAME = re.compile(r"[\w-]\.\w+$")
_TEST = re.compile(r"(?:^|[/\\])tests?[/\\]|\btest_|[._]test\.|[._]spec\.")  # in the path of a file
_DEFINITION = re.compile(r"^\s*(?:async )?(?:def|class|func|function|fn)\s+(\w+)")


def add_submission_reasons(reasons: ReasonList, handed_p: Submission, handed_f: Submission, *, both_ways: bool) -> None:
    """Add the reasons in patches or files.

    `handed_p`: of the reference, `handed_f`: of the other run. `both_ways`: no run is known to have failed.
    """
    if handed_p.patch is None and handed_f.patch is None and not (handed_p.files and handed_f.files):
        return _add_files_of_one(reasons, handed_p, handed_f)
    if (handed_p.patch is None) != (handed_f.patch is None) and not (handed_p.files and handed_f.files):
        return _add_no_submission(reasons, handed_p, handed_f)
    files_p, files_f = handed_p.files, _with_names_of(handed_f.files, handed_p.files)
    both = sorted(files_p.keys() & files_f.keys(), key=lambda path: (_TEST.search(path) is not None, path))
    _add_files(reasons, files_p, files_f, handed=(handed_p, handed_f))
    for path in both[:_MAX_FILES]:
        _add_rewritten(reasons, path, files_f[path])
        _add_removed_functions(reasons, path, files_p[path], files_f[path])
        changes = files_p[path], files_f[path]
        _add_names(reasons, path, changes, handed=(handed_p, handed_f), both_ways=both_ways)
    return None


def _add_files_of_one(reasons: ReasonList, handed_p: Submission, handed_f: Submission) -> None:
    """Add that only one of the runs edited files."""
    for run, other, mine, others in (
        (reasons.reference, reasons.other, handed_p, handed_f),
        (reasons.other, reasons.reference, handed_f, handed_p),
    ):
        if mine.files:
            what = _tried_to_edit(others.unanswered) if others.unanswered else "edited no file"
            written = _files_changed_by_commands(other)
            if written:
                what = f"changed {_listed(written)}, by calls that do not tell the new text"
            undone = others.undone_edits()
            if undone and {end_of_path(path) for path in mine.files} <= {end_of_path(path) for path in undone}:
                last = event_words(max(undone.values()))
                what = f"edited {_listed(undone)}, too, and in the end ({last}) changed nothing"
                written = set()
            same = {end_of_path(path)[-1] for path in mine.files} <= {end_of_path(path)[-1] for path in written}
            end = incomplete_end_words(other, run)
            at = mine.place_of(min(mine.files))
            is_reference = run is reasons.reference
            reasons.add(
                ReasonKind.SUBMISSION,
                Tier.UNSURE if same else Tier.ACTION,
                f"{run.name} edited {_listed(mine.files)}{_at(mine, mine.files)}; {other.name} {what}.",
                order=-1.0,
                details=(*_refused(other, others, mine.files), *((f"{other.name} {end}.",) if end else ())),
                at_reference=at if is_reference else None,
                at_other=None if is_reference else at,
            )


def _at(submission: Submission, paths: Collection[str], name: str = "") -> str:
    """Return `` (event 9)``, where a run edited a file; "" if there are several files, or if it submitted a patch."""
    at = submission.place_of(min(paths), name) if len(paths) == 1 and submission.patch is None else None
    return "" if at is None else f" ({event_words(at)})"


def _refused(run: RunAccount, submission: Submission, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the sentence that the last edit of one of these files was refused; () if it was not."""
    for path in sorted(paths):
        call = submission.refused_edit(path)
        if call is not None:
            refused = f"{run.name} tried to edit {file_words(path)} ({event_words(call.request)})"
            return (f"{refused}, and was answered {failure_words(call)}.",)
    return ()


def _files_changed_by_commands(run: RunAccount) -> set[str]:
    """Return the files that a run changed by commands, or by calls without the new text, if they name them."""
    targets = (target for call in run.changes for target in call.targets)
    return {target for target in targets if _FILE_NAME.search(target) and " " not in target}


def _tried_to_edit(paths: list[str]) -> str:
    return f"tried to edit {_listed(paths)}, and no answer is recorded"


def _add_no_submission(reasons: ReasonList, handed_p: Submission, handed_f: Submission) -> None:
    for run, other, mine, index in (
        (reasons.reference, reasons.other, handed_p, handed_p.index),
        (reasons.other, reasons.reference, handed_f, handed_f.index),
    ):
        if mine.files:
            end = incomplete_end_words(other, run)
            ended = f": it {end} after {plural(len(other.calls), 'call')}" if end else ""
            is_reference = run is reasons.reference
            reasons.add(
                ReasonKind.SUBMISSION,
                Tier.ACTION,
                f"{other.name} submitted nothing{ended}; {run.name} submitted a patch of {_listed(mine.files)}.",
                order=-1.0,
                chip="cut off" if end else "",
                at_reference=index if is_reference else None,
                at_other=None if is_reference else index,
            )


def _add_files(
    reasons: ReasonList, files_p: FileChanges, files_f: FileChanges, *, handed: tuple[Submission, Submission]
) -> None:
    """Add the files that only one of the runs changed; `handed`: the submissions of the reference and the other run."""
    handed_p, handed_f = handed
    name, reference = reasons.other.name, reasons.reference.name
    only_p, only_f = sorted(files_p.keys() - files_f.keys()), sorted(files_f.keys() - files_p.keys())
    if not files_p and not files_f:  # the submission is not a patch of files
        return
    if not files_p.keys() & files_f.keys():
        listed_f, listed_p = _listed(files_f) or "no file", _listed(files_p) or "no file"
        sentence = f"{name} changed {listed_f}; {reference} changed {listed_p}."
        _add(reasons, sentence, order=-2.0, at=(_place(handed_p, only_p), _place(handed_f, only_f)))
        return
    if only_p:
        is_one = len(only_p) == 1
        left, changed = f"left {_listed(only_p)} as {'it was' if is_one else 'they were'}", "it" if is_one else "them"
        if handed_f.unanswered:
            left, changed = _tried_to_edit(handed_f.unanswered), _listed(only_p)
        sentence = f"{name} {left}; {reference} changed {changed}{_at(handed_p, only_p)}."
        refused = _refused(reasons.other, handed_f, only_p)
        _add(reasons, sentence, order=-1.0, details=refused, at=(_place(handed_p, only_p), _place(handed_f, only_p)))
    if only_f:
        sentence = f"{name} also changed {_listed(only_f)}{_at(handed_f, only_f)}; {reference} did not."
        refused = _refused(reasons.reference, handed_p, only_f)
        _add(reasons, sentence, order=-0.5, details=refused, at=(_place(handed_p, only_f), _place(handed_f, only_f)))


def _place(submission: Submission, paths: Sequence[str]) -> EventIndex | None:
    return submission.place_of(paths[0]) if paths else submission.index


def _add_rewritten(reasons: ReasonList, path: str, change: FileChange) -> None:
    """Add that a file was rewritten with the same lines."""
    added, removed = (sum(lines.values()) for lines in (change.added, change.removed))
    same = sum((change.added & change.removed).values())
    if same >= _MIN_REWRITTEN_LINES and same >= 0.8 * min(added, removed):
        wrote = f"{reasons.other.name} wrote {file_words(path)} anew"
        sentence = f"{wrote}: {same:,} lines are taken out and put in again unchanged."
        _add(reasons, sentence, order=-1.5)


def _add_removed_functions(reasons: ReasonList, path: str, change_p: FileChange, change_f: FileChange) -> None:
    """Add the functions that the other run removed and the reference kept."""
    gone = _defined(change_f.removed - change_f.added) - _defined(change_f.added)
    kept = sorted(gone - (_defined(change_p.removed - change_p.added) - _defined(change_p.added)))
    if kept:
        less_f, less_p = (sum((change.removed - change.added).values()) for change in (change_f, change_p))
        more = f" and {len(kept) - _MAX_NAMES:,} more" if len(kept) > _MAX_NAMES else ""
        sentence = (
            f"{reasons.other.name} took {', '.join(kept[:_MAX_NAMES])}{more} out of {file_words(path)}"
            f" ({less_f:,} lines less; {reasons.reference.name} {less_p:,})."
        )
        _add(reasons, sentence, order=-1.2)


def _add_names(
    reasons: ReasonList,
    path: str,
    changes: tuple[FileChange, FileChange],
    *,
    handed: tuple[Submission, Submission],
    both_ways: bool,
) -> None:
    """Add the names that the new lines of only one run use, and that no known line of the other's file has.

    Names of variables that a run coined are left out: the same code may call them otherwise. `both_ways`: no run is
    known to have failed.
    """
    first, second = reasons.reference, reasons.other
    before = (code_names(changes[0].removed) + code_names(changes[1].removed)).keys()
    own_p, own_f = _own_names(*changes), _own_names(*changes[::-1])
    coined = coined_variables(first, changes[0], own_p), coined_variables(second, changes[1], own_f)
    only_p = _ranked(first, (name for name in own_p if name not in coined[0]), before)
    only_f = _ranked(second, (name for name in own_f if name not in coined[1]), before)
    if not only_p and not only_f:
        _add_other_lines(reasons, path, changes, handed, coined)
        return
    # A name that the run read is more informative than one that it invented.
    if not only_p or (both_ways and only_f and only_f[0] < only_p[0]):
        changes, first, second, only_p, only_f = changes[::-1], second, first, only_f, only_p
    names, others = ([name for *_, name in only] for only in (only_p, only_f))
    by_first, by_second = handed if first is reasons.reference else handed[::-1]
    used = f"use {', '.join(others)}{_at(by_second, [path], others[0])}" if others else "do not"
    where = _where(changes[0], names[0], path)
    sentence = (
        f"In {where} the new lines of {first.name} use {', '.join(names)}{_at(by_first, [path], names[0])};"
        f" those of {second.name} {used}."
    )
    details, origins = _first_read(first, second, names[0])
    refused = (*_refused(second, by_second, [path]), *_refused(first, by_first, [path]))
    at = by_first.place_of(path, names[0]), by_second.place_of(path, others[0] if others else "")
    at = at if first is reasons.reference else at[::-1]
    _add(reasons, sentence, order=-0.8, details=(*refused, *details), origins=origins, at=at)


def _add_other_lines(
    reasons: ReasonList,
    path: str,
    changes: tuple[FileChange, FileChange],
    handed: tuple[Submission, Submission],
    coined: tuple[Collection[str], Collection[str]],
) -> None:
    """Add that a file was changed differently, in lines whose names both files have but for `coined` ones."""
    if equal_but_for_blanks(*changes):
        return
    is_python = path.endswith(".py")
    is_code = (not is_python or differs_in_code(*changes)) and not differs_in_coined(*changes, coined)
    words_p, words_f = first_lines(*changes, with_remarks=not is_code or not is_python)
    name, reference = reasons.other.name, reasons.reference.name
    phrases = [f"{name} {words_f}", f"{reference} {words_p}"]
    lines = "; ".join(phrases if is_own_line(words_f) else phrases[::-1])
    alone = (
        "but only in the names of variables, or in comments" if any(coined) else "but only in comments and docstrings"
    )
    remarks = f"{name} changed {file_words(path)} in another way than {reference}, {alone}."
    _add(
        reasons,
        f"In {file_words(path)} {lines}." if is_code else remarks,
        tier=Tier.RESULT if is_code else Tier.OTHER,
        details=tuple(
            detail
            for run, submission in zip((reasons.other, reasons.reference), handed[::-1], strict=True)
            for detail in _refused(run, submission, [path])
        )
        if is_code
        else (f"{lines}.",),
        at=(handed[0].place_of(path), handed[1].place_of(path)),
    )


def _own_names(mine: FileChange, others: FileChange) -> list[str]:
    """Return the names in the new lines of a change that no known line of the other's file has.

    Known are its own new lines, and lines of the old file that are visible in either change and not removed in it.
    """
    old = {*mine.removed, *mine.kept} - others.removed.keys()
    words = {word for line in (*others.added, *others.kept, *old) for word in _WORD.findall(line)}
    return [name for name in code_names(mine.added) if words.isdisjoint(_WORD.findall(name))]


_Rank = tuple[bool, bool, bool, int, str]  # the name is its last member


def _ranked(run: RunAccount, names: Iterable[str], before: Iterable[str]) -> list[_Rank]:
    """Return the first names: names that the old code lacks and the run had read come before invented ones."""
    known_before = frozenset(before)
    candidates = sorted(set(names), key=lambda name: (name in known_before, name.isdigit(), -len(name), name))[:60]
    run.places.find_all(candidates)

    def rank(name: str) -> _Rank:
        place = run.first_place(name)
        was_read = place is not None and run.role_at(place) is not OriginRole.AGENT
        return name in known_before, not was_read and name not in BUILT_IN, len(name) < 4, -len(name), name

    return sorted(map(rank, candidates))[:_MAX_NAMES]


def _first_read(run: RunAccount, other: RunAccount, name: str) -> tuple[tuple[str, ...], tuple[Origin, ...]]:
    """Return the event where a run first read a name, and whether the other run saw the name."""
    place = run.first_place(name) if is_rare_value(name) else None  # a word such as "root" is everywhere
    if place is None:
        return (), ()
    call = run.call_at(place)
    role = run.role_at(place)
    if role is OriginRole.ANSWER and call is not None:
        how = f"{run.name} read {name} in the answer of {call_words(call, 60)} ({event_words(place)})"
    elif role is OriginRole.AGENT:
        how = f"{run.name} introduced {name} itself ({event_words(place)})"
    else:
        how = f"{run.name} had {name} from the task ({event_words(place)})"
    known_at = other.first_place(name)
    origins = [run.origin(place, name)]
    if known_at is not None:
        origins.append(other.origin(known_at, name))
        return (f"{how}; {other.name} saw it, too ({event_words(known_at)}).",), tuple(origins)
    verb = "names" if role is OriginRole.AGENT else "saw"
    never = f"; {other.name} never {verb} it" if other.never_occurs(name) else ""
    return (f"{how}{never}.",), tuple(origins)


def _where(change: FileChange, name: str, path: str) -> str:
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    line = next((line for line in change.added if line in change.functions and pattern.search(line)), None)
    return f"{change.functions[line]} of {file_words(path)}" if line is not None else file_words(path)


def _defined(lines: Iterable[str]) -> set[str]:
    return {match[1] for line in lines if (match := _DEFINITION.match(line)) is not None}


def _with_names_of(files: FileChanges, others: FileChanges) -> FileChanges:
    """Return changes under the other run's file names, if folders differ and the last two parts are equal."""
    ends: dict[tuple[str, ...], list[str]] = {}
    for path in others:
        ends.setdefault(end_of_path(path), []).append(path)
    renamed = {}
    for path, change in files.items():
        same = ends.get(end_of_path(path), [])
        renamed[same[0] if path not in others and len(same) == 1 and same[0] not in files else path] = change
    return renamed


def _listed(paths: Iterable[str]) -> str:
    names = sorted(map(file_words, paths))
    if len(names) > _MAX_NAMES:
        names[_MAX_NAMES:] = [f"{len(names) - _MAX_NAMES:,} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _add(
    reasons: ReasonList,
    sentence: str,
    *,
    tier: Tier = Tier.ACTION,
    order: float = 0.0,
    details: tuple[str, ...] = (),
    origins: tuple[Origin, ...] = (),
    at: tuple[EventIndex | None, EventIndex | None] = (None, None),
) -> None:
    reasons.add(
        ReasonKind.SUBMISSION,
        tier,
        sentence,
        order=order,
        details=details,
        origins=origins,
        at_reference=at[0],
        at_other=at[1],
    )
