"""catalogue: write the runs, steps and features of many logs as Parquet."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from replay_gui.commands.arguments import UsageError
from replay_gui.commands.importer_watch import watched_importers
from replay_gui.commands.rule_files import named_rules
from replay_gui.commands.runs import EXIT_FAILED, EXIT_GOOD, add_format_argument
from replay_gui.commands.terminal import ProgressLine, print_error, print_line
from replay_gui.core.catalogue.extras import require_extra
from replay_gui.core.contrast.call_rules import UsedRules
from replay_gui.core.text.wording import plural

if TYPE_CHECKING:  # these need the extra
    from replay_gui.core.catalogue.indexing import IndexedBatch, SourceBatch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        help="a log or another recognised file, a folder, a glob, or a URL that fsspec reads (s3://bucket/runs)",
    )
    parser.add_argument("-o", "--output", metavar="FOLDER", type=Path, required=True, help="the catalogue")
    parser.add_argument(
        "--workers", metavar="N", type=int, default=None, help="worker processes (default: one for each processor)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="the scheduler of a Dask cluster, which does the work")
    add_format_argument(parser)
    parser.add_argument("--rules", metavar="FILE", type=Path, help="the effects of tools, and what to ignore in calls")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    require_extra("catalogue", "a catalogue")
    rules = UsedRules() if args.rules is None else named_rules(args.rules)
    if args.cluster is not None:
        require_extra("cluster", "--cluster")
        if args.workers is not None:
            raise UsageError("--workers is for this computer; a cluster has its own")
    from replay_gui.core.catalogue.writing import write_catalogue
    from replay_gui.engine.opening import user_mappings, user_notes_places

    with watched_importers(), ProgressLine(f"Reading {plural(len(args.sources), 'source')}") as progress:

        def index_batches(batches: Sequence[SourceBatch]) -> Iterable[IndexedBatch]:
            if args.cluster is not None:
                from replay_gui.engine.jobs.catalogue_cluster import index_on_cluster

                return index_on_cluster(batches, args.cluster, progress.show)
            from replay_gui.engine.jobs.catalogue_workers import index_here

            return index_here(batches, args.workers or os.cpu_count() or 1, progress.show)

        made = write_catalogue(
            args.sources,
            args.output,
            index_batches,
            format=args.format,
            mappings=str(user_mappings()),
            places=user_notes_places(),
            rules=rules,
        )
    for problem in made.problems:
        print_error(problem)
    if made.rebuilt:
        print_error(f"{made.rebuilt}: every source was read again")
    skipped = f"; {plural(made.skipped, 'file')} of no known format left out" if made.skipped else ""
    print_line(
        f"{args.output}: {plural(made.runs, 'run')} of {plural(made.sources, 'source')}; "
        f"{made.read:,} read, {made.unchanged:,} unchanged{skipped}"
    )
    if rules.rules:
        print_line(f"  {rules.words(rules.file)}")
    return EXIT_FAILED if made.problems else EXIT_GOOD
