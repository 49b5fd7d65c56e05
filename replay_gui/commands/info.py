"""info: what a run is about, at a glance. Nothing is verified, and no state is made."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from replay_gui.commands.clock import utc
from replay_gui.commands.runs import GOOD, OpenedRun, add_run_arguments, each_run
from replay_gui.commands.terminal import ProgressLine, say, say_json
from replay_gui.core.event import Event
from replay_gui.core.event_stream import events_of
from replay_gui.core.scanner import Ending


@dataclass(slots=True)
class RunSummary:
    """The running count over a run's events.

    Attributes:
        events: how many, skipped stretches among them. kinds: events by kind. tools: {calls, errors, denied} by tool.
        agent: its type, as the header or else the first AgentInit says. first_time, last_time: earliest and latest, ns.
        sealed: whether a seal follows the last record; verification alone says whether it is right.
    """

    agent: str | None
    events: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tools: dict[str, dict[str, int]] = field(default_factory=dict)
    first_time: int | None = None
    last_time: int | None = None
    sealed: bool = False

    def take(self, event: Event) -> None:
        self.events += 1
        self.kinds[event.kind] += 1
        time = event.time
        if time is not None:
            self.first_time = time if self.first_time is None else min(time, self.first_time)
            self.last_time = time if self.last_time is None else max(time, self.last_time)
        match event.kind, event.tool:
            case "AgentInit", _ if self.agent is None:
                agent = event.payload.get("agent_type")
                self.agent = agent if isinstance(agent, str) else None
            case "ToolRequest", str(tool):
                self._tool(tool)["calls"] += 1
            case "ToolResponse", str(tool):
                self._tool(tool)["errors"] += event.payload.get("success") is False
            case "CapabilityDenied", str(tool):
                self._tool(tool)["denied"] += 1

    def _tool(self, name: str) -> dict[str, int]:
        return self.tools.setdefault(name, {"calls": 0, "errors": 0, "denied": 0})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, several=True)
    parser.add_argument("--json", action="store_true", help="one JSON object a run, one a line")


def run(args: argparse.Namespace) -> int:
    return each_run(args.runs, args.format, partial(_show, args))


def _show(args: argparse.Namespace, run: OpenedRun) -> int:
    form = info_form(run, summary_of(run))
    if args.json:
        say_json(form)
    else:
        _say(form, run)
    return GOOD


def summary_of(run: OpenedRun) -> RunSummary:
    """Counts the run's events in one pass."""
    agent = run.log.header.facts.get("agent")
    summary = RunSummary(agent if isinstance(agent, str) else None)
    with ProgressLine(f"Reading {run.given}") as progress:
        for event in events_of(run.log):
            if isinstance(event, Ending):
                summary.sealed = event.seal is not None and event.seal_linked
            else:
                summary.take(event)
                progress.show(event.offset, run.log.source.size)
    return summary


def info_form(run: OpenedRun, summary: RunSummary) -> dict[str, Any]:
    """The members of ``info --json``, in the order of INTERFACE 2."""
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


def _say(form: dict[str, Any], run: OpenedRun) -> None:
    say(f"{form['run']}: run {form['run_id']}, {form['format']}, {form['origin']}")
    say(f"  agent   {form['agent'] or 'unknown'}")
    say(f"  events  {form['events']:,}, {'sealed' if form['sealed'] else 'not sealed'}")
    if form["first_time"] is not None:
        say(f"  time    {utc(form['first_time'])} to {utc(form['last_time'])} UTC")
    for kind, count in form["kinds"].items():
        say(f"  {count:>8,}  {kind}")
    for tool, counts in form["tools"].items():
        say(f"  tool {tool}: {counts['calls']:,} calls, {counts['errors']:,} errors, {counts['denied']:,} denied")
    for note in run.converted.notes if run.converted is not None else ():
        say(f"  {note}")
