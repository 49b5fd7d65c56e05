"""The log of a run of a catalogue: the kept log, or for a very long one the log from reading its source again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replay_gui.core.catalogue.catalogue_files import LOGS, reading_tables, table_path
from replay_gui.core.catalogue.kept_logs import as_file, log_digest, read_logs
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.source_files import SourceFile
from replay_gui.core.errors import CatalogueRefused, LogUnreadable
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.translation.messages import tr


@contextmanager
def log_of_run(folder: Path, number: int, run: EvaluatedRun, *, conversions: str, mappings: str) -> Iterator[str]:
    """Yield the path of the log of a run of a catalogue; it is valid until the end of the block.

    Args:
        number: the number of the run. run: its facts.
        conversions: folder of the cached conversions. mappings: file of the user's mappings.

    Raises:
        CatalogueRefused: the kept log was changed.
        LogUnreadable: no log was kept, and the source is missing or was changed after the run was read.
    """
    if not run.kept_log:
        yield _log_of_source(run, conversions, mappings)
        return
    with as_file(kept_log(folder, number, run)) as log:
        yield log


def kept_log(folder: Path, number: int, run: EvaluatedRun) -> bytes:
    """Return the log that a catalogue keeps of a run; raise CatalogueRefused if it was changed."""
    path = table_path(folder, LOGS)
    with reading_tables(folder):
        data = next((kept.log for kept in read_logs(path, number, 1)), None)
    if not isinstance(data, bytes) or log_digest(data) != run.kept_log:
        raise CatalogueRefused(tr("{path}: was changed since it was written; write it again", path=path))
    return data


def _log_of_source(run: EvaluatedRun, conversions: str, mappings: str) -> str:
    path, chosen = split_run(run.given)
    files, problem = SourceFile(path, chosen).runs(conversions, format=run.format or None, mappings=mappings)
    if problem:
        raise LogUnreadable(problem)
    file = next((file for file in files if file.given == run.given), None)
    if file is None or file.content != run.content:
        raise LogUnreadable(
            tr("{given}: is not what it was when its run was read; write the catalogue again", given=run.given)
        )
    return file.log
