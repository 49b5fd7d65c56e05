"""diff: show where two runs diverge, and why."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from replay_gui.commands.reporting import ReportOptions, add_report_arguments, part_of, report_options, write_report
from replay_gui.commands.rule_files import given_rules, unused_rules_words
from replay_gui.commands.runs import EXIT_FINDING, EXIT_GOOD, STANDARD_INPUT, OpenedRun, add_format_argument, open_run
from replay_gui.commands.terminal import ProgressLine, print_json, print_line, print_note
from replay_gui.commands.verify import verify_opened_run
from replay_gui.core.divergence.causes.explanations import DETAILS_SEPARATOR
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.comparison import (
    OTHER_DETAILS,
    Cause,
    Change,
    Comparison,
    Difference,
    DivergencePoint,
)
from replay_gui.core.divergence.divergence_points import divergence_points
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.errors import LogUnreadable, NotesRefused
from replay_gui.core.facts.run_outcome import Outcome
from replay_gui.core.importers.import_notes import gap_notes, notes_in_header
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import position_after
from replay_gui.core.reasons.json_forms import why_form
from replay_gui.core.reasons.run_names import short_names
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.reasons.why_words import chips, no_reason_words, set_aside_words, why_heading
from replay_gui.core.report.compared import comparison_part
from replay_gui.core.report.model import ComparisonPart
from replay_gui.core.state.json_form import json_form
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.event_label import event_label
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.wording import plural
from replay_gui.engine.files.notes_in_force import notes_in_force
from replay_gui.engine.files.rules_in_force import RulesInForce
from replay_gui.engine.opening import user_cache

_MAX_REASONS_SHOWN, _MAX_CAUSES_SHOWN, _MAX_POINTS_SHOWN = 8, 12, 24  # entries in the text output
_CONTEXT_STEPS = 2  # steps around them
_MAX_STEP_LENGTH = 100  # characters of a step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    what = "a log or another recognised file"
    parser.add_argument("a", metavar="A", help=f"{what}; - for standard input")
    parser.add_argument("b", metavar="B", help=what)
    add_format_argument(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object with every divergence")
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help="the differences to ignore (default: the rules beside A, if their folder is trusted, else the user's)",
    )
    add_report_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    report = report_options(args)
    if args.a == args.b == STANDARD_INPUT:
        raise LogUnreadable("standard input can be read once only; give - once")
    with ExitStack() as stack:
        a = stack.enter_context(open_run(args.a, args.format))
        b = stack.enter_context(open_run(args.b, args.format))
        in_force = given_rules(args.rules, args.a)
        rules = in_force.rules
        with ProgressLine(f"Comparing {args.a} and {args.b}") as progress:
            side_a, side_b = (stack.enter_context(_open_side(run)) for run in (a, b))
            comparer = Comparer(side_a, side_b, on_progress=progress.show, gaps=(*_gaps(a), *_gaps(b)))
            comparison = comparer.compare(rules)
            first, second = comparison.results
            results = first.with_outcome_by_hand(_outcome(a)), second.with_outcome_by_hand(_outcome(b))
            comparison = replace(comparison, results=results)
            names = short_names(args.a, args.b)
            why = WhyFinder(side_a, side_b, names).find(rules, results) if comparison.diverged else None
        if args.json:
            print_json({**diff_json(a, b, comparer, comparison, why), "rules": _rules_json(in_force)})
        else:
            _print_comparison(a, b, comparer, comparison, why)
            _print_rules(in_force)
        if in_force.unused is not None:
            print_note(unused_rules_words(in_force))
        if report is not None:
            if report.redactor is not None:  # sentences are made again, with secrets hidden
                comparison = replace(comparer.compare(rules, report.redactor), results=results)
                redacted_a, redacted_b = side_a.redacted(report.redactor), side_b.redacted(report.redactor)
                if why is not None:
                    why = WhyFinder(redacted_a, redacted_b, names).find(rules, results)
            part = comparison_part(comparer, comparison, rules, why, report.redactor)
            rules_file = None if in_force.path is None else str(in_force.path)
            _write_report(report, args, (a, b), replace(part, rules_file=rules_file))
        return EXIT_FINDING if comparison.diverged else EXIT_GOOD


def _write_report(
    report: ReportOptions, args: argparse.Namespace, runs: Sequence[OpenedRun], comparison: ComparisonPart
) -> None:
    """Write the report, with the verdicts on both logs, so that the reader knows whether they can be trusted."""
    parts = [part_of(run, verify_opened_run(run, number, 2), report.redactor) for number, run in enumerate(runs, 1)]
    options = (("format", args.format), ("rules", comparison.rules_file))
    arguments = [word for name, value in options if value is not None for word in (f"--{name}", value)]
    write_report(report, ("replay-gui", "diff", *arguments, args.a, args.b), parts, comparison=comparison)


def _gaps(run: OpenedRun) -> tuple[str, ...]:
    """Return the import notes about parts of the run's source that are missing in its log."""
    notes = () if run.conversion is None else run.conversion.notes
    return gap_notes((*notes, *notes_in_header(run.log.header.source)))


