"""What comes from outside is read within bounds."""

from __future__ import annotations

import gzip
import zlib

import pytest
import zstandard

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls import json_bodies
from replay_gui.record.calls.json_bodies import json_value, pack_body, unpack_body
from replay_gui.record.proxy.mcp_calls import messages_in

TEXT = b"one two three " * 20


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[" * 100_000 + b"]" * 100_000, '{"a":' * 90_000 + "1" + "}" * 90_000])
def test_what_is_no_json_or_too_deep_is_no_value(raw: bytes | str) -> None:
    with pytest.raises(NotJson):
        json_value(raw)
    assert messages_in(raw if isinstance(raw, bytes) else raw.encode()) == []


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        (" X-GZIP ", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("zstd", zstandard.compress(TEXT)),
        ("", TEXT),
    ],
    ids=["gzip", "x-gzip", "deflate", "deflate without its head", "zstd", "plain"],  # gzip's bytes hold the time
)
def test_bodies_are_unpacked_within_a_bound(encoding: str, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unpack_body(body, encoding) == (TEXT, True)
    assert unpack_body(pack_body(TEXT, encoding), encoding) == (TEXT, True)
    if encoding:
        monkeypatch.setattr(json_bodies, "MAX_UNPACKED_BYTES", len(TEXT) - 1)
        assert unpack_body(body, encoding) == (body, False)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "br", "pigeon"])
def test_a_body_that_is_not_as_it_says_stays_as_it_is(encoding: str) -> None:
    assert unpack_body(b"no such thing", encoding) == (b"no such thing", False)


def test_an_encoding_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        pack_body(TEXT, "pigeon")
