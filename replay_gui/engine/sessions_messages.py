"""The list of sessions on this computer: request and answer; and the base of all answers about sources of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window needs none of it
    from replay_gui.core.facts.known_sessions import KnownFolder, KnownSession


class ListSessions(msgspec.Struct, frozen=True):
    """List the newest sessions in known folders. Answer: SessionsListed. A new request ends the last."""

    folders: tuple[KnownFolder, ...]


class SourceAnswer(msgspec.Struct, frozen=True):
    """The base of the answers about files: the sources of runs, and the user's mappings and rules."""


class SessionsListed(SourceAnswer, frozen=True):
    """The newest sessions in known folders, newest first. `problem`: why there are none, or ""."""

    sessions: tuple[KnownSession, ...]
    problem: str = ""
