"""The worker's part of opening runs of a catalogue: finds their paths."""

from __future__ import annotations

from pathlib import Path

import msgspec

from replay_gui.core.catalogue.extras import require_extra
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.translation.messages import tr
from replay_gui.engine.evaluation_answer import RunsLocated
from replay_gui.engine.jobs.evaluation.evaluation_arguments import LocateArguments
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_messages import decode_value


def locate_runs(arguments: LocateArguments, reporter: JobReporter) -> RunsLocated:
    """Return the paths that open the runs; raise ReplayError if one of them cannot be opened."""
    require_extra("catalogue", tr("a catalogue"))
    from replay_gui.core.catalogue.run_places import place_of_run  # which needs the extra

    runs = decode_value(msgspec.Raw(arguments.runs), dict[int, EvaluatedRun])
    folder, conversions = Path(arguments.folder), Path(arguments.conversions)
    return RunsLocated(
        number=0, places=tuple(place_of_run(folder, number, run, conversions) for number, run in runs.items())
    )
