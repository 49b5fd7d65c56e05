"""info: show the facts of runs. Nothing is verified, and no state is computed."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from replay_gui.commands.runs import EXIT_GOOD, OpenedRun, add_run_arguments, handle_each_run
from replay_gui.commands.terminal import ProgressLine, print_json, print_line
from replay_gui.core.facts.run_summary import RunSummary
from replay_gui.core.log.scanner import Ending
from replay_gui.core.text.clock import utc_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_run_arguments(parser, several=True)
    parser.add_argument("--json", action="store_true", help="one JSON object per run, each on one line")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    return handle_each_run(args.runs, args.format, partial(_show_run, args))


def _show_run(args: argparse.Namespace, run: OpenedRun) -> int:
    form = info_json(run, summary_of(run))
    if args.json:
        print_json(form)
    else:
        _print_info(form, run)
    return EXIT_GOOD


def summary_of(run: OpenedRun) -> RunSummary:
    """Count the run's events in one pass."""
    agent = run.log.header.facts.get("agent")
    summary = RunSummary(agent if isinstance(agent, str) else None)
    with ProgressLine(f"Reading {run.given}") as progress:
        for event in run.log.events():
            if isinstance(event, Ending):
                summary.sealed = event.seal is not None and event.seal_linked
            else:
                summary.take(event)
                progress.show(event.offset, run.log.source.size)
    return summary


def info_json(run: OpenedRun, summary: RunSummary) -> dict[str, Any]:
    """Return the members of ``info --json``: see 'info --json' in resources/docs/interface.md."""
    return {
        "run": run.given,
        "run_id": run.log.header.run_id,
        "format": run.format,
        "origin": run.log.header.origin,
        "events": summary.events,
        "kinds": dict(sorted(summary.kinds.items())),
        "tools": dict(sorted(summary.tools.items())),
        "agent": summary.agent,
        "first_time": summary.first_time,
        "last_time": summary.last_time,
        "sealed": summary.sealed,
    }


def _print_info(form: dict[str, Any], run: OpenedRun) -> None:
    print_line(f"{form['run']}: run {form['run_id']}, {form['format']}, {form['origin']}")
    print_line(f"  agent   {form['agent'] or 'unknown'}")
    print_line(f"  events  {form['events']:,}, {'sealed' if form['sealed'] else 'not sealed'}")
    if form["first_time"] is not None:
        print_line(f"  time    {utc_text(form['first_time'])} to {utc_text(form['last_time'])} UTC")
    for kind, count in form["kinds"].items():
        print_line(f"  {count:>8,}  {kind}")
    for tool, counts in form["tools"].items():
        print_line(
            f"  tool {tool}: {counts['calls']:,} calls, {counts['errors']:,} errors, {counts['denied']:,} denied"
        )
    for note in run.conversion.notes if run.conversion is not None else ():
        print_line(f"  {note}")
