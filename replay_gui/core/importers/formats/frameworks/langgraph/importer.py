"""LangGraph checkpoints in SQLite (langgraph-checkpoint-sqlite), and states in JSON: each thread is a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.langgraph.states import LangGraphStates, are_states
from replay_gui.core.importers.formats.frameworks.langgraph.thread import LangGraphThread
from replay_gui.core.importers.formats.frameworks.langgraph.values import VOLATILE
from replay_gui.core.importers.formats.records import ID, check_size
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC, Tables, checked_database, is_database_with
from replay_gui.core.translation.messages import translatable

_TABLES: Tables = {"checkpoints": (), "writes": ()}
_OF_ROWS = {
    **dict.fromkeys(("parent_checkpoint_id", "parent_checkpoint", "parent_config", "task_id"), ID),
    "idx": "The number of a write; the order of the events shows it.",
}


class LangGraph:
    """The importer. A thread is one run."""

    name = "langgraph"
    title = translatable("LangGraph checkpoints")
    version = 10
    volatile: ClassVar[Mapping[str, str]] = {**VOLATILE, **_OF_ROWS}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an SQLite file with the tables of LangGraph's checkpoints, or states of a thread."""
        return is_database_with(file, _TABLES) or are_states(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one: only it may have the newest checkpoints."""
        return side_files(file.source.path) if file.head.startswith(MAGIC) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each thread, the newest first."""
        path = file.source.path
        if are_states(file):
            yield self._of_states(file)
            return
        with checked_database(path, _TABLES) as database:
            newest_first = "SELECT thread_id FROM checkpoints GROUP BY thread_id ORDER BY max(checkpoint_id) DESC"
            threads = [thread for (thread,) in database.rows(newest_first)]
            for thread in threads:
                notes = ImportNotes()
                yield ImportedRun(
                    name=f"thread {thread}",
                    run_id=str(thread),
                    agent="langgraph",
                    created=None,
                    source={"thread_id": str(thread)},
                    events=LangGraphThread(database, thread, notes, path).events(),
                    notes=notes,
                    state_recorded=True,
                )

    def _of_states(self, file: ForeignFile) -> ImportedRun:
        check_size(file)
        notes = ImportNotes(file.notes)
        states = LangGraphStates(file, notes)
        return ImportedRun(
            name=f"thread {states.thread}",
            run_id=states.thread,
            agent="langgraph",
            created=None,
            source={"thread_id": states.thread},
            events=states.events(),
            notes=notes,
            state_recorded=True,
        )
