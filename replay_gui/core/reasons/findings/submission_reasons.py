"""The reasons in the submissions of the runs: a patch, or the net change of each file. Shell commands do not count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.endings import incomplete_end_words
from replay_gui.core.reasons.evidence.file_edits import FileChanges, is_same_file
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.line_reasons import add_line_reasons
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.findings.submission import Submission, end_of_path
from replay_gui.core.reasons.findings.submission_words import (
    add_submission_reason,
    at_words,
    listed_files,
    refused_sentences,
)
from replay_gui.core.reasons.phrases import event_words, file_words, past_action_words
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.translation.messages import tr, translatable, trn

_MAX_FILES = 20  # that both runs changed
_FILE_NAME = re.compile(r"[\w-]\.\w+$")
_TEST = re.compile(r"(?:^|[/\\])tests?[/\\]|\btest_|[._]test\.|[._]spec\.")  # in the path of a file


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
        if not _add_other_changes(reasons, path, (handed_p, handed_f)):
            changes = files_p[path], files_f[path]
            add_line_reasons(reasons, path, changes, handed=(handed_p, handed_f), both_ways=both_ways)
    return None


def _add_other_changes(reasons: ReasonList, path: str, handed: tuple[Submission, Submission]) -> bool:
    """Add that a run changed a file by a command, of which the new text is not known; return whether one did.

    `handed`: of the reference, and of the other run.
    """
    sides = list(zip((reasons.reference, reasons.other), handed, strict=True))
    calls = [submission.other_change(path) for _, submission in sides]
    if calls[0] is not None and calls[1] is not None and calls[0].key == calls[1].key:
        return False  # on the same text they do the same
    for (run, _), call, (second, others) in zip(sides[::-1], calls[::-1], sides, strict=True):
        if call is not None:
            at = others.place_of(path)
            edited = {"other": second.name, "other_at": "" if at is None else f" ({event_words(at)})"}
            did = {"run": run.name, "did": past_action_words(call), "at": event_words(call.request), **edited}
            file = file_words(path)
            sentence = (
                tr("{run} {did} ({at}), which changes {file}; {other} edited it{other_at}.", file=file, **did)
                if any(is_same_file(path, target) for target in call.targets)
                else tr("{run} {did} ({at}), which names {file}; {other} edited it{other_at}.", file=file, **did)
            )
            places = (call.request, at) if run is reasons.reference else (at, call.request)
            add_submission_reason(reasons, sentence, tier=Tier.UNSURE, order=-1.0, at=places)
            return True
    return False


def _add_files_of_one(reasons: ReasonList, handed_p: Submission, handed_f: Submission) -> None:
    """Add that only one of the runs edited files."""
    for run, other, mine, others in (
        (reasons.reference, reasons.other, handed_p, handed_f),
        (reasons.other, reasons.reference, handed_f, handed_p),
    ):
        if mine.files:
            what = _tried_to_edit(others.unanswered) if others.unanswered else tr("edited no file")
            if not others.unanswered and any(map(others.may_have_changed, mine.files)):
                what = tr("edited no file by a call that tells the new text")
            written = _files_changed_by_commands(other)
            if written:
                what = tr("changed {files}, by calls that do not tell the new text", files=listed_files(written))
            undone = others.undone_edits()
            if undone and {end_of_path(path) for path in mine.files} <= {end_of_path(path) for path in undone}:
                what = tr(
                    "edited {files}, too, and in the end ({at}) changed nothing",
                    files=listed_files(undone),
                    at=event_words(max(undone.values())),
                )
                written = set()
            same = {end_of_path(path)[-1] for path in mine.files} <= {end_of_path(path)[-1] for path in written}
            end = incomplete_end_words(other, run)
            at = mine.place_of(min(mine.files))
            is_reference = run is reasons.reference
            reasons.add(
                ReasonKind.SUBMISSION,
                Tier.UNSURE if same else Tier.ACTION,
                tr(
                    "{run} edited {files}; {other} {did}.",
                    run=run.name,
                    files=f"{listed_files(mine.files)}{at_words(mine, mine.files)}",
                    other=other.name,
                    did=what,
                ),
                order=-1.0,
                details=(
                    *refused_sentences(other, others, mine.files),
                    *((tr("{run} {ended}.", run=other.name, ended=end),) if end else ()),
                ),
                at_reference=at if is_reference else None,
                at_other=None if is_reference else at,
            )


def _files_changed_by_commands(run: RunAccount) -> set[str]:
    """Return the files that a run changed by commands, or by calls without the new text, if they name them."""
    targets = (target for call in run.changes for target in call.targets)
    return {target for target in targets if _FILE_NAME.search(target) and " " not in target}


def _tried_to_edit(paths: list[str]) -> str:
    return tr("tried to edit {files}, and no answer is recorded", files=listed_files(paths))


def _add_no_submission(reasons: ReasonList, handed_p: Submission, handed_f: Submission) -> None:
    for run, other, mine, index in (
        (reasons.reference, reasons.other, handed_p, handed_p.index),
        (reasons.other, reasons.reference, handed_f, handed_f.index),
    ):
        if mine.files:
            end = incomplete_end_words(other, run)
            is_reference = run is reasons.reference
            who = {"run": other.name, "other": run.name, "files": listed_files(mine.files)}
            reasons.add(
                ReasonKind.SUBMISSION,
                Tier.ACTION,
                trn(
                    "{run} submitted nothing: it {ended} after {n} call; {other} submitted a patch of {files}.",
                    "{run} submitted nothing: it {ended} after {n} calls; {other} submitted a patch of {files}.",
                    len(other.calls),
                    ended=end,
                    **who,
                )
                if end
                else tr("{run} submitted nothing; {other} submitted a patch of {files}.", **who),
                order=-1.0,
                chip=translatable("cut off") if end else "",
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
        sentence = tr(
            "{run} changed {files}; {other} changed {other_files}.",
            run=name,
            files=listed_files(files_f) or tr("no file"),
            other=reference,
            other_files=listed_files(files_p) or tr("no file"),
        )
        add_submission_reason(reasons, sentence, order=-2.0, at=(_place(handed_p, only_p), _place(handed_f, only_f)))
        return
    only_p = [path for path in only_p if not _add_other_changes(reasons, path, handed)]
    only_f = [path for path in only_f if not _add_other_changes(reasons, path, handed)]
    if only_p:
        changed = {"run": name, "other": reference, "files": listed_files(only_p), "at": at_words(handed_p, only_p)}
        if handed_f.unanswered:
            tried = _tried_to_edit(handed_f.unanswered)
            sentence = tr("{run} {tried}; {other} changed {files}{at}.", tried=tried, **changed)
        elif any(map(handed_f.may_have_changed, only_p)):
            sentence = trn(
                "No edit of {run} names {files}; {other} changed it{at}.",
                "No edit of {run} names {files}; {other} changed them{at}.",
                len(only_p),
                **changed,
            )
        else:
            sentence = trn(
                "{run} left {files} as it was; {other} changed it{at}.",
                "{run} left {files} as they were; {other} changed them{at}.",
                len(only_p),
                **changed,
            )
        refused = refused_sentences(reasons.other, handed_f, only_p)
        add_submission_reason(
            reasons, sentence, order=-1.0, details=refused, at=(_place(handed_p, only_p), _place(handed_f, only_p))
        )
    if only_f:
        files = f"{listed_files(only_f)}{at_words(handed_f, only_f)}"
        also = {"run": name, "files": files, "other": reference}
        sentence = (
            tr("{run} also changed {files}; no edit of {other} names it.", **also)
            if any(map(handed_p.may_have_changed, only_f))
            else tr("{run} also changed {files}; {other} did not.", **also)
        )
        refused = refused_sentences(reasons.reference, handed_p, only_f)
        add_submission_reason(
            reasons, sentence, order=-0.5, details=refused, at=(_place(handed_p, only_f), _place(handed_f, only_f))
        )


def _place(submission: Submission, paths: Sequence[str]) -> EventIndex | None:
    return submission.place_of(paths[0]) if paths else submission.index


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
