"""info: show the facts about runs, without verification and without computing a state."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from replay_gui.commands.runs import EXIT_GOOD, OpenedRun, add_run_arguments, handle_each_run
from replay_gui.commands.terminal import ProgressLine, print_json, print_line, print_note
from replay_gui.core.facts.run_identity import UNNAMED_AGENT
from replay_gui.core.facts.run_measures import token_words
from replay_gui.core.facts.run_summary import RunSummary
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.log.event import Event
from replay_gui.core.log.scanner import Ending
from replay_gui.core.reasons.marks.mark_finder import MAX_EVENTS, MarkFinder
from replay_gui.core.reasons.marks.run_mark import RunMark
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_label import events_noun
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text, plural
from replay_gui.engine.files.rules_in_force import rules_in_force

_MAX_RUNS_SHOWN, _MAX_NAME_CHARACTERS = 20, 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_run_arguments(parser, several=True)
    parser.add_argument("--json", action="store_true", help="one JSON object per run, each on one line")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    return handle_each_run(args.runs, args.format, partial(_show_run, args))


def _show_run(args: argparse.Namespace, run: OpenedRun) -> int:
    rules = rules_in_force(Path(split_run(run.given)[0]))
    if rules.problem:
        print_note(f"marks are looked for without rules: {rules.problem}")
    finder = MarkFinder(rules.rules.effects)
    summary = summary_of(run, finder.add_event)
    marks = None if finder.gave_up else finder.marks(run.log)
    form = info_json(run, summary, marks)
    if args.json:
        print_json(form)
    else:
        _print_info(form, run, summary, marks)
    return EXIT_GOOD


def summary_of(run: OpenedRun, on_event: Callable[[Event], None] = lambda _event: None) -> RunSummary:
    """Count the run's events in one pass; call `on_event` with each of them."""
    agent = run.log.header.facts.get("agent")
    summary = RunSummary(agent=agent if isinstance(agent, str) else None)
    with ProgressLine(f"Reading {run.given}") as progress:
        for event in run.log.events():
            if isinstance(event, Ending):
                summary.sealed = event.seal is not None and event.seal_linked
            else:
                summary.add_event(event)
                on_event(event)
                progress.show(event.offset, run.log.source.size)
    return summary


def info_json(run: OpenedRun, summary: RunSummary, marks: Sequence[RunMark] | None = ()) -> dict[str, Any]:
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
        **summary.result.json_form(),
        "tokens": asdict(summary.tokens),
        "cost": summary.cost,
        "duration": summary.duration,
        "runs": run.runs_in_file,
        "marks": None
        if marks is None
        else [{"kind": mark.kind.value, "sentence": mark.sentence, "positions": list(mark.events)} for mark in marks],
    }


def _print_info(form: dict[str, Any], run: OpenedRun, summary: RunSummary, marks: Sequence[RunMark] | None) -> None:
    print_line(f"{form['run']}: run {form['run_id']}, {form['format']}, {form['origin']}")
    _print_runs(run)
    agent = form["agent"] or UNNAMED_AGENT
    print_line(f"  agent   {'unknown' if agent == UNNAMED_AGENT else agent}")
    print_line(f"  outcome {summary.result.words() or 'unknown'}")
    print_line(f"  events  {form['events']:,}, {'sealed' if form['sealed'] else 'not sealed'}")
    if form["first_time"] is not None:
        print_line(f"  time    {utc_text(form['first_time'])} to {utc_text(form['last_time'])} UTC")
    if summary.duration is not None:
        print_line(f"  lasted  {duration_text(summary.duration)}")
    counts = summary.counts
    print_line(
        f"  calls   {counts.calls:,}, {counts.failed:,} failed; "
        f"{counts.denied:,} denied; {plural(counts.errors, 'error')}"
        + (f"; {counts.interrupted:,} interrupted" if counts.interrupted else "")
    )
    if used := token_words(summary.tokens):
        print_line(f"  tokens  {used}")
    if summary.cost is not None:
        print_line(f"  cost    {cost_text(summary.cost)}")
    nouns = Counter[str]()
    for kind, count in form["kinds"].items():
        nouns[events_noun(kind)] += count
    for noun, count in nouns.items():
        print_line(f"  {noun}: {count:,}")
    for tool, counts in form["tools"].items():
        print_line(
            f"  tool {tool}: {plural(counts['calls'], 'call')}, {plural(counts['errors'], 'error')}, "
            f"{counts['denied']:,} denied"
        )
    if marks is None:
        print_line(f"  marks   not looked for in a run of more than {MAX_EVENTS:,} events")
    for mark in marks or ():
        print_line(f"  mark    {mark.sentence}")
    for note in run.conversion.notes if run.conversion is not None else ():
        print_line(f"  {note}")


def _print_runs(run: OpenedRun) -> None:
    """Print the number of runs in the file, and the arguments that open each, if there are several."""
    count, (file, _) = run.runs_in_file, split_run(run.given)
    if count == 1:
        return
    print_line(
        f"  runs    {count:,} in this file; {file}#1 to {file}#{count} open them, or a name in place of the number:"
    )
    for number, name in enumerate(run.names[:_MAX_RUNS_SHOWN], 1):
        print_line(f"          #{number}  {one_line(name, _MAX_NAME_CHARACTERS)}")
    if count > _MAX_RUNS_SHOWN:
        print_line(f"          … and {count - _MAX_RUNS_SHOWN:,} more")
