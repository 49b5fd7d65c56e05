"""What a screen reader finds in the window: everything that can have the focus says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from replay_gui.core.log.positions import Position
from replay_gui.samples import OTHERWISE, REFERENCE
from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.journey import Journey

MAX_CHILDREN = 40  # of one node that are looked at: the first rows of a list


def nodes(top: QWidget) -> Iterator[tuple[str, QAccessibleInterface]]:
    """All nodes of the accessibility tree that are visible, with their path."""

    def below(node: QAccessibleInterface, path: str) -> Iterator[tuple[str, QAccessibleInterface]]:
        if node.state().invisible:
            return
        held = node.object()
        here = f"{path}/{type(held).__name__ if held is not None else node.role().name}"
        yield here, node
        for number in range(min(node.childCount(), MAX_CHILDREN)):
            child = node.child(number)
            if child is not None and child.isValid():
                yield from below(child, here)

    yield from below(QAccessible.queryAccessibleInterface(top), "")


def unnamed(top: QWidget) -> list[str]:
    """What can have the focus and does not say what it is."""
    return [
        path for path, node in nodes(top) if node.state().focusable and not node.text(QAccessible.Text.Name).strip()
    ]


def focusable(top: QWidget) -> int:
    return sum(bool(node.state().focusable) for _, node in nodes(top))


def test_the_first_page(journey: Journey) -> None:
    assert focusable(journey.window) > 5
    assert unnamed(journey.window) == []


def test_a_run(journey: Journey) -> None:
    journey.open(REFERENCE.path)
    assert focusable(journey.window) > 20
    journey.until(lambda: unnamed(journey.window) == [])  # rows that have not come yet have no words
    view = journey.window.run_view
    view.toggle_facts()
    assert unnamed(journey.window) == []
    view.toggle_facts()
    journey.session.choose_range(5, 40)
    journey.until(lambda: view.range.isVisible() and unnamed(journey.window) == [])
    journey.session.forget_range()
    for find_bar in (view.detail.find_bar, view.state.find_bar):
        find_bar.begin()
    journey.session.seek(Position(200))
    journey.arrive(200)
    view.state.show_value(("tools", "search", "calls"))
    journey.session.values.paths.toggle(("tools", "search", "calls"))
    journey.until(lambda: view.state.watched.isVisible() and unnamed(journey.window) == [])


def test_a_comparison(journey: Journey) -> None:
    comparison = journey.window.comparison
    comparison.start(str(OTHERWISE.path), str(REFERENCE.path))
    journey.until(lambda: comparison.active and comparison.fresh and comparison.settled and not journey.session.working)
    journey.until(lambda: journey.window.compare_view.why.settled)
    assert unnamed(journey.window) == []
    journey.window.actions_["show_divergences"].setChecked(True)
    assert unnamed(journey.window) == []


def test_many_runs(journey: Journey, tmp_path: Path) -> None:
    page = journey.window.runs_page
    journey.window.open_paths([str(write_evaluation(tmp_path / "runs"))])
    journey.until(lambda: not page.runs.working and page.runs.failures is not None)
    assert unnamed(journey.window) == []


DIALOGS = (
    "export", "settings", "go_to", "palette", "run_again", "documentation", "legend", "about",
    "diagnostics", "shortcuts", "all_changes", "value_origin", "note", "notes", "what_if",
)  # fmt: skip


def test_the_dialogs(journey: Journey) -> None:
    journey.open(REFERENCE.path)
    found = dict[str, list[str]]()
    journey.session.seek(Position(814))
    journey.arrive(814)
    journey.window.run_view.state.show_value(("tools", "search", "calls"))
    for name in DIALOGS:
        before = {id(widget) for widget in QApplication.allWidgets() if widget.isVisible()}
        journey.window.actions_[name].trigger()
        opened = [w for w in QApplication.allWidgets() if w.isVisible() and id(w) not in before]
        assert opened, name
        tops = [widget for widget in opened if widget.parentWidget() not in opened]
        found |= {f"{name} {n}": missing for n, widget in enumerate(tops) if (missing := unnamed(widget))}
        for widget in tops:
            widget.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert found == {}
