"""The table of actions, from which menus, tool bars, shortcuts and the list of shortcuts are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.icons import icon
from replay_gui.windows.action_keys import set_keys
from replay_gui.windows.action_texts import ACTION_TEXTS


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action of the window.

    Attributes:
        name: its key in the dict of actions, and in ACTION_TEXTS. menu: title of its menu, in English.
        keys: its shortcuts; the first is shown. icon: name of a file in resources/icons, or "".
        needs_run: disabled while no run is open. comparison: belongs to a comparison, which enables it.
        checkable: it is on or off. single_run_only: disabled in a comparison.
        group: a menu has a separator between two groups.
    """

    name: str
    menu: str
    keys: tuple[str, ...]
    _: KW_ONLY
    icon: str = ""
    needs_run: bool = True
    group: int = 0
    comparison: bool = False
    checkable: bool = False
    single_run_only: bool = False

    @property
    def text(self) -> str:
        """Its text in the menu, in the user's language, with & before the mnemonic."""
        return tr(ACTION_TEXTS[self.name][0])

    @property
    def tip(self) -> str:
        """One sentence, in the user's language."""
        return tr(ACTION_TEXTS[self.name][1])

    @property
    def menu_title(self) -> str:
        """The title of its menu, in the user's language, without the mnemonic."""
        return tr(self.menu).replace("&", "")

    @property
    def title(self) -> str:
        """The text without the mnemonic and the ellipsis."""
        return self.text.replace("&", "").rstrip("…")


FILE, MOVE = translatable("&File"), translatable("&Go")
NOTES, PLAY = translatable("&Notes"), translatable("&Play")
VIEW, COMPARE, HELP = translatable("&View"), translatable("&Compare"), translatable("&Help")
THEMES = ("dark", "light", "auto")


def _compare(name: str, keys: tuple[str, ...], *, icon: str = "", group: int = 0) -> ActionSpec:
    return ActionSpec(name, COMPARE, keys, icon=icon, group=group, comparison=True)


def _choice(name: str, keys: tuple[str, ...], group: int) -> ActionSpec:
    return ActionSpec(name, COMPARE, keys, group=group, comparison=True, checkable=True)


def _note(name: str, keys: tuple[str, ...]) -> ActionSpec:
    return ActionSpec(name, NOTES, keys)


def _value(name: str, keys: tuple[str, ...]) -> ActionSpec:
    return ActionSpec(name, MOVE, keys, group=2, single_run_only=True)


