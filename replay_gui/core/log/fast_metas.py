"""The usual form of an event's meta: of what the format numbers and times an event by, and nothing else.

msgspec decodes it to a structure that C has checked. In what is not usual, as everywhere with metas, more than this may
stand and be right; that is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import MsgspecError

NOT_GIVEN = -1
_Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class FastMeta(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What is missing is NONE; in the order of its keys, so that it is encoded canonically.

    A NONE that is written there is not encoded again, so that the bytes are not those it came from.
    """

    duration: _Nanoseconds = NOT_GIVEN
    parent: int = NOT_GIVEN
    seq: int = NOT_GIVEN
    time: _Nanoseconds = NOT_GIVEN


_decode = msgspec.msgpack.Decoder(FastMeta).decode


def decode_fast_metas(metas: Sequence[bytes]) -> list[FastMeta] | None:
    """These metas in one C loop, or None where any is not usual."""
    try:
        return [*map(_decode, metas)]
    except (MsgspecError, UnicodeDecodeError):
        return None
