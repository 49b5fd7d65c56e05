"""Foreign files in tests, read by the importer that recognises them, and the real files, if they are available."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replay_gui.core.facts.run_totals import RunTotals
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ConvertedRun, ImportedEvent, ImportedRun
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log.source import Source
from tests.helpers.paths import DATA, SHARED_DATA

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
        """Return the number of calls of each tool."""
        return Counter(event.payload["tool_name"] for event in self.of("ToolRequest"))

    def decisions(self) -> list[tuple[Any, Any]]:
        """Return (reasoning, text) of each answer."""
        return [(event.payload["reasoning"], event.payload["data"]) for event in self.of("Decision")]

    def outcomes(self) -> list[tuple[Any, Any, str]]:
        """Return (passed, score, grader) of each outcome."""
        return [tuple(event.payload[name] for name in ("passed", "score", "by")) for event in self.of("x:outcome")]

    def tokens(self) -> dict[str, int]:
        """Return the tokens of a run that records them for one model."""
        totals = RunTotals()
        for event in self.events:
            totals.add_meta(event.kind, event.meta)
        (use,) = totals.uses()
        return use.tokens


def read_all(path: Path, format: str | None = None) -> list[Read]:
    """Read every run of the file."""
    with Source(path) as source:
        file = ForeignFile(source)
        importer = importer_for(file, format)
        return [Read(importer.name, run, list(run.events)) for run in importer.runs(file)]


def cached_conversion(path: Path, cache: Path) -> ConvertedRun:
    """Convert the first run of the file, in the cache."""
    return cached_conversions(path, cache)[0]


def read_seed(name: str) -> Read:
    """Read the only run of a seed; its folder has the name of the importer that recognises it."""
    path = DATA / "seeds" / name
    (found,) = read_all(path)
    assert found.format == path.parent.name
    return found


def written(folder: Path, value: Any, name: str = "file.json") -> Path:
    """Write a file with `value` as JSON."""
    path = folder / name
    path.write_text(json.dumps(value))
    return path


def real_files(format: str, pattern: str = "*.json") -> list[Path]:
    """Return the real files of a folder of the shared data; empty if there are none."""
    return sorted((_DATA / format).rglob(pattern))
