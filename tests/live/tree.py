"""The elements that a page shows, kept as Streamlit's frontend keeps them: by delta path and by run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element

DeltaPath = tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """What stands at a path: an element, empty for a block; the run that put it there; its fragment, "" for none."""

    element: Element
    run_id: str
    fragment_id: str


class Tree:
    """A page's elements. A run puts up its own, and what it did not put up again goes when it ends."""

    def __init__(self) -> None:
        self._nodes: dict[DeltaPath, Node] = {}
        self._run_id = ""
        self._fragment_ids: list[str] = []

    def begin(self, run_id: str, fragment_ids: list[str]) -> None:
        """A run begins: of these fragments, or of the whole script when there are none."""
        self._run_id, self._fragment_ids = run_id, fragment_ids

    def apply(self, path: DeltaPath, delta: Delta) -> None:
        """Put up what a run sends."""
        kind = delta.WhichOneof("type")
        if kind == "new_element":
            self._remove(path)
            self._nodes[path] = Node(delta.new_element, self._run_id, delta.fragment_id)
        elif kind == "add_block":
            self._nodes[path] = Node(Element(), self._run_id, delta.fragment_id)

    def finish(self) -> None:
        """The run ended: take down what it could have put up again and did not."""
        stale = [path for path, node in self._nodes.items() if self._is_stale(node)]
        for path in stale:
            self._remove(path)

    def nodes(self) -> Iterator[Node]:
        """Everything shown, top to bottom."""
        for path in sorted(self._nodes):
            yield self._nodes[path]

    def texts(self) -> list[str]:
        """What alerts, markdown, captions, headings, plain texts and exceptions say, top to bottom."""
        texts = []
        for node in self.nodes():
            kind = node.element.WhichOneof("type")
            if kind in {"alert", "markdown", "heading", "text"}:
                texts.append(getattr(node.element, kind).body)
            elif kind == "exception":
                texts.append(node.element.exception.message)
        return texts

    def metrics(self) -> dict[str, str]:
        """Label and value of each metric."""
        shown = (node.element.metric for node in self.nodes() if node.element.HasField("metric"))
        return {metric.label: metric.body for metric in shown}

    def _is_stale(self, node: Node) -> bool:
        mine = not self._fragment_ids or node.fragment_id in self._fragment_ids
        return mine and node.run_id != self._run_id

    def _remove(self, path: DeltaPath) -> None:
        """Take down what stands at a path and within it."""
        for other in [other for other in self._nodes if other[: len(path)] == path]:
            del self._nodes[other]
