"""The effects of tools whose names do not show them, as all sources of a catalogue together show them.

Each source keeps what its runs show, and the effects by which its rows were made: when sources are added or changed,
the rows of those whose effects change are made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from replay_gui.core.catalogue.indexing import SourceEvidence
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.observed import observed_effects

_SCHEMA = pa.schema([("source", pa.string()), ("evidence", pa.binary()), ("effects", pa.string())])
Effects = dict[str, Effect]
"""The effects of tools, by name."""


class ShownBySource(NamedTuple):
    """What a source shows (see IndexedSource), and the effects by which its rows were made; None if they are not."""

    evidence: bytes
    effects: Effects | None


def shown_effects(evidence: Mapping[str, bytes]) -> dict[str, Effects]:
    """Return the effects of the unknown tools of each source, by its name; all sources together show them."""
    decoded = {name: msgspec.msgpack.decode(data, type=SourceEvidence) for name, data in evidence.items() if data}
    findings = observed_effects(run for shown in decoded.values() for run in shown.runs)
    return {
        name: {tool: findings[tool].effect for tool in shown.unknown if tool in findings}
        for name, shown in decoded.items()
    }


def evidence_table(shown: Mapping[str, ShownBySource]) -> pa.Table:
    """Return the table of what sources show; those that show nothing are left out."""
    rows = [
        {"source": name, "evidence": one.evidence, "effects": msgspec.json.encode(one.effects, order="sorted").decode()}
        for name, one in shown.items()
        if one.evidence
    ]
    return pa.Table.from_pylist(rows, _SCHEMA)


def read_evidence(path: Path) -> dict[str, ShownBySource]:
    """Return the content of the table, by the names of the sources."""
    return {
        row["source"]: ShownBySource(row["evidence"], msgspec.json.decode(row["effects"], type=Effects))
        for row in pq.read_table(path, schema=_SCHEMA).to_pylist()
    }
