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
        needs_run: void where no run is open. comparison: of a comparison, which enables it. checkable: on or off.
        alone: void in a comparison, which does not show what it is about.
        group: actions of a menu with another group are set apart by a line.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...]
    tip: str
    icon: str = ""
    needs_run: bool = True
    group: int = 0
    comparison: bool = False
    checkable: bool = False
    alone: bool = False

    @property
    def title(self) -> str:
        """The text without marks."""
        return self.text.replace("&", "").rstrip("…")


FILE, MOVE, PLAY, VIEW, COMPARE, HELP = "&File", "&Go", "&Play", "&View", "&Compare", "&Help"
THEMES = ("dark", "light", "auto")


def _compare(name: str, text: str, keys: tuple[str, ...], tip: str, icon: str = "", group: int = 0) -> Spec:
    return Spec(name, COMPARE, text, keys, tip, icon, group=group, comparison=True)


def _choice(name: str, text: str, keys: tuple[str, ...], tip: str, group: int) -> Spec:
    return Spec(name, COMPARE, text, keys, tip, group=group, comparison=True, checkable=True)


SPECS = (
    Spec("open", FILE, "&Open…", ("Ctrl+O",), "Open the log of a run", "open", needs_run=False),
    Spec("open_folder", FILE, "Open &folder…", ("Ctrl+Alt+O",), "List the runs of a folder", needs_run=False),
    Spec("runs", FILE, "Ru&ns…", ("Ctrl+Shift+R",), "The other runs of this file, or of the folder", needs_run=False),
    Spec("mapping", FILE, "&Mapping…", ("Ctrl+Shift+M",), "Which member of the JSON records is what"),
    Spec("reload", FILE, "&Reload", ("Ctrl+R", "F5"), "Read the file again, at the same position", "reload"),
    Spec("close", FILE, "&Close run", ("Ctrl+W",), "Back to the welcome page"),
    Spec(
        "export",
        FILE,
        "&Export report…",
        ("Ctrl+E",),
        "A report to hand on: how it will look, and what it hides",
        "export",
    ),
    Spec("cancel", FILE, "&Stop background work", ("Esc",), "End the reading and verifying that goes on", group=1),
    Spec(
        "clear_cache",
        FILE,
        "Clear cac&he",
        ("Ctrl+Shift+Del",),
        "Remove what is kept of other runs",
        needs_run=False,
        group=1,
    ),
    Spec("quit", FILE, "&Quit", ("Ctrl+Q",), "End the program", needs_run=False, group=2),
    Spec("first", MOVE, "To the s&tart", ("Home",), "Before the first event", "first"),
    Spec("back", MOVE, "&Back one event", ("Left",), "Take one event back", "previous"),
    Spec("forward", MOVE, "&Forward one event", ("Right",), "Apply one more event", "next"),
    Spec("last", MOVE, "To the &end", ("End",), "After the last event", "last"),
    Spec("back_in_lane", MOVE, "Pre&vious in this lane", ("Shift+Left",), "To the last event of this kind", group=1),
    Spec("forward_in_lane", MOVE, "&Next in this lane", ("Shift+Right",), "To the next event of this kind", group=1),
    Spec("go_to", MOVE, "&Go to event…", ("Ctrl+G",), "To an event by its number", group=2),
    Spec(
        "next_error",
        MOVE,
        "Next e&rror",
        ("E",),
        "To the next error, of the agent or of the log",
        "next-error",
        group=2,
    ),
    Spec("previous_error", MOVE, "Previ&ous error", ("Shift+E",), "To the last error", "previous-error", group=2),
    Spec("visited_back", MOVE, "Bac&k", ("Alt+Left",), "To where you were before the last jump", group=3),
    Spec("visited_forward", MOVE, "For&ward", ("Alt+Right",), "To where you were before going back", group=3),
    Spec("find", MOVE, "F&ind in events…", ("Ctrl+F",), "Find text in the events of all runs shown", "search", group=4),
    Spec("find_next", MOVE, "Ne&xt hit", ("F3",), "To the next event that was found", group=4),
    Spec("find_previous", MOVE, "Previo&us hit", ("Shift+F3",), "To the last event that was found", group=4),
    Spec(
        "find_in_state",
        MOVE,
        "Find in st&ate…",
        ("Ctrl+Shift+F",),
        "Find keys and values in the state",
        group=4,
        alone=True,
    ),
    Spec("play", PLAY, "&Play or pause", ("Space",), "Play the run as it was recorded, or pause", "play"),
    Spec("slower", PLAY, "&Slower", ("[",), "Play at half the speed"),
    Spec("faster", PLAY, "&Faster", ("]",), "Play at twice the speed"),
    Spec("fit", VIEW, "&Whole run", ("F",), "Show the whole run in the timeline", "zoom-fit"),
    Spec("zoom_in", VIEW, "Zoom &in", ("W",), "Show fewer events in the timeline"),
    Spec("zoom_out", VIEW, "Zoom &out", ("S",), "Show more events in the timeline"),
    Spec("pan_left", VIEW, "Move &left", ("A",), "Show earlier events in the timeline", group=1),
    Spec("pan_right", VIEW, "Move &right", ("D",), "Show later events in the timeline", group=1),
    Spec("fold_tools", VIEW, "&Fold tools", ("T",), "All tools in one lane, or a lane for each", group=2, alone=True),
    Spec(
        "fold_rest",
        VIEW,
        "Fold &memory and errors",
        ("M",),
        "Memory, patches, errors in one lane, or each",
        group=2,
        alone=True,
    ),
    Spec("show_lanes", VIEW, "Show &all lanes", ("L",), "Show the lanes that were hidden again", group=2, alone=True),
    _compare("compare_with", "Compare &with…", ("Ctrl+Shift+O",), "Lay another run beside this one", "compare"),
    _compare("compare_swap", "&Swap sides", ("Ctrl+Shift+S",), "A becomes B and the reverse", "swap"),
    _compare(
        "compare_end", "&Back to one run", ("Ctrl+Shift+W",), "End the comparison; the run in A stays open", "back"
    ),
    _compare("next_divergence", "&Next divergence", ("F8",), "To the next divergence", "next", 1),
    _compare("previous_divergence", "&Previous divergence", ("F7",), "To the previous divergence", "previous", 1),
    _compare("first_divergence", "&First divergence", ("Shift+F7",), "To the first divergence", "first", 1),
    _compare("last_divergence", "&Last divergence", ("Shift+F8",), "To the last divergence", "last", 1),
    _choice("changes_only", "&Changes only", ("Ctrl+Shift+C",), "Fold the steps that are equal", 2),
    _choice("show_ignored", "Show &ignored", ("Ctrl+Shift+I",), "Count as changes what rules ignore, too", 2),
    _choice("link_cursors", "Link c&ursors", ("Ctrl+L",), "A move in one run moves the other", 2),
    _compare("anchor", "Same step &as …", ("=",), "Set by hand which two steps are the same", group=3),
    _compare("undo_rule", "Und&o rule", ("Ctrl+Z",), "Take back the last change of the rules", group=3),
    _compare("redo_rule", "&Redo rule", ("Ctrl+Shift+Z",), "Change the rules again", group=3),
    Spec("axis", VIEW, "Event number or &clock", ("C",), "What the timeline is drawn along", group=3),
    Spec("run_facts", VIEW, "R&un facts", ("Ctrl+I",), "The run in numbers, or the state again", group=3, alone=True),
    Spec("reset_layout", VIEW, "Reset la&yout", ("Ctrl+0",), "Put every border back", needs_run=False, group=3),
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
        action.setCheckable(spec.checkable)
        actions[spec.name] = action
    set_icons(actions)
    return actions


def set_icons(actions: dict[str, QAction]) -> None:
    """Gives the actions the icons of the current theme."""
    for spec in SPECS:
        if spec.icon:
            actions[spec.name].setIcon(icon(spec.icon))
            actions[spec.name].setIconVisibleInMenu(False)
