"""A fast decoder for the common form of an event's meta: only seq, parent, time and duration.

msgspec decodes it to a structure that C has checked. A meta may have other members too; such metas are decoded one by
one, elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import MsgspecError

NOT_GIVEN = -1
_Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class FastMeta(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """A meta with at most these members, in the order of their keys, so that it is encoded canonically.

    A missing member is NOT_GIVEN. Only seq can have this value in the log too; it is left out when the meta is encoded,
    so that the bytes differ from the original ones.
    """

    duration: _Nanoseconds = NOT_GIVEN
    parent: Annotated[int, msgspec.Meta(ge=0)] = NOT_GIVEN
    seq: int = NOT_GIVEN
    time: _Nanoseconds = NOT_GIVEN


_decode = msgspec.msgpack.Decoder(FastMeta).decode


def decode_fast_metas(metas: Sequence[bytes]) -> list[FastMeta] | None:
    """Return these metas, decoded in one C loop, or None if any of them has another form."""
    try:
        return [*map(_decode, metas)]
    except (MsgspecError, UnicodeDecodeError):
        return None
