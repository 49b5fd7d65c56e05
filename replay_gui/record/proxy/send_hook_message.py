"""Run as a file by Claude Code, as a hook: sends the hook's message to the recording program.

``python -I -S send_hook_message.py PORT PATH`` posts standard input to this computer, and prints the response,
which is usually empty. It imports little, because the agent waits for it; if it fails, the agent continues.
"""

from __future__ import annotations

import contextlib
import socket
import sys

_TIMEOUT_S = 10.0


def send(port: int, path: str, message: bytes) -> bytes:
    """Return the body of the answer to a message. Raises OSError."""
    head = f"POST {path} HTTP/1.0\r\ncontent-length: {len(message)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), _TIMEOUT_S) as connection:
        connection.sendall(head + message)
        parts = []
        while part := connection.recv(1 << 16):
            parts.append(part)
    return b"".join(parts).partition(b"\r\n\r\n")[2]


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(send(int(sys.argv[1]), sys.argv[2], sys.stdin.buffer.read()))