def _outcome(run: OpenedRun) -> Outcome | None:
    """Return the outcome that the user set by hand for a run; None if none is set, and for standard input."""
    if run.given == STANDARD_INPUT:
        return None
    path, chosen = split_run(run.given)
    number = ""
    if run.runs_in_file > 1 and chosen is not None:
        number = chosen if chosen.isdecimal() else str(run.names.index(chosen) + 1) if chosen in run.names else ""
    in_force = notes_in_force(Path(path), number)
    if in_force.problem:
        raise NotesRefused(in_force.problem)
    if in_force.unused_count:
        print_note(f"{in_force.unused}: not used: the files beside the logs of this folder are not allowed")
    return in_force.notes.outcome


def _rules_json(in_force: RulesInForce) -> dict[str, Any]:
    return {
        "file": None if in_force.path is None else str(in_force.path),
        "count": len(in_force.rules),
        "not_used": None if in_force.unused is None else str(in_force.unused),
    }


def _print_rules(in_force: RulesInForce) -> None:
    if in_force.path is not None:
        print_line("")
        print_line(f"By the rules of {in_force.path} ({len(in_force.rules):,})")


# ---- JSON -------------------------------------------------------------------------------------------
def diff_json(
    a: OpenedRun, b: OpenedRun, comparer: Comparer, comparison: Comparison, why: WhyResult | None
) -> dict[str, Any]:
    """Return the members of ``diff --json``: see 'diff --json' in resources/docs/interface.md."""
    points = [_point_json(point) for point in divergence_points(comparer, comparison)]
    return {
        "a": _run_json(a, comparer.rows.a),
        "b": _run_json(b, comparer.rows.b),
        "diverged": comparison.diverged,
        "counts": asdict(comparison.counts),
        "first": None if comparison.first_point is None else points[comparison.first_point],
        "causes": [_cause_json(cause) for cause in comparison.causes],
        "points": points,
        "tools": [asdict(tool) for tool in comparison.tools],
        **why_form(why),
        "outcomes": {side: result.json_form() for side, result in zip("ab", comparison.results, strict=True)},
        "compared": {
            "events": comparison.content.events,
            "members_left_out": dict(comparison.content.members_left_out),
            "whole": comparison.content.whole,
        },
    }


def _run_json(run: OpenedRun, side: ComparedSide) -> dict[str, Any]:
    about = {"run": run.given, "run_id": run.log.header.run_id, "events": side.index.count}
    return about | ({"runs_in_file": run.runs_in_file} if run.runs_in_file > 1 else {})


def _cause_json(cause: Cause) -> dict[str, Any]:
    return {
        "point": cause.point,
        "cause": cause.kind.value,
        "tool": cause.tool,
        "certain": cause.certain,
        "explanation": cause.explanation,
        "consequences": cause.consequences,
        "suppressed": cause.suppressed,
    }


def _point_json(point: DivergencePoint) -> dict[str, Any]:
    return {
        "position": point.position,
        "position_b": point.position_b,
        "event_id": point.event_id,
        "change": point.change,
        "expected": point.expected,
        "actual": point.actual,
        "diff": point.diff,
        "differences": [_difference_json(difference) for difference in point.differences],
    }


