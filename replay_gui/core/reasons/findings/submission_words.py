"""What the reasons in submissions have in common: files and their edits in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.findings.submission import Submission
from replay_gui.core.reasons.origin import Origin
from replay_gui.core.reasons.phrases import event_words, failure_words, file_words, listed
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.translation.messages import tr, trn

_MAX_FILES = 4  # that a sentence names


def at_words(submission: Submission, paths: Collection[str], name: str = "") -> str:
    """Return `` (event 9)``, where a run edited a file; "" if there are several files, or if it submitted a patch."""
    at = submission.place_of(min(paths), name) if len(paths) == 1 and submission.patch is None else None
    return "" if at is None else f" ({event_words(at)})"


def refused_sentences(run: RunAccount, submission: Submission, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the sentence that the last edit of one of these files was refused; () if it was not."""
    for path in sorted(paths):
        call = submission.refused_edit(path)
        if call is not None:
            refused = {"run": run.name, "file": file_words(path), "at": event_words(call.request)}
            answer = failure_words(call)
            return (tr("{run} tried to edit {file} ({at}), and was answered {answer}.", answer=answer, **refused),)
    return ()


def listed_files(paths: Iterable[str]) -> str:
    """Return ``a.py, b.py and 3 more``; "" for no files."""
    names = sorted(map(file_words, paths))
    if len(names) > _MAX_FILES:
        names[_MAX_FILES:] = [trn("{n} more", "{n} more", len(names) - _MAX_FILES)]
    return listed(names)


def add_submission_reason(
    reasons: ReasonList,
    sentence: str,
    *,
    tier: Tier = Tier.ACTION,
    order: float = 0.0,
    details: tuple[str, ...] = (),
    origins: tuple[Origin, ...] = (),
    at: tuple[EventIndex | None, EventIndex | None] = (None, None),
) -> None:
    """Add a reason that is about no call; `at`: the events that it is about, in the reference and in the other run."""
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
