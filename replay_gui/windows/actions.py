"""The table of actions, from which menus, tool bars, shortcuts and the list of shortcuts are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from replay_gui.look.icons import icon
from replay_gui.windows.action_keys import set_keys


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action of the window.

    Attributes:
        name: its key in the dict of actions. menu: title of its menu. text: with & before the mnemonic of the menu.
        keys: its shortcuts; the first is shown. tip: one sentence. icon: name of a file in resources/icons, or "".
        needs_run: disabled while no run is open. comparison: belongs to a comparison, which enables it.
        checkable: it is on or off. single_run_only: disabled in a comparison.
        group: a menu has a separator between two groups.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...]
    tip: str
    _: KW_ONLY
    icon: str = ""
    needs_run: bool = True
    group: int = 0
    comparison: bool = False
    checkable: bool = False
    single_run_only: bool = False

    @property
    def title(self) -> str:
        """The text without the mnemonic and the ellipsis."""
        return self.text.replace("&", "").rstrip("…")


FILE, MOVE, NOTES, PLAY = "&File", "&Go", "&Notes", "&Play"
VIEW, COMPARE, HELP = "&View", "&Compare", "&Help"
THEMES = ("dark", "light", "auto")


def _compare(name: str, text: str, keys: tuple[str, ...], tip: str, *, icon: str = "", group: int = 0) -> ActionSpec:
    return ActionSpec(name, COMPARE, text, keys, tip, icon=icon, group=group, comparison=True)


def _choice(name: str, text: str, keys: tuple[str, ...], tip: str, group: int) -> ActionSpec:
    return ActionSpec(name, COMPARE, text, keys, tip, group=group, comparison=True, checkable=True)


def _note(name: str, text: str, keys: tuple[str, ...], tip: str) -> ActionSpec:
    return ActionSpec(name, NOTES, text, keys, tip)


def _value(name: str, text: str, keys: tuple[str, ...], tip: str) -> ActionSpec:
    return ActionSpec(name, MOVE, text, keys, tip, group=2, single_run_only=True)


ACTION_SPECS = (
    ActionSpec("open", FILE, "&Open…", ("Ctrl+O",), "Open the log of a run", icon="open", needs_run=False),
    ActionSpec("open_folder", FILE, "Open &folder…", ("Ctrl+Alt+O",), "List the runs of a folder", needs_run=False),
    ActionSpec("runs", FILE, "Ru&ns…", ("Ctrl+Shift+R",), "List the runs of this file or folder", needs_run=False),
    ActionSpec(
        "mapping", FILE, "&Mapping…", ("Ctrl+Shift+M",), "Choose which JSON member holds the kind, the time, the tool"
    ),
    ActionSpec("reload", FILE, "&Reload", ("Ctrl+R", "F5"), "Read the file again, at the same position", icon="reload"),
    ActionSpec(
        "follow",
        FILE,
        "Follow &growing file",
        ("Ctrl+Alt+F",),
        "Show new events of the run's file as soon as they are written",
        needs_run=False,
        checkable=True,
    ),
    ActionSpec("close", FILE, "&Close run", ("Ctrl+W",), "Back to the welcome page"),
    ActionSpec(
        "export",
        FILE,
        "&Export report…",
        ("Ctrl+E",),
        "Preview a report, choose its redaction, and save it",
        icon="export",
    ),
    ActionSpec(
        "cancel", FILE, "&Stop background work", ("Esc",), "Stop reading, verifying, searching or playing", group=1
    ),
    ActionSpec(
        "clear_cache",
        FILE,
        "Clear cac&he",
        ("Ctrl+Shift+Del",),
        "Delete the cached data of other runs",
        needs_run=False,
        group=1,
    ),
    ActionSpec("undo", FILE, "&Undo", ("Ctrl+Z",), "Undo the last change of rules, notes or lanes", group=1),
    ActionSpec("redo", FILE, "Re&do", ("Ctrl+Shift+Z",), "Redo the change that was undone last", group=1),
    ActionSpec("new_window", FILE, "Ne&w window", ("Ctrl+N",), "Open another window", needs_run=False, group=2),
    ActionSpec(
        "settings",
        FILE,
        "Se&ttings…",
        ("Ctrl+,",),
        "Theme, text size, times, keys, cache, known folders",
        needs_run=False,
        group=2,
    ),
    ActionSpec("quit", FILE, "&Quit", ("Ctrl+Q",), "End the program", needs_run=False, group=2),
    ActionSpec("first", MOVE, "To the s&tart", ("Home",), "Before the first event", icon="first"),
    ActionSpec("back", MOVE, "&Back one event", ("Left",), "Undo one event", icon="previous"),
    ActionSpec("forward", MOVE, "&Forward one event", ("Right",), "Apply one event", icon="next"),
    ActionSpec("last", MOVE, "To the &end", ("End",), "After the last event", icon="last"),
    ActionSpec(
        "back_in_lane", MOVE, "Pre&vious in this lane", ("Shift+Left",), "To the previous event of this lane", group=1
    ),
    ActionSpec(
        "forward_in_lane", MOVE, "&Next in this lane", ("Shift+Right",), "To the next event of this lane", group=1
    ),
    ActionSpec("go_to", MOVE, "&Go to…", ("Ctrl+G",), "To an event by its number, a time or an id", group=2),
    ActionSpec(
        "next_error",
        MOVE,
        "Next e&rror",
        ("E",),
        "To the next error of the agent or the log",
        icon="next-error",
        group=2,
    ),
    ActionSpec(
        "previous_error", MOVE, "Previ&ous error", ("Shift+E",), "To the previous error", icon="previous-error", group=2
    ),
    _value(
        "next_change",
        "Next change of the va&lue",
        ("Alt+Down",),
        "To the next event that changes the chosen value of the state",
    ),
    _value(
        "previous_change",
        "Previou&s change of the value",
        ("Alt+Up",),
        "To the previous event that changed the chosen value of the state",
    ),
    _value(
        "to_writer",
        "To w&hat wrote the value",
        ("F12",),
        "To the last event up to here that changed the chosen value of the state",
    ),
    _value(
        "all_changes",
        "Ever&y change of the value…",
        ("Shift+F12",),
        "List all changes of the chosen value of the state, with a plot of numbers",
    ),
    _value(
        "value_origin",
        "Where the value ca&me from…",
        ("Ctrl+F12",),
        "From the event that wrote the chosen value back to its first occurrence",
    ),
    ActionSpec("visited_back", MOVE, "Bac&k", ("Alt+Left",), "To the position before the last jump", group=3),
    ActionSpec("visited_forward", MOVE, "For&ward", ("Alt+Right",), "To the position before going back", group=3),
    ActionSpec(
        "find",
        MOVE,
        "F&ind in events…",
        ("Ctrl+F",),
        "Find text in the events of the open runs",
        icon="search",
        group=4,
    ),
    ActionSpec("find_next", MOVE, "Ne&xt hit", ("F3",), "To the next hit of the search", group=4),
    ActionSpec("find_previous", MOVE, "Previo&us hit", ("Shift+F3",), "To the previous hit of the search", group=4),
    ActionSpec(
        "find_in_state",
        MOVE,
        "Find in st&ate…",
        ("Ctrl+Shift+F",),
        "Find keys and values in the state",
        group=4,
        single_run_only=True,
    ),
    ActionSpec(
        "palette",
        MOVE,
        "&Command palette…",
        ("Ctrl+K",),
        "Find an action, a tool, an event, a value or a run by its name",
        needs_run=False,
        group=6,
    ),
    ActionSpec(
        "copy_link",
        MOVE,
        "Co&py link",
        ("Ctrl+Alt+L",),
        "Copy the command that opens the run at this event, and at the chosen value of the state",
        group=5,
    ),
    _note("bookmark", "&Bookmark", ("B",), "Add a bookmark to this event, or remove it"),
    _note("note", "&Note…", ("Ctrl+B",), "Write a note on this event, or on several"),
    _note("notes", "&All notes…", ("Ctrl+Shift+B",), "List and search the notes on this run"),
    ActionSpec("play", PLAY, "&Play or pause", ("Space",), "Play the run at its recorded pace, or pause", icon="play"),
    ActionSpec("slower", PLAY, "&Slower", ("[",), "Play at half the speed"),
    ActionSpec("faster", PLAY, "&Faster", ("]",), "Play at twice the speed"),
    ActionSpec(
        "run_again",
        PLAY,
        "Run a&gain…",
        ("Ctrl+Alt+R",),
        "Run the agent's code again, answered from this log, and stop at the first request that differs",
        icon="run-again",
        group=1,
    ),
    ActionSpec(
        "what_if",
        PLAY,
        "&What if…",
        ("Ctrl+Alt+E",),
        "Edit an answer or a prompt, and run the agent's code again with it",
        group=1,
        single_run_only=True,
    ),
    ActionSpec("fit", VIEW, "&Whole run", ("F",), "Show the whole run in the timeline", icon="zoom-fit"),
    ActionSpec("zoom_in", VIEW, "Zoom &in", ("W",), "Show fewer events in the timeline"),
    ActionSpec("zoom_out", VIEW, "Zoom &out", ("S",), "Show more events in the timeline"),
    ActionSpec(
        "sum_up", VIEW, "Sum u&p the visible range", ("R",), "Calls, time, tokens and cost of the visible range"
    ),
    ActionSpec("zoom_to_range", VIEW, "&Zoom to the summed range", ("Z",), "Show the chosen range in the timeline"),
    ActionSpec("pan_left", VIEW, "Move &left", ("A",), "Show earlier events in the timeline", group=1),
    ActionSpec("pan_right", VIEW, "Move &right", ("D",), "Show later events in the timeline", group=1),
    ActionSpec(
        "fold_tools",
        VIEW,
        "&Fold tools",
        ("T",),
        "Show all tools in one lane, or one lane for each",
        group=2,
        single_run_only=True,
    ),
    ActionSpec(
        "fold_rest",
        VIEW,
        "Fold &memory and errors",
        ("M",),
        "Show memory, patches and errors in one lane, or one for each",
        group=2,
        single_run_only=True,
    ),
    ActionSpec("show_lanes", VIEW, "Show &all lanes", ("L",), "Show the hidden lanes", group=2, single_run_only=True),
    ActionSpec("compare_with", COMPARE, "Compare &with…", ("Ctrl+Shift+O",), "Compare to another run", icon="compare"),
    _compare("compare_swap", "&Swap sides", ("Ctrl+Shift+S",), "Exchange run A and run B", icon="swap"),
    _compare(
        "compare_end", "&Back to one run", ("Ctrl+Shift+W",), "End the comparison; the run in A stays open", icon="back"
    ),
    _choice("show_why", "Wh&y", ("Ctrl+1",), "Why one run failed, or what differs", 1),
    _choice("show_divergences", "&Divergences", ("Ctrl+2",), "Where the steps of the runs differ", 1),
    _compare("next_divergence", "&Next difference", ("F8",), "To the next reason or divergence", icon="next", group=2),
    _compare(
        "previous_divergence",
        "&Previous difference",
        ("F7",),
        "To the previous reason or divergence",
        icon="previous",
        group=2,
    ),
    _compare(
        "first_divergence",
        "&First difference",
        ("Shift+F7",),
        "To the first reason or divergence",
        icon="first",
        group=2,
    ),
    _compare(
        "last_divergence", "&Last difference", ("Shift+F8",), "To the last reason or divergence", icon="last", group=2
    ),
    _choice("changes_only", "&Changes only", ("Ctrl+Shift+C",), "Hide the steps that are equal", 3),
    _choice("show_ignored", "Show &ignored", ("Ctrl+Shift+I",), "Also show the differences that rules ignore", 3),
    _choice("link_cursors", "Link c&ursors", ("Ctrl+L",), "A move in one run also moves the other", 3),
    _compare("anchor", "Same step &as …", ("=",), "Choose by hand which two steps belong together", group=4),
    ActionSpec(
        "axis", VIEW, "Event number or &clock", ("C",), "Draw the timeline by event number or by clock time", group=3
    ),
    ActionSpec(
        "run_facts",
        VIEW,
        "R&un facts",
        ("Ctrl+I",),
        "Show the run in numbers, or the state",
        group=3,
        single_run_only=True,
    ),
    ActionSpec(
        "watch_value",
        VIEW,
        "Watc&h the value",
        ("Ctrl+Alt+W",),
        "Show the chosen value above the state, for both runs of a comparison, or stop",
        group=3,
    ),
    ActionSpec(
        "move_border",
        VIEW,
        "Move a &border",
        ("Ctrl+Alt+B",),
        "Move a border between panels by the arrow keys; again: the next one",
        needs_run=False,
        group=3,
    ),
    ActionSpec(
        "reset_layout", VIEW, "Reset la&yout", ("Ctrl+Shift+0",), "Reset every panel's size", needs_run=False, group=3
    ),
    ActionSpec(
        "text_larger", VIEW, "Lar&ger text", ("Ctrl++", "Ctrl+="), "Show all text larger", needs_run=False, group=4
    ),
    ActionSpec("text_smaller", VIEW, "Smaller t&ext", ("Ctrl+-",), "Show all text smaller", needs_run=False, group=4),
    ActionSpec(
        "text_normal", VIEW, "&Normal text size", ("Ctrl+0",), "Reset the size of text", needs_run=False, group=4
    ),
    ActionSpec(
        "documentation",
        HELP,
        "&Documentation",
        ("Shift+F1",),
        "Read the documentation of this program",
        needs_run=False,
    ),
    ActionSpec(
        "legend",
        HELP,
        "What the &timeline shows",
        ("Ctrl+Shift+L",),
        "Each mark of the timeline, and its meaning",
        needs_run=False,
    ),
    ActionSpec("about", HELP, "&About replay-gui", ("Ctrl+F1",), "The versions in use", needs_run=False),
    ActionSpec(
        "diagnostics",
        HELP,
        "&Copy diagnostics…",
        ("Ctrl+Shift+D",),
        "Versions and messages for a bug report, without any content of a log",
        needs_run=False,
    ),
    ActionSpec(
        "shortcuts",
        HELP,
        "&Keyboard shortcuts",
        ("?", "F1"),
        "List every action and its keys",
        icon="help",
        needs_run=False,
    ),
)


Handlers = dict[str, Callable[..., object]]  # slots by the name of their action


def connect_actions(actions: dict[str, QAction], handlers: Handlers) -> None:
    """Connect each handler to its action: with the new state if that is checkable, else without arguments."""
    for name, handler in handlers.items():
        action = actions[name]
        (action.toggled if action.isCheckable() else action.triggered).connect(handler)


def make_actions(parent: QWidget) -> dict[str, QAction]:
    """Return the QAction of each ActionSpec by its name; `parent` owns them."""
    actions = {}
    for spec in ACTION_SPECS:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.name)
        set_keys(action, spec.tip, [QKeySequence(key) for key in spec.keys])
        action.setStatusTip("")
        action.setCheckable(spec.checkable)
        actions[spec.name] = action
    set_icons(actions)
    return actions


def set_icons(actions: dict[str, QAction]) -> None:
    """Give the actions the icons of the current theme."""
    for spec in ACTION_SPECS:
        if spec.icon:
            actions[spec.name].setIcon(icon(spec.icon))
            actions[spec.name].setIconVisibleInMenu(False)
