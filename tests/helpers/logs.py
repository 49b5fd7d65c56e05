"""Real logs for tests, written by the Recorder."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.recorder.recorder import Recorder

SECOND = 1_000_000_000


def write_log(path: Path, turns: int = 10, sealed: bool = True, state_hash_every: int = 1) -> Path:
    """1 + 5 × `turns` events: init, then each turn an observation, a decision, a call, its answer, a memory write."""
    clock = 1_700_000_000 * SECOND

    def now() -> int:
        nonlocal clock
        clock += SECOND
        return clock

    run = Recorder(
        path,
        agent_type="triage",
        agent_version="1.0",
        config={"model": "m"},
        created=clock,
        state_hash_every=state_hash_every,
    )
    for turn in range(turns):
        run.observation("message", "user", f"question {turn}", time=now())
        run.decision("plan", {"turn": turn}, f"because of {turn}", time=now())
        call = run.tool_request("search" if turn % 2 else "read_file", {"q": f"q{turn}"}, time=now())
        run.tool_response(call, {"rows": [turn]}, time=now())
        run.memory_write(f"fact{turn}", turn, time=now())
    if sealed:
        run.seal(now())
    run.close()
    return path


def damage(path: Path, share: float = 0.5) -> None:
    """Change one byte in the middle of the file."""
    data = bytearray(path.read_bytes())
    at = data.index(b"because", int(len(data) * share))
    data[at] ^= 0x01
    path.write_bytes(data)
