"""events: list the events of a run, one per line."""

from __future__ import annotations

import argparse

from replay_gui.commands.arguments import UsageError, position
from replay_gui.commands.runs import EXIT_GOOD, add_run_arguments, open_run
from replay_gui.commands.terminal import print_json, print_line
from replay_gui.core.errors import PositionError
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import position_after
from replay_gui.core.log.scanner import Ending
from replay_gui.core.state.json_form import event_form
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_label import event_label
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.wording import plural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_run_arguments(parser)
    parser.add_argument(
        "--from", dest="start", metavar="P", type=position, default=0, help="only events after position P"
    )
    parser.add_argument(
        "--to",
        dest="stop",
        metavar="P",
        type=position,
        help="only events up to position P (the P-th event is the last)",
    )
    parser.add_argument("--kind", action="append", metavar="KIND", help="only events of this kind; may be repeated")
    parser.add_argument("--tool", action="append", metavar="NAME", help="only events of this tool; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if args.stop is not None and args.stop < args.start:
        raise UsageError(f"--from {args.start} is greater than --to {args.stop}")
    proposals: dict[int | None, Event] = {}  # by seq; they have the target of an applied patch
    with open_run(args.run, args.format) as opened:
        for event in opened.log.events(args.start, args.stop):
            if isinstance(event, Ending):
                if args.start > event.index:
                    raise PositionError(
                        f"{args.run}: no position {args.start}: the log has {plural(event.index, 'event')}"
                    )
            elif _is_wanted(event, args):
                if args.json:
                    print_json(event_form(event))
                else:
                    print_line(_line(event, proposals.get(event.parent)))
            if isinstance(event, Event) and event.kind == Kind.PATCH_PROPOSAL and not args.json:
                proposals[event.seq] = event
    return EXIT_GOOD


def _is_wanted(event: Event, args: argparse.Namespace) -> bool:
    return (args.kind is None or event.kind in args.kind) and (args.tool is None or event.tool in args.tool)


def _line(event: Event, cause: Event | None) -> str:
    """Return number, time, label and summary as text."""
    number, time = position_after(event.index), utc_text(event.time)
    return f"{number:>8}  {time:23}  {event_label(event):24}  {summarize_event(event, cause)}".rstrip()
