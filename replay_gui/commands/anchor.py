"""anchor: write a log's head, number of events and hash to a small file, which the user keeps elsewhere."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from replay_gui.commands.runs import EXIT_GOOD, open_run
from replay_gui.commands.terminal import print_line
from replay_gui.commands.verify import verify_opened_run
from replay_gui.core.anchor.signing import HOW_TO_MAKE_KEYS, key_id, read_private_key
from replay_gui.core.anchor.statement import Anchor, anchor_of_file, anchor_of_log, encode_anchor
from replay_gui.core.atomic_file import SHARED, check_target, write_whole
from replay_gui.core.log.header import is_replay_log
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.source import Source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("run", metavar="RUN", help="a log, or any other file, such as a report")
    parser.add_argument("-o", metavar="FILE", dest="out", type=Path, required=True, help="the anchor to write")
    parser.add_argument("--sign", metavar="KEY", type=Path, help="an Ed25519 private key (PEM) to sign it with")
    parser.epilog = (
        "Keep the anchor where nobody with write access to RUN can change it. replay-gui verify RUN --anchor FILE\n"
        f"then shows whether RUN was cut, rolled back or replaced. To make keys: {HOW_TO_MAKE_KEYS}"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    inputs = [args.run, *([] if args.sign is None else [args.sign])]
    check_target(args.out, inputs)
    key = None if args.sign is None else read_private_key(args.sign)
    anchor = _make_anchor(args.run)
    data = encode_anchor(anchor, key)
    write_whole(args.out, data, inputs=inputs, new_mode=SHARED)  # it has only hashes, and may be given away
    what = f"{anchor.events:,} events, head {anchor.head}" if anchor.is_of_log else f"BLAKE3 {anchor.blake3}"
    print_line(f"{args.out}: anchor of {args.run}: {what}")
    print_line(f"  signed by the key {key_id(key.public_key())}" if key is not None else "  not signed")
    return EXIT_GOOD


def _make_anchor(path: str) -> Anchor:
    with Source(path) as source:
        if not is_replay_log(source):
            return anchor_of_file(source, time.time_ns())
    with open_run(path, OWN_FORMAT) as run:
        return anchor_of_log(run.log, verify_opened_run(run), time.time_ns())
