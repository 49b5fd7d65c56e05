"""An index as the program keeps it in its cache, for tests that do something to it."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log.log_reader import EventLog


def keep(cache: IndexCache, path: Path) -> Path:
    """The folder of the index of the log at `path`."""
    with EventLog.open(path) as log:
        building = cache.make_building_folder()
        write_table(building, log, IndexBuilder(log, building).run(lambda built: None))
        return cache.adopt_folder(building, log)
