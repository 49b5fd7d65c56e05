from __future__ import annotations

import numpy as np
import pytest

from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_INTERRUPTED, NO_PAIR, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.models.timeline import lanes as lanes_module
from replay_gui.models.timeline.lanes import MAX_PARTS, Lane, LanePart, Lanes
from replay_gui.models.timeline.timeline_choice import REST, TOOLS, LaneChoice
from tests.helpers.runs import TOOLS as TOOLS_MADE
from tests.helpers.runs import indexed, synthetic_index


def index_of(*events: str, tools: tuple[str, ...] = ("a", "b")) -> RunIndex:
    """An index from words: "Decision", "ToolRequest a", "ToolResponse a<3" (answers place 3; !: failed, ?: stopped)."""
    kinds = KINDS + tuple(dict.fromkeys(word.split()[0] for word in events if word.split()[0] not in KINDS))
    pair, tool, flags = [NO_PAIR] * len(events), [-1] * len(events), [0] * len(events)
    for place, words in enumerate(events):
        _, *rest = words.split()
        for word in rest:
            if word == "!":
                flags[place] = FLAG_FAILED
                continue
            if word == "?":
                flags[place] = FLAG_INTERRUPTED
                continue
            name, _, request = word.partition("<")
            tool[place] = tools.index(name)
            if request:
                pair[place], pair[int(request)] = int(request), place
    index = RunIndex(
        kinds=kinds,
        tools=tools,
        kind=np.array([kinds.index(words.split()[0]) for words in events], np.uint16),
        tool=np.array(tool, np.int32),
        pair=np.array(pair, np.int32),
        flags=np.array(flags, np.uint8),
    )
    return indexed(index)


def calls_of(tools: tuple[str, ...]) -> RunIndex:
    """An index with one call of each tool."""
    count = len(tools)
    index = RunIndex(
        tools=tools,
        kind=np.full(count, KINDS.index("ToolRequest"), np.uint16),
        tool=np.arange(count, dtype=np.int32),
        pair=np.full(count, NO_PAIR, np.int32),
        flags=np.zeros(count, np.uint8),
    )
    return indexed(index)


def told(rows: tuple[Lane, ...]) -> dict[str, list[int]]:
    return {row.title: row.parts[0].positions.tolist() for row in rows if row.count}


@pytest.mark.parametrize(
    ("events", "lanes"),
    [
        ((), {}),
        (("AgentInit", "Observation", "StateTransition"), {"Agent": [1, 3], "Input": [2]}),
        (("MemoryWrite", "MemoryRead"), {"Memory": [1, 2]}),
        (("PatchProposal", "PatchRejected", "PatchApplied"), {"Patches": [1, 2, 3]}),
        (("Error", "CapabilityDenied a"), {"Errors": [1, 2]}),
        (("Error ?", "Error"), {"Errors": [2], "Other": [1]}),  # the user's stop is seen, and is no error
        (("x:thing", "Snapshot", "(skipped)"), {"Other": [1, 2, 3]}),
        (("ToolRequest a", "ToolResponse a<0"), {"a": [1]}),  # a call is one bar, not two
        (("ToolRequest a", "ToolResponse a<0 !", "Error"), {"a": [1], "Errors": [2, 3]}),
        (("x:bookkeeping/title", "x:thing"), {"Bookkeeping": [1], "Other": [2]}),
        (("ToolResponse a",), {"a": [1]}),  # an answer to nothing is not lost
        (("ToolRequest b", "ToolRequest a", "ToolRequest a"), {"a": [2, 3], "b": [1]}),  # by number of calls
    ],
)
def test_each_event_has_its_lane(events: tuple[str, ...], lanes: dict[str, list[int]]) -> None:
    index = index_of(*events)
    assert told(Lanes.of(index).rows()) == lanes


def test_the_usual_lanes_are_there_even_if_empty_and_other_is_not() -> None:
    assert [row.title for row in Lanes().rows()] == [
        "Agent",
        "Input",
        "Assistant",
        "Memory",
        "Patches",
        "Errors",
    ]


