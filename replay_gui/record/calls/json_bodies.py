"""Decode JSON and packed bodies from outside, within limits on depth and size."""

from __future__ import annotations

import gzip
import io
import zlib
from importlib import import_module
from typing import Any

import msgspec

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.core.log.canonical import MAX_DEPTH, nesting_depth

_decode = msgspec.json.Decoder().decode  # it takes two thirds of the time of msgspec.json.decode

MAX_UNPACKED_BYTES = 64 << 20  # of a body without its content encoding


def json_value(raw: bytes | str) -> Any:
    """Return the value of a JSON text; raise NotJson, with the reason, if it is invalid or nested too deeply."""
    try:
        return _decode(raw)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeError) as why:
        raise NotJson(str(why)) from None


def is_too_deep(value: Any) -> bool:
    """Return whether a value is nested deeper than a log allows."""
    try:
        return nesting_depth(value) > MAX_DEPTH
    except RecursionError:
        return True


def unpack_body(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """Return a body without its content encoding, and whether that was possible within MAX_UNPACKED_BYTES."""
    try:
        match encoding.strip().lower():
            case "" | "identity":
                return body, True
            case "gzip" | "x-gzip":
                plain = _inflated(body, 31)
            case "deflate":
                plain = _inflated(body, 15 if body[:1] == b"\x78" else -15)
            case "zstd":
                import zstandard

                with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)) as reader:
                    plain = reader.read(MAX_UNPACKED_BYTES + 1)
            case "br":  # if it is installed for the agent
                brotli = import_module("brotli").Decompressor()
                plain = bytes(brotli.process(body, output_buffer_limit=MAX_UNPACKED_BYTES + 1))
            case _:
                return body, False
    except Exception:  # noqa: BLE001  the errors of zlib, zstandard and brotli have no common class
        return body, False
    return (plain, True) if len(plain) <= MAX_UNPACKED_BYTES else (body, False)


def pack_body(body: bytes, encoding: str) -> bytes:
    """Return a body in a content encoding; ValueError if `unpack_body` does not know it."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return gzip.compress(body)
        case "deflate":
            return zlib.compress(body)
        case "zstd":
            import zstandard

            return zstandard.compress(body)
        case "br":
            return bytes(import_module("brotli").compress(body))
        case _:
            raise ValueError(f"content encoding {encoding!r} is not known")


def _inflated(body: bytes, window: int) -> bytes:
    return zlib.decompressobj(window).decompress(body, MAX_UNPACKED_BYTES + 1)
