from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.engine.jobs import frames
from replay_gui.engine.jobs.frames import read_frames, write_frame
from replay_gui.engine.jobs.job_messages import FromWorker, JobProgress

decode = msgspec.msgpack.Decoder(dict[str, Any]).decode
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), values, max_size=3), max_size=4), st.data())
def test_whole_frames_come_back_and_a_cut_one_ends_the_stream(
    messages: list[dict[str, object]], data: st.DataObject
) -> None:
    stream = io.BytesIO()
    ends = [0]
    for message in messages:
        write_frame(stream, message)
        ends.append(stream.tell())
    cut = data.draw(st.integers(0, len(stream.getvalue())))
    whole = sum(end <= cut for end in ends) - 1
    assert list(read_frames(io.BytesIO(stream.getvalue()[:cut]), decode)) == messages[:whole]


def test_what_is_no_frame_ends_the_stream() -> None:
    assert list(read_frames(io.BytesIO(b"\xff\xff\xff\xff" + b"x" * 100), decode)) == []
    assert list(read_frames(io.BytesIO(b"\x00\x00\x00\x01\xc1"), decode)) == []


def test_a_message_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 10)
    with pytest.raises(ValueError, match="over the limit"):
        write_frame(io.BytesIO(), {"value": "x" * 20})


def test_a_message_of_another_type_ends_the_stream() -> None:
    stream = io.BytesIO()
    write_frame(stream, JobProgress(1, 2, 3))
    write_frame(stream, {"type": "unknown", "job_id": 1})
    write_frame(stream, JobProgress(1, 3, 3))
    stream.seek(0)
    assert list(read_frames(stream, msgspec.msgpack.Decoder(FromWorker).decode)) == [JobProgress(1, 2, 3)]
