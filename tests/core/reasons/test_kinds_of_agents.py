"""One cause far into a run of a web agent, an analyst, a researcher or a desk, with noise: it is what leads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why import WhyFinder
from tests.core.reasons.scripts import Step, side_of, write_run


def call(tool: str, answer: Any = "ok", /, **input: Any) -> Step:
    return Step(tool=tool, input=input, answer=answer)


def user(text: str) -> Step:
    return Step("user", text)


NET = "SELECT r.name, SUM(o.amount) FROM orders o JOIN regions r ON r.id = o.region WHERE o.placed <= '2025-09-30'"
SEARCH, PAGE = "'Tidal Locks' author thesis", "Thesis of M. Okafor, accepted 2009. Supervisor: H. Lindqvist"
WEB = [
    user("Book two tickets for the guided tour at 14:30 for Ana Ruiz."),
    call("browser_navigate", {"text": "Tours ref=e12"}, url="https://maritime.example/"),
    call("browser_snapshot", {"text": "Tours ref=e12"}),
    call("browser_click", {"text": "14:30 ref=e32, 16:00 ref=e33"}, ref="e12", element="Tours"),
    call("browser_click", {"text": "Pay ref=e55"}, ref="e32", element="14:30 guided tour"),
    call("browser_type", {"text": "ok"}, ref="e50", text="Ana Ruiz"),
    call("browser_click", {"text": "Booking MM-88213"}, ref="e55", element="Pay"),
    Step("agent", "The tickets are booked."),
]
DATA = [
    user("Which region had the highest net revenue? Write the table to q3.csv."),
    call("list_tables", ["orders", "regions"]),
    call("run_python", "918204.55", code="df = df.drop_duplicates('id')\nprint(df.amount.sum())"),
    call("execute_sql", [["North", 412005.1]], query=NET),
    call("run_python", "", code="out = table.sort_values('net')\nout.to_csv('q3.csv', index=False)"),
    Step("agent", "The highest net revenue was in the region North, at 412,005.10."),
]
RESEARCH = [
    user("Who supervised the thesis of the author of 'Tidal Locks'?"),
    call("web_search", [{"url": "https://bergen.example/4471"}], query=SEARCH),
    call("open_url", PAGE, url="https://bergen.example/4471"),
    call("save_note", "saved", text="supervisor Lindqvist, accepted 2009"),
    call("submit_answer", "received", answer="Henrik Lindqvist, 2009"),
]
DESK = [
    user("My order ORD-77120 arrived broken, please replace it."),
    call("get_order", {"id": "ORD-77120", "sku": "LAMP-9"}, order_id="ORD-77120"),
    call("check_stock", {"sku": "LAMP-9", "left": 4}, sku="LAMP-9"),
    call("create_replacement", {"ref": "REP-3391"}, order_id="ORD-77120", sku="LAMP-9", quantity=1),
    call("add_order_note", "ok", order_id="ORD-77120", note="replaced"),
    Step("agent", "Your replacement is on its way."),
]
READS = ("browser_snapshot", "list_tables", "web_search", "open_url", "get_order", "check_stock")


def noisy(steps: list[Step]) -> list[Step]:
    """The same in other words; each read is made again, first in vain or last in vain."""
    noise: list[Step] = []
    for number, step in enumerate(steps):
        failed = replace(step, answer="Error: 503", error="Error: 503")
        if step.tool in READS:
            noise += [failed, step] if number % 2 else [step, failed]
        elif not step.tool and number:
            noise.append(replace(step, text=f"Well then. {step.text}"))
        else:
            noise.append(step)
    return noise


def reasons(folder: Path, good: list[Step], bad: list[Step]) -> tuple[Reason, ...]:
    folder.mkdir()
    runs = [("good", good, True), ("bad", noisy(bad), False)]
    sides = [side_of(write_run(folder / f"{name}.rlog", steps, passed, name)) for name, steps, passed in runs]
    return WhyFinder(sides[0], sides[1], ("good", "bad")).find().reasons


def test_noise_alone_is_no_reason(tmp_path: Path) -> None:
    for number, steps in enumerate((WEB, DATA, RESEARCH, DESK)):
        assert reasons(tmp_path / f"{number}", steps, steps) == ()


def test_the_cause_leads(tmp_path: Path) -> None:
    def told(name: str, good: list[Step], at: int, *instead: Step) -> str:
        first = reasons(tmp_path / name, good, [*good[:at], *instead, *good[at + 1 :]])[0]
        return " ".join((first.sentence, *first.details))

    other = call("browser_click", {"text": "Pay ref=e55"}, ref="e33", element="16:00 guided tour")
    assert told("tour", WEB, 4, other).startswith(
        "bad clicked with element “16:00 guided tour”; good with “14:30 guided tour” (and 1 more; "
    )
    assert told("pay", WEB, 6).startswith("bad never clicked (element Pay, ref e55); good did (event 13).")
    total = call("run_python", "1204777.1", code="print(df.amount.sum())")
    assert told("duplicates", DATA, 2, total) == (
        "bad called run_python with code “print(df.amount.sum())”; good with"
        " “df = df.drop_duplicates('id') print(df.amount.sum())” (event 7 against event 5)."
    )
    year = call("execute_sql", [["North", 412005.1]], query=NET.replace("2025-09-30", "2025-12-31"))
    assert told("period", DATA, 3, year).startswith(
        "bad called execute_sql with query “…ed <= '2025-12-31'”; good with “…ed <= '2025-09-30'” ("
    )
    file = call("run_python", "", code="out = table.sort_values('net')\nout.to_csv('q2.csv', index=False)")
    assert told("file", DATA, 4, file).startswith("bad called run_python with code “…ut.to_csv('q2.csv', index=False)”")
    figure = told("figure", DATA, 5, Step("agent", "The highest net revenue was in the region North, at 530,999.25."))
    assert figure.startswith("bad told the user 530999.25, and good told 412005.10 (event 13 against event 11).")
    assert figure.endswith(
        f"No event before event 13 of bad contains 530999.25."
        f" good had 412005.10 from execute_sql({NET[:59]}…) (event 8)."
    )
    drop = call("execute_sql", "ok", query="-- clean up\nDROP TABLE orders")
    assert told("drop", DATA, 5, drop, DATA[5]).startswith("bad called execute_sql(-- clean up DROP TABLE orders)")
    name = call("submit_answer", "received", answer="Hanna Lindqvist, 2009")
    shorter = [*RESEARCH[:3], RESEARCH[4]]  # without the note, too
    assert reasons(tmp_path / "name2", RESEARCH, [*shorter[:3], name])[0].sentence.startswith("bad submitted “Hanna ")
    assert told("nothing", RESEARCH, 4).startswith("bad never submitted; good did, “Henrik Lindqvist, 2009” (event 9).")
    sold_out = [call("check_stock", {"sku": "LAMP-9", "left": 0}, sku="LAMP-9"), Step("agent", "It is out of stock.")]
    answered, first, *_ = reasons(tmp_path / "stock", DESK, [*DESK[:2], *sold_out])
    assert (answered.tool, answered.details) == ("check_stock", ("left: 0 against 4.",))
    assert (first.tool, first.chip) == ("create_replacement", "world")
    assert first.details[-1] == "Before that, check_stock(LAMP-9) was answered differently (event 7 against event 5)."
    refund = call("issue_refund", {"ref": "RF-1"}, order_id="ORD-77120", amount=79.9)
    assert "first" not in told("refund", DESK, 3, refund), "what it did instead is no wrong order"
