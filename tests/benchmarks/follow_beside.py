"""Run as processes of their own beside follow_probe: the writer of a run, and a reader that does nothing else.

follow_beside.py write LOG EVENTS SECONDS    writes EVENTS, prints a line, waits for one, writes RATE a second
follow_beside.py read LOG SECONDS            reads LOG for as long, then prints the 95th percentile of the seconds after
                                             which it had read an event: what nothing that looks as often can beat
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import msgpack

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.log.scanner import Block, scan_log
from replay_gui.core.recorder.recorder import Recorder

RATE = 1000  # events a second
_LOOK_S = 0.02  # seconds between two looks at the file, as the program's
_MS, _SECOND = 1_000_000, 1_000_000_000  # ns


def write(path: Path, events: int, seconds: float) -> None:
    created = time.time_ns() - events * _MS - _SECOND
    with Recorder(path, agent_type="benchmark", agent_version="1", config={}, created=created) as run:
        for number in range(events):
            run.memory_write(f"k{number % 500}", number, time=created + number * _MS)
        print("written", flush=True)
        sys.stdin.readline()
        begun, number = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            while number < passed * RATE:
                run.memory_write(f"k{number % 500}", number, time=time.time_ns())
                number += 1
            time.sleep(0.001)
        sys.stdin.readline()


def read(path: Path, seconds: float) -> None:
    log, late, started = EventLog.open(path), list[float](), time.time_ns()
    offset, count, previous, until = len(log.header.raw), FIRST_EVENT, log.header.hash, time.monotonic() + seconds
    while (begun := time.monotonic()) < until:
        log.source.refresh_size()
        for part in scan_log(log.source, offset, count, previous):
            if isinstance(part, Block):
                now = time.time_ns()
                times = [msgpack.unpackb(meta)["time"] for meta in part.metas]
                late += [(now - written) / _SECOND for written in times if written > started]
                offset, count, previous = part.end_offset, EventIndex(count + len(part)), part.hashes[-1]
        time.sleep(max(0.0, begun + _LOOK_S - time.monotonic()))
    print(json.dumps(sorted(late)[int(len(late) * 0.95)]))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    else:
        read(Path(sys.argv[2]), float(sys.argv[3]))
