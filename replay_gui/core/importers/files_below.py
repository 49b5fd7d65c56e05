"""Find the files in a folder that may contain runs."""

from __future__ import annotations

import os

from replay_gui.core.errors import ImportRefused
from replay_gui.core.text.given_paths import path_in
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAX_FILES = 20_000


def files_below(folder: str) -> list[str]:
    """Return the files in a folder sorted by name, then those in its subfolders; no hidden files, no linked folders.

    Folders that cannot be read are at the end: opening one gives the reason. Raises ImportRefused if there are more
    than MAX_FILES files.
    """
    files, closed = list[str](), list[OSError]()
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [path_in(parent, name) for name in sorted(names) if not name.startswith(".")]
        if len(files) > MAX_FILES:
            raise ImportRefused(
                tr(
                    "{folder}: more than {limit} files; open a folder within it",
                    folder=folder,
                    limit=whole_number(MAX_FILES),
                )
            )
    return [*files, *(why.filename for why in closed)]
