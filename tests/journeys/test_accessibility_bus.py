"""What a screen reader is told: the window under a display of its own, walked over the accessibility bus (AT-SPI)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from replay_gui.samples import REFERENCE

Node: TypeAlias = tuple[str, str]  # the name of its program on the bus, its path there

LAUNCHERS = Path("/usr/libexec/at-spi-bus-launcher"), Path("/usr/lib/at-spi2-core/at-spi-bus-launcher")
LAUNCHER = next((path for path in LAUNCHERS if path.exists()), None)
MISSING = [program for program in ("Xvfb", "dbus-daemon", str(LAUNCHER)) if shutil.which(program) is None]
ACCESSIBLE, REGISTRY = "org.a11y.atspi.Accessible", ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
FOCUSABLE, SHOWING = 1 << 11, 1 << 25  # of the states of a node
WAIT = 60.0  # seconds
LEAST = 30  # of nodes that can have the focus
MAX_CHILDREN = 40  # of one node that are looked at: the first rows of a list

pytestmark = pytest.mark.skipif(bool(MISSING), reason="Xvfb, dbus-daemon or at-spi2-core is missing")
jeepney = pytest.importorskip("jeepney", reason="jeepney is missing")


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str], *, prints: bool = False) -> Iterator[str]:
    """Run a program until the end of the block; yield the first line that it prints, if it `prints` one."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip() if prints else ""
    finally:
        process.terminate()
        process.wait(WAIT)
        process.stdout.close()


class NoReply(Exception):
    """A node has gone, or the program that keeps it has ended: the bus starts its registry again."""


class Bus:
    """The accessibility bus of a session bus."""

    def __init__(self, session: str) -> None:
        from jeepney.io.blocking import open_dbus_connection

        with open_dbus_connection(bus=session) as connection:
            launcher = jeepney.DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            reply = connection.send_and_get_reply(jeepney.new_method_call(launcher, "GetAddress"), timeout=30)
        self._connection = open_dbus_connection(bus=reply.body[0])

    def close(self) -> None:
        self._connection.close()

    def pause(self) -> None:
        """Wait for a signal of the bus, or for a moment."""
        with suppress(TimeoutError):
            self._connection.receive(timeout=0.2)

    def _ask(self, node: Node, message: Any) -> Any:
        reply = self._connection.send_and_get_reply(message, timeout=30)
        if reply.header.message_type is not jeepney.MessageType.method_return:
            raise NoReply(node, reply.body)
        return reply.body[0]

    def call(self, node: Node, method: str) -> Any:
        name, path = node
        return self._ask(node, jeepney.new_method_call(jeepney.DBusAddress(path, name, ACCESSIBLE), method))

    def name(self, node: Node) -> str:
        name, path = node
        return str(self._ask(node, jeepney.Properties(jeepney.DBusAddress(path, name, ACCESSIBLE)).get("Name"))[1])

    def children(self, node: Node) -> list[Node]:
        return [(name, path) for name, path in self.call(node, "GetChildren")[:MAX_CHILDREN]]

    def focusable(self, node: Node, above: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
        """Yield where each node that can have the focus is, and its name."""
        low, _ = self.call(node, "GetState")
        if depth > 1 and not low & SHOWING:
            return
        here = f"{above}/{self.call(node, 'GetRoleName')}"
        if low & FOCUSABLE:
            yield here, self.name(node)
        for child in self.children(node):
            yield from self.focusable(child, here, depth + 1)


def test_whatever_can_have_the_focus_is_named() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bus"))  # short: the path of a socket
        places = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), folder)
        display = stack.enter_context(started(["Xvfb", "-displayfd", "1", "-nolisten", "tcp"], places, prints=True))
        places |= {"DISPLAY": f":{display}", "GSETTINGS_BACKEND": "memory"}
        daemon = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        session = stack.enter_context(started(daemon, places, prints=True))
        places["DBUS_SESSION_BUS_ADDRESS"] = session
        stack.enter_context(started([str(LAUNCHER)], places))
        places |= {"QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        stack.enter_context(started([sys.executable, "-m", "replay_gui", str(REFERENCE.path)], places))
        bus = Bus(session)
        stack.callback(bus.close)
        end = time.monotonic() + WAIT
        windows, found = list[Node](), list[tuple[str, str]]()
        while not windows:
            assert time.monotonic() < end
            bus.pause()
            with suppress(NoReply):
                windows = bus.children(REGISTRY)
        while len(found) < LEAST or not all(name.strip() for _, name in found):  # what is still read has no names yet
            assert time.monotonic() < end, [where for where, name in found if not name.strip()]
            bus.pause()
            with suppress(NoReply):
                found = list(bus.focusable(windows[0]))
