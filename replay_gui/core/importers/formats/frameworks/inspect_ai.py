"""Inspect logs: ``.eval`` (a ZIP of samples) and ``.json``. Each sample in each epoch is a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.inspect_events import InspectEvents
from replay_gui.core.importers.formats.frameworks.inspect_values import VOLATILE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.json_lines import NotJson, value_of
from replay_gui.core.importers.times import iso_time
from replay_gui.core.importers.zip_members import MAGIC, ZipMembers
from replay_gui.core.translation.messages import tr, translatable

UNFINISHED = translatable("the evaluation had not ended when the file was written")
UNREADABLE = translatable("samples that are no JSON, left out")

_HEADER, _START = "header.json", "_journal/start.json"
_SAMPLE = re.compile(r"samples/.+_epoch_\d+\.json")
_SIGNS = {"version", "status", "eval"}


class InspectAi:
    """The importer."""

    name = "inspect-ai"
    title = translatable("Inspect log")
    version = 12
    volatile: ClassVar[Mapping[str, str]] = VOLATILE

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a ZIP archive with the members of an Inspect log, or the log as one JSON document."""
        if file.head.startswith(MAGIC):
            members = ZipMembers(file.source, file.limits)
            return _HEADER in members or _START in members
        document = file.document
        return isinstance(document, dict) and document.keys() >= _SIGNS and isinstance(document["eval"], dict)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each sample."""
        if file.head.startswith(MAGIC):
            yield from _archived(file)
        elif isinstance(file.document, dict) and isinstance(file.document.get("eval"), dict):
            samples = file.document.get("samples")
            for sample in samples if isinstance(samples, list) else []:
                yield _run(file.document, sample, ImportNotes(file.notes))
        else:
            raise ImportRefused(tr("{path}: no Inspect log in it", path=file.source.path))


def _archived(file: ForeignFile) -> Iterator[ImportedRun]:
    members = ZipMembers(file.source, file.limits)
    head = next((name for name in (_HEADER, _START) if name in members), None)
    if head is None:
        raise ImportRefused(tr("{path}: a ZIP file without an Inspect log in it", path=file.source.path))
    notes = ImportNotes()
    header = _decoded(members.read(head), notes)
    if not isinstance(header, dict) or not isinstance(header.get("eval"), dict):
        raise ImportRefused(tr("{path}, member {head}: has no data of an evaluation", path=file.source.path, head=head))
    if head == _START:
        notes.count(UNFINISHED)
    for name in sorted(filter(_SAMPLE.fullmatch, members), key=_by_numbers):
        own = ImportNotes(notes)
        sample = _decoded(members.read(name), own)
        if sample is None:
            notes.count(UNREADABLE, example=name)
        else:
            yield _run(header, sample, own, unfinished=head == _START)


def _decoded(raw: bytes, notes: ImportNotes) -> Any:
    try:
        return value_of(raw, notes)
    except NotJson:
        return None


def _by_numbers(name: str) -> list[tuple[int, str]]:
    """Return a sort key that compares digits as numbers: 10 after 9."""
    return [(int(part), "") if part.isdecimal() and len(part) < 19 else (0, part) for part in re.split(r"(\d+)", name)]


def _run(log: dict[str, Any], sample: Any, notes: ImportNotes, unfinished: bool = False) -> ImportedRun:
    about = log["eval"]
    sample = sample if isinstance(sample, dict) else {"raw": sample}
    name = f"{about.get('task')} sample {sample.get('id')} epoch {sample.get('epoch')}"
    return ImportedRun(
        name=name,
        run_id=str(sample.get("uuid") or f"{about.get('run_id')}/{sample.get('id')}/{sample.get('epoch')}"),
        agent=str(about.get("task")),
        created=iso_time(about.get("created")),
        source={key: sample[key] for key in ("id", "epoch") if key in sample} | {"model": about.get("model")},
        events=InspectEvents(notes).read(log, sample, unfinished),
        notes=notes,
        state_recorded=True,
    )