def _difference_json(difference: Difference) -> dict[str, Any]:
    """Return a difference; a side without a value is null, and `only` names the other side."""
    sides = {"a": difference.a, "b": difference.b}
    form = {"path": difference.path} | {
        name: None if value is ABSENT else json_form(value) for name, value in sides.items()
    }
    only = [name for name, value in sides.items() if value is not ABSENT]
    return form | ({"only": only[0]} if len(only) == 1 else {}) | ({"ignored": True} if difference.ignored else {})


# ---- text -------------------------------------------------------------------------------------------
def _print_other_runs(a: OpenedRun, b: OpenedRun) -> None:
    """Print the files that contain more runs than the compared one, if none was chosen."""
    for side, run in (("A", a), ("B", b)):
        file, chosen = split_run(run.given)
        if run.runs_in_file > 1 and chosen is None:
            count = run.runs_in_file
            others = f"{file}#2 names the other" if count == 2 else f"{file}#2 to {file}#{count} name the others"
            print_line(f"{side} holds {count:,} runs; only the first is compared. {others}.")


def _print_comparison(
    a: OpenedRun, b: OpenedRun, comparer: Comparer, comparison: Comparison, why: WhyResult | None
) -> None:
    rows = comparer.rows
    print_line(f"A  {a.given}: run {a.log.header.run_id}, {plural(rows.a.index.count, 'event')}")
    print_line(f"B  {b.given}: run {b.log.header.run_id}, {plural(rows.b.index.count, 'event')}")
    _print_other_runs(a, b)
    for side, result in zip("AB", comparison.results, strict=True):
        if any(measured.words() for measured in comparison.results):
            print_line(f"Outcome of {side}: {result.words() or 'unknown'}")
    if not comparison.diverged:
        _print_equal(comparison)
        return
    if not comparison.results_equal:
        words = [result.words() for result in comparison.results]
        what = OTHER_DETAILS if words[0] == words[1] else "The outcomes differ."
        if not all(words) and any(words):
            what = f"Only {'A' if words[0] else 'B'} has a recorded outcome."
        steps = "" if len(comparison.points.row) else "Every step is equal. "
        print_line(f"{steps}{what}")
    _print_left_out(comparison)
    if why is not None:
        _print_why(why)
    if not len(comparison.points.row):
        return
    print_line("")
    print_line("Where they diverge")
    for number, which in enumerate(comparison.ranked[:_MAX_CAUSES_SHOWN], 1):
        _print_cause(number, comparison.causes[which])
    if len(comparison.causes) > _MAX_CAUSES_SHOWN:
        print_line(f"    … and {len(comparison.causes) - _MAX_CAUSES_SHOWN:,} more causes (--json lists all)")
    print_line("")
    print_line(_counts_line(comparison))
    _print_rows(comparer, comparison)


def _print_why(why: WhyResult) -> None:
    """Print the reasons, the most important first."""
    print_line("")
    print_line(why_heading(why))
    if not why.reasons:
        print_line(f"     {no_reason_words(why)}")
    for number, reason in enumerate(why.reasons[:_MAX_REASONS_SHOWN], 1):
        print_line(f"{number:>3}  {reason.sentence}")
        for detail in reason.details:
            print_line(f"     {detail}")
        print_line(f"     {' · '.join(chips(reason))}")
    if len(why.reasons) > _MAX_REASONS_SHOWN:
        print_line(f"    … and {len(why.reasons) - _MAX_REASONS_SHOWN:,} more reasons (--json lists all)")
    aside = set_aside_words(why)
    if aside:
        print_line(f"     Left out: {aside}.")
    for limit in why.limits:
        print_line(f"     {limit}")


def _print_equal(comparison: Comparison) -> None:
    ignored, content = comparison.counts.ignored, comparison.content
    if comparison.same:
        print_line(
            "The runs are the same."
            if not ignored
            else f"The runs are the same, except for {ignored:,} steps that rules ignore."
        )
        _print_left_out(comparison)
        return
    left_out = content.left_out_words()
    print_line(f"Equal in what is compared{f'; {left_out}' if left_out else ''}.")
    if ignored:
        print_line(f"{ignored:,} steps differ in what rules ignore.")
    print_line("Not all of it is in the logs:")
    for note in content.gaps:
        print_line(f"  {note}")


