"""history: list every event that changed one value of the state."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from replay_gui.commands.arguments import position
from replay_gui.commands.runs import EXIT_GOOD, OpenedRun, add_run_arguments, open_run
from replay_gui.commands.terminal import ProgressLine, print_error, print_json, print_line
from replay_gui.core.errors import PositionError
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import FIRST_EVENT, Position, index_after, position_after
from replay_gui.core.replay.value_history import ValueChange, value_history
from replay_gui.core.state.json_form import json_form
from replay_gui.core.state.reducer import REDUCER
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.event_label import event_label
from replay_gui.core.text.json_pointer import split_pointer
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import member_text
from replay_gui.core.text.wording import plural
from replay_gui.core.verification.passes import check_integrity, start_boundary

_LABEL_COLUMNS = 24
_VALUE_LENGTH = 60  # characters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_run_arguments(parser)
    parser.add_argument(
        "--path", metavar="POINTER", required=True, help="the value at this JSON Pointer, such as /memory/plan"
    )
    parser.add_argument(
        "--at", metavar="POSITION", type=position, help="only changes up to this number of events applied"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per change")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    keys = _keys(args.path)
    with open_run(args.run, args.format) as opened:
        count = len(opened.log)
        if args.at is not None and args.at > count:
            raise PositionError(f"{args.run}: no position {args.at}: the log has {plural(count, 'event')}")
        stop = Position(count) if args.at is None else args.at
        doubt = _doubt(opened, stop, args.run)
        if doubt is not None:
            print_error(f"{args.run}: this history is untrusted: {doubt}")
        changes = 0
        for change in value_history(_contents(opened, stop, args.run), keys):
            event = opened.log[change.index]
            changes += 1
            if args.json:
                print_json(_change_json(event, change))
            else:
                print_line(_line(event, change))
        if not args.json:
            where = "" if args.at is None else f" up to position {args.at:,}"
            number = plural(changes, "change") + " of" if changes else "no event changed"
            print_line(f"{number} {args.path or 'the state'}{where}")
    return EXIT_GOOD


def _keys(pointer: str) -> list[str]:
    try:
        return split_pointer(pointer)
    except ValueError as why:
        raise PositionError(f"{pointer!r} is not a JSON Pointer: {why}") from None


def _contents(run: OpenedRun, stop: Position, name: str) -> Iterator[bytes | None]:
    """Yield the contents of the first events, and show the progress."""
    with ProgressLine(f"Replaying {name}") as progress:
        for done, content in enumerate(run.log.contents(FIRST_EVENT, index_after(stop))):
            yield content
            progress.show(done, stop)


def _doubt(run: OpenedRun, stop: Position, name: str) -> str | None:
    """Return why states of this run are untrusted, or None."""
    log, size = run.log, run.log.source.size
    if log.header.reducer != REDUCER:
        return f"its reducer {log.header.reducer!r} is unknown, so {REDUCER} was used"
    with ProgressLine(f"Checking {name}") as progress:
        integrity = check_integrity(
            log, start_boundary(log), None, index_after(stop), on_progress=lambda offset: progress.show(offset, size)
        )
    faults = integrity.faults
    return f"event {position_after(faults[0].event_index):,}: {faults[0].problem}" if faults else None


def _change_json(event: Event, change: ValueChange) -> dict[str, Any]:
    members: dict[str, Any] = {
        "position": position_after(change.index),
        "index": change.index,
        "event_id": event.event_id,
        "kind": event.kind,
        "tool": event.tool,
    }
    values = {"old": change.old, "new": change.new}
    return members | {name: json_form(value) for name, value in values.items() if value is not ABSENT}


def _line(event: Event, change: ValueChange) -> str:
    """Return the event's number and label, and the value before and after it."""
    old, new = (
        "(not there)" if value is ABSENT else one_line(member_text(value), _VALUE_LENGTH)
        for value in (change.old, change.new)
    )
    return f"{position_after(change.index):>9,}  {event_label(event):{_LABEL_COLUMNS}}  {old} → {new}"
