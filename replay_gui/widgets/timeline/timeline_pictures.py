"""The content of the timeline besides the position, and cached pictures of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from replay_gui.engine.bridge import QuietTurn
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout
from replay_gui.widgets.timeline.timeline_painter import names_picture, still_picture


class TimelinePictures(QObject):
    """The pictures of one widget. `forget_scene`, `forget_names`, `forget_plot`: each drops less than the last.

    When the widget appears or gets another size, or the run more events, other parts of the window are laid out and
    painted, too: the new pictures are drawn in a later turn of the event loop, and until then the last ones are
    returned, if there are any.
    """

    def __init__(
        self,
        widget: QWidget,
        make_scene: Callable[[], TimelineScene],
        get_layout: Callable[[], TimelineLayout],
        get_scale: Callable[[], TimelineScale],
    ) -> None:
        """`make_scene`: makes the scene for the present size of the widget."""
        super().__init__(widget)
        self._widget, self._make_scene = widget, make_scene
        self._get_layout, self._get_scale = get_layout, get_scale
        self._scene: TimelineScene | None = None
        self._made_for = QSize()  # the size of the widget for which the scene was made
        self._drawn_for = QSize(), 1.0  # the size and the resolution of the pictures
        self._next_turn = QuietTurn(self)
        self._next_turn.reached.connect(self._draw_late)
        self._names: QPixmap | None = None
        self._plot: QPixmap | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw in the next turn what the widget will need when it is painted."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Resize) and self._is_outdated:
            self._next_turn.await_turn()
        return super().eventFilter(watched, event)

    @property
    def _is_outdated(self) -> bool:
        present = self._widget.size(), self._widget.devicePixelRatioF()
        return self._names is None or self._plot is None or self._drawn_for != present

    def forget_scene(self) -> None:
        """Drop the scene and all pictures."""
        self._scene = None
        self._next_turn.stop()
        self.forget_names()

    def renew_scene(self) -> None:
        """Drop the scene, and draw and paint again: if there are pictures, in the next turn."""
        if self._names is None or self._plot is None:
            self.forget_scene()
            self._widget.update()
        else:
            self._scene = None
            self._next_turn.await_turn()

    def forget_names(self) -> None:
        """Drop the pictures that depend on the width of the column of names, as `forget_plot` does."""
        if not self._next_turn.isActive():
            self._names = None
        self.forget_plot()

    def forget_plot(self) -> None:
        """Drop the picture of the visible range, unless it will be drawn again anyway."""
        if not self._next_turn.isActive():
            self._plot = None

    def scene(self) -> TimelineScene:
        """Return the scene at the present size."""
        if self._scene is None or self._made_for != self._widget.size():
            self._made_for, self._scene = self._widget.size(), self._make_scene()
        return self._scene

    def pictures(self) -> tuple[QPixmap, QPixmap]:
        """Return the pictures of the plot, and of the names above it."""
        size, ratio = self._widget.size(), self._widget.devicePixelRatioF()
        if self._names is not None and self._plot is not None:
            if self._drawn_for != (size, ratio) and not self._next_turn.isActive():
                self._next_turn.await_turn()
            return self._plot, self._names
        if self._drawn_for != (size, ratio):
            self._names = self._plot = None
        if self._names is None and self._plot is None:
            self._next_turn.stop()  # it would draw the same again
        self._drawn_for, scene = (size, ratio), self.scene()
        names, plot = self._names, self._plot
        if names is None:
            names = self._names = names_picture(self._get_layout(), scene, ratio)
        if plot is None:
            plot = self._plot = still_picture(self._get_layout(), self._get_scale(), scene, ratio)
        return plot, names

    @Slot()
    def _draw_late(self) -> None:
        """Draw now, and not while the window is painted, which takes as long again."""
        self._names = self._plot = None
        if self._widget.isVisible() and not self._widget.size().isEmpty():
            self.pictures()
        self._widget.update()
