"""Foreign files in tests: read by whatever importer recognises them, and the real ones, where they are at hand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log.source import Source
from tests.helpers.paths import SHARED_DATA

_DATA = SHARED_DATA


@dataclass(frozen=True)
class Read:
    """A run and its events."""

    format: str
    run: ImportedRun
    events: list[ImportedEvent]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def of(self, kind: str) -> list[ImportedEvent]:
        return [event for event in self.events if event.kind == kind]

    def tools(self) -> Counter[str]:
        """How often each tool was asked."""
        return Counter(event.payload["tool_name"] for event in self.of("ToolRequest"))


def read_all(path: Path, format: str | None = None) -> list[Read]:
    """Every run of the file."""
    with Source(path) as source:
        file = ForeignFile(source)
        importer = importer_for(file, format)
        return [Read(importer.name, run, list(run.events)) for run in importer.runs(file)]


def written(folder: Path, value: Any, name: str = "file.json") -> Path:
    """A file with `value` as JSON."""
    path = folder / name
    path.write_text(json.dumps(value))
    return path


def real_files(format: str, pattern: str = "*.json") -> list[Path]:
    """The real files of a folder of the data at hand; none where there are none."""
    return sorted((_DATA / format).rglob(pattern))
