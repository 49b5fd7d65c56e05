"""rerun: run an agent again, answered from the log of a recorded run, up to the first request that differs."""

from __future__ import annotations

import argparse
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from replay_gui.commands.arguments import add_means_arguments
from replay_gui.commands.asking import ask_on_terminal, check_terminal
from replay_gui.commands.rerun_files import edits_of_file, edits_of_words, report_file, write_rerun_report
from replay_gui.commands.rule_files import given_rules, is_beside, unused_rules_words
from replay_gui.commands.runs import EXIT_FAILED, EXIT_FINDING, EXIT_GOOD, add_format_argument, open_run
from replay_gui.commands.terminal import print_error, print_note
from replay_gui.core.atomic_file import check_not_input
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.errors import ReplayError, RerunRefused
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.log.run_start import RecordingMeans
from replay_gui.core.path_kinds import check_is_free
from replay_gui.core.text.wording import plural
from replay_gui.engine.termination import terminable
from replay_gui.record.calls.call import CallKind
from replay_gui.record.child.child_options import ChildOptions
from replay_gui.record.child.question_folder import QuestionFolder
from replay_gui.record.child.running import CommandResult, new_log_of, run_command
from replay_gui.record.child.session_report import report_of
from replay_gui.record.matcher.answer_edits import AnswerEdit
from replay_gui.record.matcher.past_run import PastRun, read_past_run
from replay_gui.record.proxy.claude_hooks import run_claude_code
from replay_gui.record.proxy.mcp_relay import answer_client
from replay_gui.record.proxy.proxied_command import run_proxied
from replay_gui.record.rerunning import new_rerun_session
from replay_gui.record.sessions.questions import value_of_words
from replay_gui.record.sessions.rerun_options import PATIENCE, OnMiss, RerunOptions

EXIT_UNTESTABLE = 125
"""By which ``git bisect run`` passes a commit over."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("run", metavar="RUN", help="the recorded run that answers")
    parser.add_argument("-o", "--output", metavar="NEW.rlog", help="the log to write (default: RUN.rerun.rlog)")
    _add_policies(parser)
    add_means_arguments(
        parser,
        proxy="answer by a proxy, as for record --proxy",
        claude_code="COMMAND is Claude Code, recorded with record --claude-code: models are answered, its "
        "tools are used for real",
        mcp="replace an MCP server: answer its client; COMMAND is not started",
    )
    parser.add_argument(
        "--what-if",
        nargs=3,
        metavar=("EVENT", "POINTER", "VALUE"),
        action="append",
        default=[],
        help="edit the answer of event EVENT: VALUE (JSON, or else text) at POINTER, in the result of a tool or in the "
        "JSON body of a model's answer; later requests that were not recorded are made for real",
    )
    parser.add_argument(
        "--edits",
        metavar="FILE.json",
        type=Path,
        help="edits as with --what-if, from a file: a list of objects with the members event, pointer and value",
    )
    parser.add_argument(
        "--report", metavar="FILE.json", type=report_file, help="also write the verdict as JSON to this file"
    )
    parser.add_argument(
        "--bisect",
        action="store_true",
        help="return the exit codes for git bisect run: 0 as recorded, 1 at a difference, 125 if the run is "
        "not possible; no log is written",
    )
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help="the rules (default: those beside RUN, if their folder is trusted)",
    )
    parser.add_argument(
        "--patience",
        metavar="SECONDS",
        type=float,
        default=PATIENCE,
        help=f"seconds that a call waits for an earlier call of another thread or task ({PATIENCE:g})",
    )
    add_format_argument(parser)
    parser.add_argument("command", metavar="COMMAND", nargs="+", help="the agent's command, after --")


def _add_policies(parser: argparse.ArgumentParser) -> None:
    """Add the options for calls that are not answered from the recorded run."""
    parser.add_argument(
        "--live", metavar="TOOL", action="append", default=[], help="call this tool for real; may be given again"
    )
    parser.add_argument(
        "--fixed",
        nargs=2,
        metavar=("TOOL", "VALUE"),
        action="append",
        default=[],
        help="answer every call of this tool with VALUE (JSON, or else text); may be given again",
    )
    parser.add_argument(
        "--ask",
        metavar="TOOL",
        action="append",
        default=[],
        help="ask on the terminal how each call of this tool is answered; may be given again",
    )
    parser.add_argument(
        "--on-miss",
        choices=[*OnMiss],
        default=OnMiss.STOP,
        help="for a request that was not recorded: stop the run, make it for real, or ask the user (stop)",
    )
    parser.add_argument(
        "--questions",
        metavar="FOLDER",
        type=Path,
        help="write the questions of the terminal into this folder, so that another program can reply",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit status, EXIT_FINDING at a difference, EXIT_FAILED if it cannot be run.

    With --bisect: EXIT_GOOD, EXIT_FINDING and EXIT_UNTESTABLE.
    """
    if not args.bisect:
        new = new_log_of(Path(args.run)) if args.output is None else Path(args.output)
        if args.output is not None:
            check_is_free(new)
        if args.report is not None:
            check_not_input(args.report, _inputs(args))
        result = _rerun(args, new)
        _print_result(result, f"; log: {new}")
        if args.report is not None:
            write_rerun_report(args.report, result, _problems(result), new, inputs=_inputs(args))
        return _exit_code(result, as_recorded=result.status, not_run=EXIT_FAILED)
    if args.output is not None:
        raise RerunRefused("--bisect writes no log; leave -o out")
    with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
        try:
            result = _rerun(args, Path(folder, "rerun.rlog"))
        except ReplayError as why:
            print_error(str(why))
            return EXIT_UNTESTABLE
    _print_result(result, "")
    return _exit_code(result, as_recorded=EXIT_GOOD, not_run=EXIT_UNTESTABLE)


