"""The names of the subagents in a trace, one for each agent's span."""

from __future__ import annotations

from replay_gui.core.importers.formats.traces.spans import Span, SpanTree


class SubagentNames:
    """The agents of a trace below the outermost one. Of several with one name, the later ones get a number."""

    def __init__(self, tree: SpanTree, outermost: Span | None) -> None:
        self._tree, self._outermost = tree, outermost
        self._names: dict[str, str] = {}  # by the spans' ids
        self._counts: dict[str, int] = {}  # of agents with a name

    def around(self, span: Span) -> list[str]:
        """Return the agents around a span, below the outermost, from the outside; equal neighbours count once."""
        above = [span, *self._tree.above(span)]
        if self._outermost is None or not any(ancestor is self._outermost for ancestor in above):
            return []
        path, about = list[str](), self._outermost.name
        for ancestor in reversed(above):
            if ancestor.role == "agent" and ancestor is not self._outermost and ancestor.name != about:
                path.append(self._name(ancestor))
                about = ancestor.name
        return path

    def _name(self, agent: Span) -> str:
        if agent.id not in self._names:
            same = self._counts[agent.name] = self._counts.get(agent.name, 0) + 1
            self._names[agent.id] = agent.name if same == 1 else f"{agent.name} {same}"
        return self._names[agent.id]