def test_a_lane_without_events_is_left_out() -> None:
    lanes = Lanes.of(index_of("Observation", "Error"))
    assert [row.title for row in lanes.rows()] == ["Input", "Errors"]
    assert lanes.row_count() == 2
    folded = lanes.rows(LaneChoice(frozenset({REST})))
    assert [row.title for row in folded] == ["Input", "Errors"]
    assert Lanes.of(index_of("Observation")).rows(LaneChoice(frozenset({REST})))[-1].title == "Input"


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ((), "Memory, errors …"),
        (("MemoryWrite", "PatchProposal", "Error", "x:thing"), "Memory, errors …"),
        (("MemoryWrite", "Error"), "Memory, errors"),
        (("Error", "x:thing"), "Errors, other"),
        (("PatchProposal", "x:thing"), "Patches, other"),
        (("x:thing",), "Other"),
    ],
)
def test_a_folded_lane_is_named_by_what_is_in_it(events: tuple[str, ...], title: str) -> None:
    rows = Lanes.of(index_of(*events)).rows(LaneChoice(frozenset({REST})))
    assert rows[-1].title == title


def test_lanes_that_have_all_the_events_are_shown_though_they_are_hidden() -> None:
    lanes = Lanes.of(index_of("Observation"))
    assert [row.title for row in lanes.rows(LaneChoice(hidden=frozenset({"observations"})))] == ["Input"]


def test_failed_calls_are_known_by_their_answer() -> None:
    index = index_of("ToolRequest a", "Decision", "ToolResponse a<0 !", "ToolRequest a")
    (lane,) = (row for row in Lanes.of(index).rows() if row.is_calls)
    (part,) = lane.parts
    assert (part.positions.tolist(), part.failed.tolist()) == ([1, 4], [3])


def test_tools_beyond_the_limit_share_a_lane() -> None:
    tools = tuple(f"t{n}" for n in range(20))
    index = index_of(*(f"ToolRequest t{n}" for n in range(20) for _ in range(20 - n)), tools=tools)
    rows = [row for row in Lanes.of(index).rows(limit=12) if row.is_calls]
    assert [row.title for row in rows] == [*tools[:11], "9 more tools"]
    assert rows[-1].count == sum(range(1, 10))
    assert [part.tool for part in rows[-1].parts] == list(range(11, 20))
    assert len([row for row in Lanes.of(index).rows(limit=20) if row.is_calls]) == 20


def test_each_event_has_one_place_on_the_lanes() -> None:
    index = synthetic_index(2_000)
    whole = Lanes.of(index)
    failed = sum(len(positions) for positions in _failed(whole))  # they are among the errors too
    assert sum(row.count for row in whole.rows()) == 2_000 - int((index.pair != NO_PAIR).sum()) // 2 + failed


def _failed(lanes: Lanes) -> list[list[int]]:
    return [row.parts[0].failed.tolist() for row in lanes.rows()]


def test_an_index_with_more_tools_than_keys() -> None:
    tools = tuple(map(str, range(70_000)))
    index = calls_of(tools)
    rows = Lanes.of(index).rows()
    assert sum(row.count for row in rows) == 70_000
    assert max(len(row.parts) for row in rows) == MAX_PARTS, "no picture is made of thousands"
    assert {row.count for row in rows if row.is_one_tool} == {1}, "no tool is told to have made the calls of others"
    assert "69,993 more tools" in [row.title for row in rows]
    (folded,) = (row for row in Lanes.of(index).rows(LaneChoice(frozenset({TOOLS}))) if row.is_calls)
    assert folded.count == 70_000
    assert [part.tool for part in folded.parts] == [*range(MAX_PARTS - 1), None]
    assert (np.diff(rows[-4].parts[-1].positions) > 0).all()


