"""The reasons in the lines of a file that both runs changed: functions, names, and other lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from replay_gui.core.effects.call_values import is_rare_value
from replay_gui.core.reasons.evidence.changed_lines import (
    coined_variables,
    differs_in_code,
    differs_in_coined,
    equal_but_for_blanks,
)
from replay_gui.core.reasons.evidence.code_names import BUILT_IN, code_names
from replay_gui.core.reasons.evidence.file_edits import FileChange
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.line_words import first_lines
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.findings.submission import Submission
from replay_gui.core.reasons.findings.submission_words import add_submission_reason, at_words, refused_sentences
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import call_words, event_words, file_words
from replay_gui.core.reasons.reason import Tier
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

_MIN_REWRITTEN_LINES = 50  # lines that are removed and added again
_MAX_NAMES = 4  # that a sentence names
_WORD = re.compile(r"\w+")
_DEFINITION = re.compile(r"^\s*(?:async )?(?:def|class|func|function|fn)\s+(\w+)")


def add_line_reasons(
    reasons: ReasonList,
    path: str,
    changes: tuple[FileChange, FileChange],
    *,
    handed: tuple[Submission, Submission],
    both_ways: bool,
) -> None:
    """Add the reasons in one file.

    Args:
        changes: of the file. handed: the submissions. Both are first of the reference, then of the other run.
        both_ways: no run is known to have failed.
    """
    _add_rewritten(reasons, path, changes[1])
    _add_removed_functions(reasons, path, *changes)
    _add_names(reasons, path, changes, handed=handed, both_ways=both_ways)


def _add_rewritten(reasons: ReasonList, path: str, change: FileChange) -> None:
    """Add that a file was rewritten with the same lines."""
    added, removed = (sum(lines.values()) for lines in (change.added, change.removed))
    same = sum((change.added & change.removed).values())
    if same >= _MIN_REWRITTEN_LINES and same >= 0.8 * min(added, removed):
        sentence = trn(
            "{run} wrote {file} anew: {n} line is taken out and put in again unchanged.",
            "{run} wrote {file} anew: {n} lines are taken out and put in again unchanged.",
            same,
            run=reasons.other.name,
            file=file_words(path),
        )
        add_submission_reason(reasons, sentence, order=-1.5)


def _add_removed_functions(reasons: ReasonList, path: str, change_p: FileChange, change_f: FileChange) -> None:
    """Add the functions that the other run removed and the reference kept."""
    gone = _defined(change_f.removed - change_f.added) - _defined(change_f.added)
    kept = sorted(gone - (_defined(change_p.removed - change_p.added) - _defined(change_p.added)))
    if kept:
        less_f, less_p = (sum((change.removed - change.added).values()) for change in (change_f, change_p))
        names = ", ".join(kept[:_MAX_NAMES])
        if len(kept) > _MAX_NAMES:
            names = trn("{names} and {n} more", "{names} and {n} more", len(kept) - _MAX_NAMES, names=names)
        sentence = trn(
            "{run} took {names} out of {file} ({n} line less; {other} {other_lines}).",
            "{run} took {names} out of {file} ({n} lines less; {other} {other_lines}).",
            less_f,
            run=reasons.other.name,
            names=names,
            file=file_words(path),
            other=reasons.reference.name,
            other_lines=whole_number(less_p),
        )
        add_submission_reason(reasons, sentence, order=-1.2)


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
    used = {
        "where": _where(changes[0], names[0], path),
        "run": first.name,
        "names": f"{', '.join(names)}{at_words(by_first, [path], names[0])}",
        "other": second.name,
    }
    sentence = (
        tr(
            "In {where} the new lines of {run} use {names}; those of {other} use {other_names}.",
            other_names=f"{', '.join(others)}{at_words(by_second, [path], others[0])}",
            **used,
        )
        if others
        else tr("In {where} the new lines of {run} use {names}; those of {other} do not.", **used)
    )
    details, origins = _first_read(first, second, names[0])
    refused = (*refused_sentences(second, by_second, [path]), *refused_sentences(first, by_first, [path]))
    at = by_first.place_of(path, names[0]), by_second.place_of(path, others[0] if others else "")
    at = at if first is reasons.reference else at[::-1]
    add_submission_reason(reasons, sentence, order=-0.8, details=(*refused, *details), origins=origins, at=at)


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
    lines_p, lines_f = first_lines(*changes, with_remarks=not is_code or not is_python)
    name, reference = reasons.other.name, reasons.reference.name
    phrases = [f"{name} {lines_f.words}", f"{reference} {lines_p.words}"]
    lines = "; ".join(phrases if lines_f.is_own else phrases[::-1])
    changed = {"run": name, "file": file_words(path), "other": reference}
    if is_code:
        sentence = tr("In {file} {lines}.", file=file_words(path), lines=lines)
    elif any(coined):
        sentence = tr(
            "{run} changed {file} in another way than {other}, but only in the names of variables, or in comments.",
            **changed,
        )
    else:
        sentence = tr(
            "{run} changed {file} in another way than {other}, but only in comments and docstrings.", **changed
        )
    add_submission_reason(
        reasons,
        sentence,
        tier=Tier.RESULT if is_code else Tier.OTHER,
        details=tuple(
            detail
            for run, submission in zip((reasons.other, reasons.reference), handed[::-1], strict=True)
            for detail in refused_sentences(run, submission, [path])
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
    had = {"run": run.name, "name": name, "at": event_words(place)}
    if role is OriginRole.ANSWER and call is not None:
        how = tr("{run} read {name} in the answer of {call} ({at})", call=call_words(call, 60), **had)
    elif role is OriginRole.AGENT:
        how = tr("{run} introduced {name} itself ({at})", **had)
    else:
        how = tr("{run} had {name} from the task ({at})", **had)
    known_at = other.first_place(name)
    origins = [run.origin(place, name)]
    if known_at is not None:
        origins.append(other.origin(known_at, name))
        known = {"how": how, "other": other.name, "at": event_words(known_at)}
        return (tr("{how}; {other} saw it, too ({at}).", **known),), tuple(origins)
    if not other.never_occurs(name):
        return (f"{how}.",), tuple(origins)
    if role is OriginRole.AGENT:
        return (tr("{how}; {other} never names it.", how=how, other=other.name),), tuple(origins)
    return (tr("{how}; {other} never saw it.", how=how, other=other.name),), tuple(origins)


def _where(change: FileChange, name: str, path: str) -> str:
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    line = next((line for line in change.added if line in change.functions and pattern.search(line)), None)
    if line is None:
        return file_words(path)
    return tr("{function} of {file}", function=change.functions[line], file=file_words(path))


def _defined(lines: Iterable[str]) -> set[str]:
    return {match[1] for line in lines if (match := _DEFINITION.match(line)) is not None}
