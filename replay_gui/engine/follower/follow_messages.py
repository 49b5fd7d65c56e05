"""Following a file: the window's requests, and the engine's answers."""

from __future__ import annotations

from enum import Enum, auto

import msgspec


class FollowState(Enum):
    """Whether the file of the open run is followed."""

    OFF = auto()
    WAITING = auto()  # no data came for a while; all events are being verified
    GROWING = auto()  # events are being added


class StopFollowing(msgspec.Struct, frozen=True):
    """Read the open run's file to its present end, then stop following it. Answers: as while following."""


class FileGrew(msgspec.Struct, frozen=True):
    """The file of the open run has more bytes than were read, and must be read again completely."""


class Followed(msgspec.Struct, frozen=True):
    """The file of the open run is followed, or not any more. While it is GROWING, no verdict and no sum holds."""

    state: FollowState