@pytest.mark.parametrize("limit", [1, 2, 8])
def test_rows_are_counted_without_being_made(limit: int) -> None:
    for events in ((), ("ToolRequest a",), ("ToolRequest a", "ToolRequest b", "ToolRequest c", "x:thing")):
        index = index_of(*events, tools=("a", "b", "c"))
        lanes = Lanes.of(index)
        assert lanes.row_count(limit=limit) == len(lanes.rows(limit=limit))


EVENTS = (
    "AgentInit", "Decision", "ToolRequest a", "ToolRequest b", "MemoryWrite", "PatchProposal", "Error", "x:thing",
    "Observation",
)  # fmt: skip


@pytest.mark.parametrize(
    ("folded", "hidden", "titles"),
    [
        ({TOOLS}, set(), "Agent Input Assistant Tools Memory Patches Errors Other"),
        ({REST}, set(), "Agent Input Assistant a b Memory,errors_…"),
        ({TOOLS, REST}, set(), "Agent Input Assistant Tools Memory,errors_…"),
        (set(), {"tool:a", "errors"}, "Agent Input Assistant b Memory Patches Other"),
        ({TOOLS}, {"tools", "agent", "tool:a"}, "Input Assistant Memory Patches Errors Other"),
    ],
)
def test_lanes_fold_and_hide(folded: set[str], hidden: set[str], titles: str) -> None:
    rows = Lanes.of(index_of(*EVENTS)).rows(LaneChoice(frozenset(folded), frozenset(hidden)))
    assert [row.title.replace(", ", ",").replace(" ", "_") for row in rows] == titles.split()
    assert [row.folded for row in rows] == [row.title in ("Tools", "Memory, errors …") for row in rows]


def test_a_folded_lane_holds_what_its_lanes_held() -> None:
    lanes = Lanes.of(synthetic_index(2_000))
    apart, folded = lanes.rows(), lanes.rows(LaneChoice(frozenset({TOOLS, REST})))
    assert sum(row.count for row in apart) == sum(row.count for row in folded)
    (tools,) = (row for row in folded if row.is_calls)
    assert len(tools.parts) == len(TOOLS_MADE)


@pytest.mark.parametrize("folded", [frozenset(), frozenset({TOOLS})])
def test_tools_without_a_lane_of_their_own_cost_none(folded: frozenset[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand tools once froze the window for half a minute."""
    count = 20_000
    index = calls_of(tuple(f"tool {n}" for n in range(count)))
    made = 0

    def counted(*args: object, **options: object) -> Lane:
        nonlocal made
        made += 1
        return Lane(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(lanes_module, "Lane", counted)
    rows = Lanes.of(index).rows(LaneChoice(folded=folded))
    assert sum(row.count for row in rows) == count
    assert made < 40


def test_the_calls_of_many_tools_are_joined_once_while_a_run_grows() -> None:
    generator = np.random.default_rng(8)
    tools = tuple(f"tool{number}" for number in range(MAX_PARTS + 9))
    places = generator.integers(0, len(tools), 400).tolist()
    words = [f"ToolRequest {tools[place]}" if n % 3 else "Decision" for n, place in enumerate(places)]
    words = [f"{word} !" if word != "Decision" and n % 7 == 0 else word for n, word in enumerate(words)]
    folded, grown = LaneChoice(frozenset({TOOLS})), Lanes()

    def rest(lanes: Lanes) -> LanePart:
        return next(row for row in lanes.rows(folded) if row.key == TOOLS).parts[-1]

    for count in (30, 200, 201, 400):
        index = index_of(*words[:count], tools=tools)
        grown = grown.with_events(index)
        afresh = Lanes.of(index)
        assert told(grown.rows(folded)) == told(afresh.rows(folded))
        assert rest(grown).positions.tolist() == rest(afresh).positions.tolist()
        assert rest(grown).failed.tolist() == rest(afresh).failed.tolist()
    same = grown.with_events(index_of(*words, "Decision", tools=tools))
    assert rest(same).positions is rest(grown).positions
