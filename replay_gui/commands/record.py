"""record: run a command, and record the calls of its agent."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from replay_gui.commands.arguments import add_means_arguments
from replay_gui.commands.runs import EXIT_FAILED
from replay_gui.commands.terminal import print_error
from replay_gui.core.errors import LogRefused
from replay_gui.core.log.run_start import RecordingMeans
from replay_gui.core.path_kinds import check_is_free, exists, is_folder
from replay_gui.core.text.wording import plural
from replay_gui.record.child.child_options import ChildOptions
from replay_gui.record.child.running import CommandResult, free_path, run_command
from replay_gui.record.child.session_report import report_of
from replay_gui.record.proxy.claude_hooks import run_claude_code
from replay_gui.record.proxy.mcp_relay import record_server
from replay_gui.record.proxy.proxied_command import run_proxied
from replay_gui.record.recording import new_log
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.surroundings.options import Surrounding

_DEFAULT = "run.rlog"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("-o", "--output", metavar="RUN.rlog", help=f"the log to write (default: {_DEFAULT})")
    parser.add_argument("--watch", action="store_true", help="open the log in the window when it begins")
    add_means_arguments(
        parser,
        proxy="record the requests of any program to models, by a proxy on this computer, instead of hooks in Python; "
        "the program must honour OPENAI_BASE_URL, ANTHROPIC_BASE_URL and the like",
        claude_code="COMMAND is Claude Code: record its requests to models, as --proxy does, and its tools, by its "
        "hooks",
        mcp="COMMAND is an MCP server on standard input and output: record the requests of its client; replace the "
        "server in the client's settings by this command",
    )
    parser.add_argument(
        "--also",
        metavar="WHAT",
        action="append",
        choices=[*Surrounding],
        default=[],
        help="also record what the agent's own code uses: clock, uuid, files (that it reads) or processes; may be "
        "given again",
    )
    parser.add_argument("command", metavar="COMMAND", nargs="+", help="the agent's command, after --")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit status, or EXIT_FAILED if no call was recorded."""
    means: RecordingMeans = args.means
    log = free_path(Path(_DEFAULT)) if args.output is None else Path(args.output)
    if means is RecordingMeans.MCP:  # a client starts its servers again, with the same settings
        if is_folder(log):
            raise LogRefused(f"{log}: is a folder; give the name of a file")
        log = free_path(log)
    elif args.output is not None:
        check_is_free(log)
    watching: list[subprocess.Popen[bytes]] = []

    def open_window() -> None:
        if args.watch and not watching and exists(log):
            watching.append(subprocess.Popen([sys.executable, "-m", "replay_gui", str(log)]))

    if means is not RecordingMeans.HOOKS:
        name = Path(args.command[0]).name
        config = {"command": args.command}
        session = RecordingSession(new_log(log, agent_type=name, config=config, command=args.command, means=means))
        if means is RecordingMeans.MCP:
            status = record_server(args.command, session)
        else:
            run_other = run_claude_code if means is RecordingMeans.CLAUDE_CODE else run_proxied
            status = run_other(args.command, session, open_window)
        result = CommandResult(status, (report_of(session),))
    else:
        result = run_command(
            args.command,
            lambda reports: ChildOptions(
                log=str(log.absolute()), reports=reports, command=args.command, also=args.also
            ),
            open_window,
        )
    for window in watching:
        window.wait()
    return _exit_status(result, log)


def _exit_status(result: CommandResult, log: Path) -> int:
    for report in result.reports:
        if report.problem is not None:
            print_error(report.problem)
    if not exists(log) and result.recorded is not None:
        print_error(f"{log}: was written, and is no longer there: something has removed it")
        return result.status or EXIT_FAILED
    if not exists(log):
        reason = "no call of a model or a tool was seen" if result.reports else "no Python process was started"
        print_error(f"nothing was recorded: {reason}; the documentation (Recording) says what is")
        return result.status or EXIT_FAILED
    print_error(f"recorded into {log}")
    recorded = result.recorded
    if recorded is not None and recorded.unseen:
        listed = ", ".join(f"{what} ({plural(times, 'time')})" for what, times in sorted(recorded.unseen.items()))
        print_error(f"not recorded, and not answered in a re-run: {listed}")
    return result.status
