"""Requests as bytes on a socket, such as no library would send."""

from __future__ import annotations

import re
import socket

JSON = "content-type: application/json"


def request(path: str, body: bytes, *headers: str, length: object = None) -> bytes:
    length = len(body) if length is None else length
    head = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", JSON, *headers]
    if length != "":
        head.append(f"content-length: {length}")
    return "\r\n".join([*head, "", ""]).encode() + body


def said(port: int, raw: bytes) -> bytes:
    """Return what is answered to these bytes on a connection that is then half closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        try:
            peer.sendall(raw)
            peer.shutdown(socket.SHUT_WR)
            parts = []
            while part := peer.recv(1 << 16):
                parts.append(part)
        except TimeoutError:
            raise
        except OSError:  # closed before all was sent
            return b""
        return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answer)]