ACTION_SPECS = (
    ActionSpec("open", FILE, ("Ctrl+O",), icon="open", needs_run=False),
    ActionSpec("open_folder", FILE, ("Ctrl+Alt+O",), needs_run=False),
    ActionSpec("runs", FILE, ("Ctrl+Shift+R",), needs_run=False),
    ActionSpec("mapping", FILE, ("Ctrl+Shift+M",)),
    ActionSpec("reload", FILE, ("Ctrl+R", "F5"), icon="reload"),
    ActionSpec("follow", FILE, ("Ctrl+Alt+F",), needs_run=False, checkable=True),
    ActionSpec("close", FILE, ("Ctrl+W",)),
    ActionSpec("export", FILE, ("Ctrl+E",), icon="export"),
    ActionSpec("cancel", FILE, ("Esc",), group=1),
    ActionSpec("clear_cache", FILE, ("Ctrl+Shift+Del",), needs_run=False, group=1),
    ActionSpec("undo", FILE, ("Ctrl+Z",), group=1),
    ActionSpec("redo", FILE, ("Ctrl+Shift+Z",), group=1),
    ActionSpec("new_window", FILE, ("Ctrl+N",), needs_run=False, group=2),
    ActionSpec("settings", FILE, ("Ctrl+,",), needs_run=False, group=2),
    ActionSpec("quit", FILE, ("Ctrl+Q",), needs_run=False, group=2),
    ActionSpec("first", MOVE, ("Home",), icon="first"),
    ActionSpec("back", MOVE, ("Left",), icon="previous"),
    ActionSpec("forward", MOVE, ("Right",), icon="next"),
    ActionSpec("last", MOVE, ("End",), icon="last"),
    ActionSpec("back_in_lane", MOVE, ("Shift+Left",), group=1),
    ActionSpec("forward_in_lane", MOVE, ("Shift+Right",), group=1),
    ActionSpec("go_to", MOVE, ("Ctrl+G",), group=2),
    ActionSpec("next_error", MOVE, ("E",), icon="next-error", group=2),
    ActionSpec("previous_error", MOVE, ("Shift+E",), icon="previous-error", group=2),
    _value("next_change", ("Alt+Down",)),
    _value("previous_change", ("Alt+Up",)),
    _value("to_writer", ("F12",)),
    _value("all_changes", ("Shift+F12",)),
    _value("value_origin", ("Ctrl+F12",)),
    ActionSpec("visited_back", MOVE, ("Alt+Left",), group=3),
    ActionSpec("visited_forward", MOVE, ("Alt+Right",), group=3),
    ActionSpec("find", MOVE, ("Ctrl+F",), icon="search", group=4),
    ActionSpec("find_next", MOVE, ("F3",), group=4),
    ActionSpec("find_previous", MOVE, ("Shift+F3",), group=4),
    ActionSpec("find_in_state", MOVE, ("Ctrl+Shift+F",), group=4, single_run_only=True),
    ActionSpec("palette", MOVE, ("Ctrl+K",), needs_run=False, group=6),
    ActionSpec("copy_link", MOVE, ("Ctrl+Alt+L",), group=5),
    _note("bookmark", ("B",)),
    _note("note", ("Ctrl+B",)),
    _note("notes", ("Ctrl+Shift+B",)),
    ActionSpec("play", PLAY, ("Space",), icon="play"),
    ActionSpec("slower", PLAY, ("[",)),
    ActionSpec("faster", PLAY, ("]",)),
    ActionSpec("run_again", PLAY, ("Ctrl+Alt+R",), icon="run-again", group=1),
    ActionSpec("what_if", PLAY, ("Ctrl+Alt+E",), group=1, single_run_only=True),
    ActionSpec("fit", VIEW, ("F",), icon="zoom-fit"),
    ActionSpec("zoom_in", VIEW, ("W",)),
    ActionSpec("zoom_out", VIEW, ("S",)),
    ActionSpec("sum_up", VIEW, ("R",)),
    ActionSpec("zoom_to_range", VIEW, ("Z",)),
    ActionSpec("pan_left", VIEW, ("A",), group=1),
    ActionSpec("pan_right", VIEW, ("D",), group=1),
    ActionSpec("fold_tools", VIEW, ("T",), group=2, single_run_only=True),
    ActionSpec("fold_rest", VIEW, ("M",), group=2, single_run_only=True),
    ActionSpec("show_lanes", VIEW, ("L",), group=2, single_run_only=True),
    ActionSpec("compare_with", COMPARE, ("Ctrl+Shift+O",), icon="compare"),
    _compare("compare_swap", ("Ctrl+Shift+S",), icon="swap"),
    _compare("compare_end", ("Ctrl+Shift+W",), icon="back"),
    _choice("show_why", ("Ctrl+1",), 1),
    _choice("show_divergences", ("Ctrl+2",), 1),
    _compare("next_divergence", ("F8",), icon="next", group=2),
    _compare("previous_divergence", ("F7",), icon="previous", group=2),
    _compare("first_divergence", ("Shift+F7",), icon="first", group=2),
    _compare("last_divergence", ("Shift+F8",), icon="last", group=2),
    _choice("changes_only", ("Ctrl+Shift+C",), 3),
    _choice("show_ignored", ("Ctrl+Shift+I",), 3),
    _choice("link_cursors", ("Ctrl+L",), 3),
    _compare("anchor", ("=",), group=4),
    ActionSpec("axis", VIEW, ("C",), group=3),
    ActionSpec("run_facts", VIEW, ("Ctrl+I",), group=3, single_run_only=True),
    ActionSpec("watch_value", VIEW, ("Ctrl+Alt+W",), group=3),
    ActionSpec("move_border", VIEW, ("Ctrl+Alt+B",), needs_run=False, group=3),
    ActionSpec("reset_layout", VIEW, ("Ctrl+Shift+0",), needs_run=False, group=3),
    ActionSpec("text_larger", VIEW, ("Ctrl++", "Ctrl+="), needs_run=False, group=4),
    ActionSpec("text_smaller", VIEW, ("Ctrl+-",), needs_run=False, group=4),
    ActionSpec("text_normal", VIEW, ("Ctrl+0",), needs_run=False, group=4),
    ActionSpec("documentation", HELP, ("Shift+F1",), needs_run=False),
    ActionSpec("legend", HELP, ("Ctrl+Shift+L",), needs_run=False),
    ActionSpec("about", HELP, ("Ctrl+F1",), needs_run=False),
    ActionSpec("diagnostics", HELP, ("Ctrl+Shift+D",), needs_run=False),
    ActionSpec("shortcuts", HELP, ("?", "F1"), icon="help", needs_run=False),
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