def _print_left_out(comparison: Comparison) -> None:
    left_out = comparison.content.left_out_words()
    if left_out:
        print_line(f"{left_out}.")


def _print_cause(number: int, cause: Cause) -> None:
    headline, _, details = cause.explanation.partition(DETAILS_SEPARATOR)
    print_line(f"{number:>3}  {headline}{'' if cause.certain else '  (possible)'}")
    print_line(f"     {details}")
    follow = {0: "no further divergence follows from it", 1: "1 divergence follows"}
    consequences = follow.get(cause.consequences, f"{cause.consequences:,} divergences follow")
    print_line(f"     {consequences}{f', {cause.suppressed:,} like it are ignored' if cause.suppressed else ''}")


def _counts_line(comparison: Comparison) -> str:
    names = {"only_a": "only A", "only_b": "only B", "state": "other state", "ignored": "ignored by rules"}
    counts = asdict(comparison.counts)
    return " · ".join(
        f"{names.get(name, name)} {count:,}" for name, count in counts.items() if count or name in ("equal", "changed")
    )


def _print_rows(comparer: Comparer, comparison: Comparison) -> None:
    """Print the first divergences with the steps around them: - marks A, + marks B, > moved steps, ! another state."""
    points = comparison.points.row[:_MAX_POINTS_SHOWN].tolist()
    shown = sorted(
        {row for point in points for row in range(max(0, point - _CONTEXT_STEPS), point + _CONTEXT_STEPS + 1)}
    )
    diverged_rows = set(comparison.points.row.tolist())
    end = points[-1] if len(comparison.points.row) > _MAX_POINTS_SHOWN else len(comparer.rows.kind) - 1
    before = None
    for row in (row for row in shown if row <= end):
        if before is None or row != before + 1:
            print_line("")
        before = row
        for line in _lines(comparer, row, row in diverged_rows):
            print_line(line)
    if len(comparison.points.row) > _MAX_POINTS_SHOWN:
        print_line("")
        print_line(f"… and {len(comparison.points.row) - _MAX_POINTS_SHOWN:,} more divergences (--json lists all)")


def _lines(comparer: Comparer, row: int, is_point: bool) -> Iterator[str]:
    rows = comparer.rows
    a, b = rows.event_a(row), rows.event_b(row)
    change = rows.alignment.change[row]
    if change == Change.MOVED:
        yield _line(">", a, b)
    elif change == Change.CHANGED and is_point:
        yield _line("-", a, None)
        yield _line("+", None, b)
    elif a is None or b is None:
        yield _line(("-" if b is None else "+") if is_point else " ", a, b)
    else:
        yield _line("!" if change == Change.STATE else " ", a, b)


def _line(mark: str, a: Event | None, b: Event | None) -> str:
    """Return mark, number in A, number in B, label and summary."""
    event = a or b
    assert event is not None
    numbers = " ".join(f"{position_after(event_.index) if event_ is not None else '':>8}" for event_ in (a, b))
    return f"{mark}{numbers}  {event_label(event):24}  {summarize_event(event):.{_MAX_STEP_LENGTH}}".rstrip()


@contextmanager
def _open_side(run: OpenedRun) -> Iterator[ComparedSide]:
    """Open one side with the index that the window keeps, or with a new temporary one."""
    kept = _cached_side(run)
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="replay-gui-index-") as folder:
        yield ComparedSide.build(run.log, Path(folder))


def _cached_side(run: OpenedRun) -> ComparedSide | None:
    cache = user_cache()
    kept, folder = cache.load_index(run.log, by_content=True), cache.folder(run.log)
    if kept is not None:
        with suppress(OSError, ValueError):  # the columns of a kept index are damaged: a new one is built
            return ComparedSide(run.log, kept[1], folder, kept[2].members)
    return None
