"""Checks of catalogues that do not need the packages of the extras."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from replay_gui.core.errors import ExtraMissing
from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import tr

MANIFEST = "catalogue.json"

_PACKAGES = {
    "catalogue": ("pyarrow", "duckdb", "fsspec"),
    "cluster": ("dask", "distributed", "s3fs"),
}


def require_extra(extra: str, purpose: str) -> None:
    """Raise ExtraMissing, with the command to install it, if a package of the extra is missing."""
    missing = [name for name in _PACKAGES[extra] if find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            tr(
                "{purpose} needs {missing}, which is not installed; run: pip install 'replay-gui[{extra}]'",
                purpose=purpose,
                missing=", ".join(missing),
                extra=extra,
            )
        )


def catalogue_of(sources: Sequence[str]) -> str:
    """Return the catalogue, if it is the only opened source; "" otherwise."""
    return sources[0] if len(sources) == 1 and is_catalogue(sources[0]) else ""


def is_catalogue(folder: str | os.PathLike[str]) -> bool:
    """Return whether a folder looks like a catalogue. An unreadable one does not; opening it shows the reason."""
    try:
        return is_file(Path(folder, MANIFEST)) and is_file(Path(folder, "runs.parquet"))
    except OSError:  # its name is too long, or it may not be searched
        return False
