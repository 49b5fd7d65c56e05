"""Worker processes that are forked from one that has imported the jobs: to start Python and import them takes longer
than most tests.

They are children of the process of the tests, like those that `subprocess` starts.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from tests.helpers.paths import ROOT

_CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine(), 0)  # the number of the system call; 0: not known
_CLONE_PARENT = 0x8000  # the new process is a child of the server's parent
_MESSAGE = 1 << 20  # bytes of a request at most
_DESCRIPTORS = 4  # standard input, output, errors, and the folder
SUPPORTED = sys.platform == "linux" and _CLONE > 0


class _ForkServer:
    """The process that forks, started when it is first needed; it ends with this one."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self._lock = threading.Lock()

    def fork(self, arguments: Sequence[str], environment: dict[str, str], descriptors: Sequence[int]) -> int:
        """Return the number of a new worker process with these standard streams."""
        request = json.dumps([list(arguments), environment]).encode()
        folder = os.open(".", os.O_PATH)
        try:
            with self._lock:
                if self.pid is None:
                    self._start()
                socket.send_fds(self._socket, [request], [*descriptors, folder])
                return int(self._socket.recv(_MESSAGE))
        finally:
            os.close(folder)

    def _start(self) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-P", "-m", "tests.engine.fork_server", str(other.fileno())]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with other:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, env=environment, pass_fds=[other.fileno()], process_group=0
            )
        self.pid = self._process.pid

    def end(self) -> None:
        """End the process, if there is one."""
        if self.pid is not None:
            self._socket.close()
            self._process.wait()


server = _ForkServer()


class ForkedWorker(subprocess.Popen[bytes]):
    """What `subprocess.Popen` is for a worker process, without starting Python."""

    def _execute_child(self, args: list[str], *others: Any) -> None:
        environment, (*pipes,) = others[5], others[9:15]
        read_input, _, _, write_output, *_ = pipes
        self.pid = server.fork(args[args.index("-m") + 2 :], environment, [read_input, write_output, 2])
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def _serve(requests: socket.socket) -> None:
    from replay_gui.engine.jobs import registry, worker  # noqa: F401

    python = ctypes.PyDLL(None)
    gc.disable()
    gc.freeze()
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, _MESSAGE, _DESCRIPTORS)
        if not request:
            return
        python.PyOS_BeforeFork()
        pid = python.syscall(_CLONE, _CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
        if not pid:
            python.PyOS_AfterFork_Child()
            requests.close()
            _become_worker(json.loads(request), descriptors)
            return
        python.PyOS_AfterFork_Parent()
        requests.send(str(pid).encode())
        for descriptor in descriptors:
            os.close(descriptor)


def _become_worker(request: tuple[list[str], dict[str, str]], descriptors: list[int]) -> None:
    from replay_gui.engine.jobs import worker

    arguments, environment = request
    os.setpgid(0, 0)
    *streams, folder = descriptors
    os.fchdir(folder)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    for descriptor in descriptors:
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    worker.main(*arguments)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
