"""Values of command line arguments that several commands take; ArgumentTypeError says what is wrong with one."""

from __future__ import annotations

from argparse import ArgumentTypeError

from replay_gui.core.errors import ReplayError


class UsageError(ReplayError):
    """The arguments ask for nothing that there is."""


def position(text: str) -> int:
    """A number of events applied."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ArgumentTypeError(f"{text!r} is no position: a number of events, from 0 on")
    return int(text)
