"""Events in the common form, and those of other forms among them."""

from __future__ import annotations

from replay_gui.core.log.canonical import MAX_KEY_BYTES, encode, encode_sorted
from replay_gui.core.log.fast_events import FAST_EVENT_TYPES, decode_fast_events, indexes_not_canonical

USUAL = encode(("MemoryWrite", {"key": "a", "value": 1}))
FURTHER = encode(("MemoryWrite", {"key": "a", "value": 1, "further": [1]}))
LONG_KEY = encode_sorted(("MemoryWrite", {"key": "a", "value": {"k" * (MAX_KEY_BYTES + 1): 1}}))
LONG_TEXT = encode(("MemoryWrite", {"key": "a", "value": "t" * (MAX_KEY_BYTES + 1)}))
KEPT = encode(("MemoryWrite", {"details": None, "fields": {"a": [1.5]}, "key": "a", "value": 1}))
FAST = FAST_EVENT_TYPES["MemoryWrite"]


def test_each_event_is_decoded_by_its_form_whatever_is_around_it() -> None:
    """Also once a kind has so often had another form that its common form is not tried any more."""
    events = decode_fast_events([USUAL, LONG_TEXT, FURTHER, b"", LONG_KEY, USUAL, *[FURTHER] * 20, USUAL])
    assert [type(event) for event in events[:6]] == [FAST, FAST, tuple, type(None), type(None), FAST]
    assert events[6:26] == [("MemoryWrite", {"key": "a", "value": 1, "further": [1]})] * 20
    assert type(events[26]) in (FAST, tuple)
    assert len(events) == 27


def test_what_importers_keep_of_records_is_in_the_common_form() -> None:
    unsorted = (
        b"\x92\xabMemoryWrite\x83"
        + encode("value")
        + b"\x01"
        + encode("fields")
        + b"\x02"
        + encode("key")
        + encode("a")
    )
    events = decode_fast_events([KEPT, USUAL, unsorted])
    assert [type(event) for event in events] == [FAST] * 3
    assert indexes_not_canonical(events[:2], [KEPT, USUAL]) == []
    assert indexes_not_canonical(events, [KEPT, USUAL, unsorted]) == [2]


def test_a_name_that_may_be_too_long_a_key_of_the_state_is_left_to_the_reducer() -> None:
    for length, form in ((MAX_KEY_BYTES // 4, FAST), (MAX_KEY_BYTES // 4 + 1, tuple)):
        content = encode(("MemoryWrite", {"key": "k" * length, "value": 1}))
        assert [type(event) for event in decode_fast_events([content])] == [form]
