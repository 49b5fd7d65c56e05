"""Paths as text, as the user gave them: ``./run.rlog`` keeps its ``./``, which pathlib would remove."""

from __future__ import annotations

import os


def absolute_path(path: str) -> str:
    """Return the absolute path, without ``..``; links are not resolved."""
    return os.path.abspath(path)


def file_name(path: str) -> str:
    """Return the last part of a path; "" after a final slash."""
    return os.path.basename(path)


def folder_of(path: str) -> str:
    """Return a path without its last part; "" if it has only one part."""
    return os.path.dirname(path)


def path_in(folder: str, name: str) -> str:
    """Return the path of the file `name` in a folder."""
    return os.path.join(folder, name)


def with_home(path: str) -> str:
    """Return the path with the home folder for a leading ``~``; unchanged if that is unknown."""
    return os.path.expanduser(path)


def home_folder() -> str:
    """Return the user's home folder; "~" if it is unknown."""
    return os.path.expanduser("~")
