"""state: print the agent's state at a position."""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

from replay_gui.commands.arguments import position
from replay_gui.commands.runs import EXIT_GOOD, OpenedRun, add_run_arguments, open_run
from replay_gui.commands.terminal import ProgressLine, print_error, print_json, print_visible_text
from replay_gui.core.errors import PositionError
from replay_gui.core.log.fault import NOT_APPLIED, SKIPPED
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position, index_after, position_after
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.json_form import at_pointer, indented_json, json_form
from replay_gui.core.state.reducer import REDUCER
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.text.wording import plural
from replay_gui.core.verification.passes import check_integrity, check_states, start_boundary


class DerivedState(NamedTuple):
    """A state that was derived by replay from the start.

    Attributes:
        state_hash: hex; None if the run's reducer is unknown. doubt: why the state is untrusted, or None.
    """

    state: dict[str, Any]
    state_hash: str | None
    doubt: str | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_run_arguments(parser)
    parser.add_argument(
        "--at",
        metavar="POSITION",
        type=position,
        required=True,
        help="number of events applied; 0 is the empty state",
    )
    parser.add_argument(
        "--path", metavar="POINTER", default="", help="only the value at this JSON Pointer, such as /memory/plan"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object: position, state, state_hash, trusted")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    with open_run(args.run, args.format) as opened:
        count = len(opened.log)
        if args.at > count:
            raise PositionError(f"{args.run}: no position {args.at}: the log has {plural(count, 'event')}")
        with ProgressLine(f"Replaying {args.run}") as progress:
            derived = derive_state(opened, args.at, progress)
        value = json_form(at_pointer(derived.state, args.path))
        if derived.doubt is not None:
            print_error(f"{args.run}: this state is untrusted: {derived.doubt}")
        if args.json:
            trusted = derived.doubt is None
            print_json({"position": args.at, "state": value, "state_hash": derived.state_hash, "trusted": trusted})
        else:
            print_visible_text(indented_json(value))
    return EXIT_GOOD


def derive_state(run: OpenedRun, position: Position, progress: ProgressLine) -> DerivedState:
    """Return the state at `position`, which must exist, and whether the events before it are intact."""
    log, size, stop = run.log, run.log.source.size, index_after(position)
    integrity = check_integrity(
        log,
        start_boundary(log),
        None,
        index_after(position),
        on_progress=lambda offset: progress.show(offset, 2 * size),
    )
    doubts = [(fault.event_index, fault.problem) for fault in integrity.faults[:1]]
    replay = BulkReducer()
    for event_index, content in enumerate(log.contents(FIRST_EVENT, stop)):
        if (content is None or replay.fold((content,)).refused) and len(doubts) < 2:
            doubts.append((EventIndex(event_index), SKIPPED if content is None else NOT_APPLIED))
    if log.header.reducer != REDUCER:
        return DerivedState(replay.root, None, f"its reducer {log.header.reducer!r} is unknown, so {REDUCER} was used")
    if integrity.state_hashes and not doubts:
        begin = FIRST_EVENT, len(log.header.raw), EMPTY
        states = check_states(log, begin, stop, lambda offset: progress.show(size + offset, 2 * size))
        doubts = [(fault.event_index, fault.problem) for fault in states.faults[:1]]
    doubt = f"event {position_after(min(doubts)[0]):,}: {min(doubts)[1]}" if doubts else None
    return DerivedState(replay.root, StateHash.of(replay.root).digest().hex(), doubt)