def _inputs(args: argparse.Namespace) -> list[Path]:
    """Return the files that are read, which must not be overwritten."""
    return [Path(split_run(args.run)[0]), *(path for path in (args.rules, args.edits) if path is not None)]


class _Given(NamedTuple):
    """The parsed arguments. `rules`: the file of the rules in force. `asks`: whether the user can be asked."""

    edits: list[AnswerEdit]
    fixed: dict[str, Any]
    asks: bool
    rules: Path | None
    rules_in_force: Rules


def _read_arguments(args: argparse.Namespace) -> _Given:
    """Read the edits, values and rules in the arguments; print which rules are used, and which are not."""
    edits = [*edits_of_words(args.what_if), *edits_of_file(args.edits)]
    fixed = {tool: value_of_words(words) for tool, words in args.fixed}
    asks = bool(args.ask) or args.on_miss == OnMiss.ASK
    if asks and args.questions is None:
        check_terminal()
    in_force = given_rules(args.rules, args.run)
    if in_force.unused is not None:
        print_note(unused_rules_words(in_force))
    rules = in_force.path if args.rules is not None or is_beside(in_force, args.run) else None
    if rules is not None:
        print_note(f"differences do not count by the rules of {rules} ({len(in_force.rules):,})")
    return _Given(edits, fixed, asks, rules, Rules() if rules is None else in_force.rules)


def _rerun(args: argparse.Namespace, new: Path) -> CommandResult:
    """Run the command, answered from the recorded run, and write its log to `new`."""
    given = _read_arguments(args)
    with open_run(args.run, args.format) as opened:
        if opened.conversion is not None or opened.log.header.source is not None:
            print_error(f"{args.run}: is not a recording, so only tools can be answered from it, not models over HTTP")
        recorded = read_past_run(Path(opened.log.source.path))
        _print_limits(recorded, {*args.live, *args.ask})
        answer = _answer_by_hooks if args.means is RecordingMeans.HOOKS else _answer_from_here
        return answer(args, given, recorded, new)


def _print_limits(recorded: PastRun, tools: set[str]) -> None:
    """Print what was not recorded, before the command is run. `tools`: those in the arguments."""
    for name in sorted(tools - {call.request.name for call in recorded.calls}):
        print_note(f"the recorded run has no call of a tool that is named {name}")
    if recorded.lacking:
        listed = ", ".join(f"{what} ({plural(times, 'time')})" for what, times in sorted(recorded.lacking.items()))
        print_note(f"this was not recorded, so the run may differ: {listed}")
    if (begin := recorded.begin) is not None and begin.is_of_another_process:
        print_note(f"of the processes of the command, only this one was recorded: {shlex.join(begin.process)}")


