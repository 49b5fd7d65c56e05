"""What the timeline draws besides the position, and pictures of it, which are kept until something in them changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout
from replay_gui.widgets.timeline.timeline_painter import names_picture, still_picture


class TimelinePictures:
    """Of one widget. Each forgets less than the one before: `forget_scene`, `forget_names`, `forget_plot`."""

    def __init__(
        self,
        widget: QWidget,
        make_scene: Callable[[], TimelineScene],
        get_layout: Callable[[], TimelineLayout],
        get_scale: Callable[[], TimelineScale],
    ) -> None:
        """`make_scene`: makes the scene for the present size of the widget."""
        self._widget, self._make_scene = widget, make_scene
        self._get_layout, self._get_scale = get_layout, get_scale
        self._scene: TimelineScene | None = None
        self._made_for = QSize()  # the size of the widget that the scene and its pictures are for
        self._names: QPixmap | None = None
        self._plot: QPixmap | None = None

    def forget_scene(self) -> None:
        """Forget the drawn scene: it has changed."""
        self._scene = None
        self.forget_names()

    def forget_names(self) -> None:
        """The column of names is of another width."""
        self._names = None
        self.forget_plot()

    def forget_plot(self) -> None:
        """Another part of the run is in sight."""
        self._plot = None

    def scene(self) -> TimelineScene:
        """Return what is drawn at the present size."""
        if self._scene is None or self._made_for != self._widget.size():
            self.forget_scene()
            self._made_for, self._scene = self._widget.size(), self._make_scene()
        return self._scene

    def pictures(self) -> tuple[QPixmap, QPixmap]:
        """Return the pictures of the plot, and of the names above it, at the present size and resolution."""
        ratio, scene = self._widget.devicePixelRatioF(), self.scene()
        if self._names is None or self._names.devicePixelRatioF() != ratio:
            self._names = names_picture(self._get_layout(), scene, ratio)
        if self._plot is None or self._plot.devicePixelRatioF() != ratio:
            self._plot = still_picture(self._get_layout(), self._get_scale(), scene, ratio)
        return self._plot, self._names
