"""A link to a place in a run: the command that opens the window there."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from replay_gui.core.log.positions import Position
from replay_gui.core.text.given_paths import absolute_path
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.engine.answers import RunFacts

if TYPE_CHECKING:
    from replay_gui.core.state.state import Path


def run_link(
    facts: RunFacts,
    position: Position,
    *,
    path: Path = (),
    format: str | None = None,
    other: RunFacts | None = None,
) -> str:
    """Return ``replay-gui RUN --at 812 --path /memory/x``, quoted for a shell.

    `path`: of the chosen value of the state. `format`: that the user had chosen. `other`: the run B.
    """
    runs = [absolute_path(run.given) for run in (facts, other) if run is not None]
    options = ["--at", str(position)]
    if path:
        options += ["--path", join_pointer(tuple(map(str, path)))]
    if format is not None:
        options += ["--format", format]
    return " ".join(["replay-gui", *map(shell_word, (*runs, *options))])


def shell_word(text: str) -> str:
    """Return a text as one word of a shell.

    A name in a log may have control characters that act on a terminal when they are pasted, quoted or not: they are
    escaped in the notation of bash, zsh and other shells (``$'…'``).
    """
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(_escaped(character) for character in text)
    return f"$'{escaped}'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    is_byte = "\udc80" <= character <= "\udcff"  # of a file name that is not UTF-8
    encoded = os.fsencode(character) if is_byte else character.encode("utf-8", "surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in encoded)