def _answer_from_here(args: argparse.Namespace, given: _Given, recorded: PastRun, new: Path) -> CommandResult:
    """Answer by a server of this process: the proxy, or the substitute for an MCP server."""
    means: RecordingMeans = args.means
    ask = None
    if means is RecordingMeans.CLAUDE_CODE:
        _check_uses_tools(args, recorded, given.edits)
    if given.asks:
        ask = ask_on_terminal if args.questions is None else QuestionFolder(args.questions).ask
    options = RerunOptions(
        rules=given.rules_in_force,
        live=frozenset(args.live),
        fixed=given.fixed,
        asked=frozenset(args.ask),
        ask=ask,
        on_miss=OnMiss(args.on_miss),
        uses_tools=means is RecordingMeans.CLAUDE_CODE,
        patience=args.patience,
        edits=tuple(given.edits),
    )
    session = new_rerun_session(recorded, new, options, command=args.command, means=means)
    if means is RecordingMeans.MCP:
        with terminable():  # a client ends its servers like this; there is no command to inform
            status = answer_client(session)
    elif means is RecordingMeans.CLAUDE_CODE:
        status = run_claude_code(args.command, session)
    else:
        status = run_proxied(args.command, session)
    return CommandResult(status, (report_of(session),))


def _answer_by_hooks(args: argparse.Namespace, given: _Given, recorded: PastRun, new: Path) -> CommandResult:
    """Answer inside the Python processes of the command."""

    def options(reports: str) -> ChildOptions:
        return ChildOptions(
            log=str(new.absolute()),
            reports=reports,
            command=args.command,
            rerun=str(recorded.path.absolute()),
            rules=None if given.rules is None else str(given.rules.absolute()),
            live=args.live,
            fixed=given.fixed,
            asked=args.ask,
            on_miss=OnMiss(args.on_miss),
            questions=str(questions) if given.asks else None,
            patience=args.patience,
            edits=given.edits,
        )

    with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
        questions = Path(folder) if args.questions is None else args.questions.absolute()
        asked = QuestionFolder(questions)

        def ask() -> None:
            for name, question in [*asked.open_questions()] if given.asks and args.questions is None else ():
                asked.reply(name, ask_on_terminal(question))

        return run_command(args.command, options, ask)


def _check_uses_tools(args: argparse.Namespace, recorded: PastRun, edits: Sequence[AnswerEdit]) -> None:
    """Print that Claude Code uses its tools for real; raise RerunRefused if the arguments answer one of them."""
    answers = {call.answer_index for call in recorded.calls if call.request.kind is CallKind.TOOL}
    if args.fixed or args.ask or any(edit.index in answers for edit in edits):
        raise RerunRefused("Claude Code uses its tools for real: their answers can be neither given nor edited")
    print_note("the tools of Claude Code are used for real; models are answered from the log")


def _exit_code(result: CommandResult, *, as_recorded: int, not_run: int) -> int:
    """Return EXIT_FINDING at a difference, `not_run` if the run could not be answered, else `as_recorded`."""
    if _problems(result):
        return not_run
    if result.difference:
        return EXIT_FINDING
    return not_run if result.recorded is None else as_recorded


def _problems(result: CommandResult) -> list[str]:
    return [report.problem for report in result.reports if report.problem is not None]


def _print_result(result: CommandResult, where: str) -> None:
    """Print the result of the re-run; `where`: the text about its log."""
    for problem in _problems(result):
        print_error(problem)
    recorded = result.recorded
    if recorded is not None and recorded.is_edited:
        print_error("the edit was made; from there on, requests that were not recorded were made for real")
    for line in result.difference:
        print_error(line)
    if recorded is not None:
        for what, times in sorted(recorded.unseen.items()):
            outcome = "refused" if what == "a connection" else "not answered from the log"
            print_error(f"{what} was {outcome} ({plural(times, 'time')}): it was not recorded, so the run may differ")
        given = f", {recorded.given:,} with a value of yours" if recorded.given else ""
        answered = f"{plural(recorded.answered, 'call')} answered as recorded"
        print_error(f"{answered}, {recorded.made:,} made for real{given}{where}")
    elif not (_problems(result) or result.difference):
        print_error("no call of a model or a tool was seen, so no run was answered")
