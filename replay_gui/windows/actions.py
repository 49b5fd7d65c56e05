"""Every action of the window, once: menu, toolbar, shortcut and the list of shortcuts are made from this table."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from replay_gui.look.icons import icon


@dataclass(frozen=True, slots=True)
class Spec:
    """One action.

    Attributes:
        name: what the window calls it. menu: the menu it stands in. text: with the key of the menu marked by &.
        keys: its shortcuts, the first one shown. tip: one sentence. icon: name of a file of resources/icons, or "".
        needs_run: void where no run is open. group: actions of a menu with another group are set apart by a line.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...]
    tip: str
    icon: str = ""
    needs_run: bool = True
    group: int = 0

    @property
    def title(self) -> str:
        """The text without marks."""
        return self.text.replace("&", "").rstrip("…")


FILE, MOVE, VIEW, HELP = "&File", "&Go", "&View", "&Help"
THEMES = ("dark", "light", "auto")

SPECS = (
    Spec("open", FILE, "&Open…", ("Ctrl+O",), "Open the log of a run", "open", needs_run=False),
    Spec("reload", FILE, "&Reload", ("Ctrl+R", "F5"), "Read the file again, at the same position", "reload"),
    Spec("close", FILE, "&Close run", ("Ctrl+W",), "Back to the welcome page"),
    Spec("cancel", FILE, "&Stop background work", ("Esc",), "End the reading and verifying that goes on", group=1),
    Spec("quit", FILE, "&Quit", ("Ctrl+Q",), "End the program", needs_run=False, group=2),
    Spec("first", MOVE, "To the s&tart", ("Home",), "Before the first event", "first"),
    Spec("back", MOVE, "&Back one event", ("Left",), "Take one event back", "previous"),
    Spec("forward", MOVE, "&Forward one event", ("Right",), "Apply one more event", "next"),
    Spec("last", MOVE, "To the &end", ("End",), "After the last event", "last"),
    Spec("back_in_lane", MOVE, "Pre&vious in this lane", ("Shift+Left",), "To the last event of this kind", group=1),
    Spec("forward_in_lane", MOVE, "&Next in this lane", ("Shift+Right",), "To the next event of this kind", group=1),
    Spec("go_to", MOVE, "&Go to event…", ("Ctrl+G",), "To an event by its number", group=2),
    Spec("fit", VIEW, "&Whole run", ("F",), "Show the whole run in the timeline", "zoom-fit"),
    Spec("zoom_in", VIEW, "Zoom &in", ("W",), "Show fewer events in the timeline"),
    Spec("zoom_out", VIEW, "Zoom &out", ("S",), "Show more events in the timeline"),
    Spec("pan_left", VIEW, "Move &left", ("A",), "Show earlier events in the timeline", group=1),
    Spec("pan_right", VIEW, "Move &right", ("D",), "Show later events in the timeline", group=1),
    Spec("shortcuts", HELP, "&Keyboard shortcuts", ("?", "F1"), "Every action and its key", "help", needs_run=False),
)


def make_actions(parent: QWidget) -> dict[str, QAction]:
    """One QAction a Spec, by name, owned by `parent`."""
    actions = {}
    for spec in SPECS:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setToolTip(f"{spec.tip} ({QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})")
        action.setStatusTip("")
        actions[spec.name] = action
    set_icons(actions)
    return actions


def set_icons(actions: dict[str, QAction]) -> None:
    """Gives the actions the icons of the current theme."""
    for spec in SPECS:
        if spec.icon:
            actions[spec.name].setIcon(icon(spec.icon))
            actions[spec.name].setIconVisibleInMenu(False)
