"""What an agent prints is shown while it works."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

from replay_gui.core.log.positions import Position
from replay_gui.engine.files.stream_spool import StreamSpool
from replay_gui.widgets.parts.banner import Banner
from replay_gui.windows.session.standard_input import StandardInput
from tests.helpers.journey import Journey


def line(kind: str, **more: object) -> bytes:
    return json.dumps({"type": kind, "session_id": "s", **more}).encode() + b"\n"


def said(text: str) -> bytes:
    message = {"id": text, "role": "assistant", "model": "m", "content": [{"type": "text", "text": text}]}
    return line("assistant", message=message, parent_tool_use_id=None)


def test_it_is_shown_while_it_comes(journey: Journey, tmp_path: Path) -> None:
    source, agent = os.pipe()
    window, session = journey.window, journey.session
    with closing(StreamSpool(source, tmp_path / "stdin")) as spool:
        window.recent_files.passing, window.restore.keeps = str(spool.path), False
        StandardInput(session, spool, Position(0), None, window)
        first = line("system", subtype="init", cwd="/", tools=[], model="m")
        os.write(agent, first[:20])
        journey.until(lambda: spool.written == 20)
        os.write(agent, first[20:] + said("one"))
        journey.until(lambda: session.facts is not None and session.facts.format == "claude-code")
        journey.until(lambda: session.index.complete)
        count = session.index.count
        os.write(agent, said("two"))
        journey.until(lambda: session.index.count == count + 1)
        os.close(agent)
        banner = "Standard input has ended. Whether the run has ended too is only known from its events."
        journey.until(lambda: banner in [one.text for one in window.findChildren(Banner)])
    os.close(source)
    assert window.recent_files.entries() == []
