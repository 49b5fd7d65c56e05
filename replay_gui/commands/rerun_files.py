"""The files of a re-run other than logs: edits of answers, and the verdict as JSON."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.atomic_file import check_target, mode_of_inputs, write_whole
from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.positions import Position, index_before
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import exists
from replay_gui.core.text.json_pointer import split_pointer
from replay_gui.record.calls.json_bodies import is_too_deep
from replay_gui.record.child.rerun_report import RerunReport
from replay_gui.record.child.running import CommandResult
from replay_gui.record.matcher.answer_edits import AnswerEdit
from replay_gui.record.sessions.questions import value_of_words

_MAX_EDITS_BYTES = 64 << 20


class _EditOfFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: int
    pointer: str
    value: Any


def edits_of_words(given: Iterable[Sequence[str]]) -> list[AnswerEdit]:
    """Return the edits of --what-if: (event, pointer, value), as written; raise RerunRefused if one is invalid."""
    edits = []
    for event, pointer, value in given:
        if not event.isdecimal() or len(event) > 18:
            raise RerunRefused(f"--what-if: “{event}” is not the number of an event")
        edits.append(_edit(int(event), pointer, value_of_words(value), "--what-if"))
    return edits


def edits_of_file(path: Path | None) -> list[AnswerEdit]:
    """Return the edits in a file, or () without one; raise RerunRefused or LogUnreadable if it cannot be used."""
    if path is None:
        return []
    try:
        given = msgspec.json.decode(read_beginning(path, _MAX_EDITS_BYTES), type=list[_EditOfFile])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
        raise RerunRefused(f"{path}: is not a list of edits: {why}") from None
    return [_edit(edit.event, edit.pointer, edit.value, str(path)) for edit in given]


def report_file(text: str) -> Path:
    """Return the path of a report; raise ArgumentTypeError if its suffix is not JSON's, or it cannot be written."""
    if not text.endswith(".json"):
        raise ArgumentTypeError(f"{text!r} does not end with .json: the verdict of a re-run is written as JSON")
    check_target(text)
    return Path(text)


def write_rerun_report(
    path: Path, result: CommandResult, problems: list[str], log: Path, *, inputs: Collection[Path]
) -> None:
    """Write the verdict of a re-run; raise NotWritten if that fails, or the path is one of the `inputs`.

    It quotes requests, and is readable only for users who may read the inputs.
    """
    recorded = result.recorded
    report = RerunReport(
        status=result.status,
        difference=next((report.form for report in result.reports if report.form is not None), None),
        problems=problems,
        answered=0 if recorded is None else recorded.answered,
        made=0 if recorded is None else recorded.made,
        given=0 if recorded is None else recorded.given,
        is_edited=recorded is not None and recorded.is_edited,
        unseen={} if recorded is None else recorded.unseen,
        log=str(log.absolute()) if exists(log) else None,
    )
    write_whole(path, msgspec.json.encode(report), inputs=inputs, new_mode=mode_of_inputs(inputs))


def _edit(event: int, pointer: str, value: Any, where: str) -> AnswerEdit:
    if event < 1:
        raise RerunRefused(f"{where}: {event} is not the number of an event")
    if is_too_deep(value):
        raise RerunRefused(f"{where}: the value for event {event} is nested too deeply")
    try:
        split_pointer(pointer)
    except ValueError as why:
        raise RerunRefused(f"{where}: “{pointer}” is not a JSON Pointer: {why}") from None
    return AnswerEdit(index_before(Position(event)), pointer, value)
