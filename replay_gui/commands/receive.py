"""receive: receive the traces of instrumented agents while they run, and write a log of each."""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from pathlib import Path

from replay_gui.commands.runs import EXIT_FINDING, EXIT_GOOD
from replay_gui.commands.terminal import print_error, print_line
from replay_gui.core.atomic_file import make_folder
from replay_gui.core.text.wording import plural
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.receiver.receiver import DEFAULT_PORT, TraceReceiver
from replay_gui.record.receiver.trace_files import TraceFiles, WrittenTrace

_QUIET_SECONDS = 2.0  # seconds without a span after which a trace with a root counts as whole
_POLL_SECONDS = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "--port",
        metavar="PORT",
        type=int,
        default=DEFAULT_PORT,
        help=f"port to listen on, at 127.0.0.1 ({DEFAULT_PORT})",
    )
    parser.add_argument("-o", "--output", metavar="FOLDER", type=Path, default=Path(), help="folder for the logs (.)")


def run(args: argparse.Namespace) -> int:
    """Receive until interrupted; return EXIT_FINDING if a trace could not be written as a log."""
    make_folder(args.output)
    files = TraceFiles(args.output, Secrets(os.environ))
    failed = False
    with TraceReceiver(args.port, files).serving("receiver") as receiver, contextlib.suppress(KeyboardInterrupt):
        # From here on: the user may press Ctrl-C, which ends it, before the line below is written to its end.
        print_error(f"receiving OTLP/HTTP at {receiver.url}/v1/traces; stop with Ctrl-C")
        while True:
            time.sleep(_POLL_SECONDS)
            for written in files.write_logs(_QUIET_SECONDS, whole=True):
                failed = not _print_written(written) or failed
    for written in files.write_logs():
        failed = not _print_written(written) or failed
    return EXIT_FINDING if failed else EXIT_GOOD


def _print_written(written: WrittenTrace) -> bool:
    """Print the path of the written log, or the problem; return whether it was written."""
    if written.problem is not None:
        print_error(written.problem)
        return False
    print_line(f"{written.path}: {plural(written.spans, 'span')}")
    return True
