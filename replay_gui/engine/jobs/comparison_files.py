"""Transfer of a comparison from a worker: columns as files in a folder, the rest in the message."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.compared_content import ComparedContent
from replay_gui.core.divergence.comparison import Alignment, Cause, Comparison, Counts, Points, ToolDifference
from replay_gui.core.facts.run_outcome import RunResult

_ALIGNMENT = {"a": "<i4", "b": "<i4", "change": "u1", "partner_of_a": "<i4", "partner_of_b": "<i4"}
_POINTS = {"row": "<i4", "a": "<i4", "b": "<i4", "change": "u1", "cause": "<i4"}
_IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The part of a comparison that is not in columns.

    Attributes:
        took_ms: the duration of the comparison.
    """

    causes: tuple[Cause, ...]
    counts: Counts
    tools: tuple[ToolDifference, ...]
    content: ComparedContent
    results: tuple[RunResult, RunResult]
    results_equal: bool
    took_ms: float


def write_columns(comparison: Comparison, folder: Path) -> None:
    """Write the columns of a comparison; the folder appears complete or not at all."""
    draft = folder.with_name(f"{folder.name}.new")
    draft.mkdir()
    for part, value, columns in (
        ("alignment", comparison.alignment, _ALIGNMENT),
        ("points", comparison.points, _POINTS),
    ):
        for name, dtype in columns.items():
            getattr(value, name).astype(dtype, copy=False).tofile(draft / f"{part}.{name}")
    comparison.ignored.tofile(draft / _IGNORED)
    draft.rename(folder)


def read_comparison(folder: Path, findings: Findings) -> Comparison:
    """Read the comparison that write_columns wrote; raise OSError if it cannot be read."""

    def columns(part: str, dtypes: dict[str, str]) -> dict[str, NDArray[Any]]:
        return {name: np.fromfile(folder / f"{part}.{name}", dtype) for name, dtype in dtypes.items()}

    return Comparison(
        alignment=Alignment(**columns("alignment", _ALIGNMENT)),
        points=Points(**columns("points", _POINTS)),
        causes=findings.causes,
        counts=findings.counts,
        tools=findings.tools,
        ignored=np.fromfile(folder / _IGNORED, np.bool_),
        content=findings.content,
        results=findings.results,
        results_equal=findings.results_equal,
    )
