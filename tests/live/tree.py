"""The elements of a page, stored as in Streamlit's frontend: by delta path and by run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element

DeltaPath = tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """A path's content: an element, empty for a block; the run that created it; its fragment, "" for none."""

    element: Element
    run_id: str
    fragment_id: str


class Tree:
    """A page's elements. When a run ends, elements that it did not create again are removed."""

    def __init__(self) -> None:
        self._nodes: dict[DeltaPath, Node] = {}
        self._run_id = ""
        self._fragment_ids: list[str] = []

    def begin(self, run_id: str, fragment_ids: list[str]) -> None:
        """Start a run: of these fragments, or of the whole script if there are none."""
        self._run_id, self._fragment_ids = run_id, fragment_ids

    def apply(self, path: DeltaPath, delta: Delta) -> None:
        """Apply a delta of a run."""
        kind = delta.WhichOneof("type")
        if kind == "new_element":
            self._remove(path)
            self._nodes[path] = Node(delta.new_element, self._run_id, delta.fragment_id)
        elif kind == "add_block":
            self._nodes[path] = Node(Element(), self._run_id, delta.fragment_id)

    def finish(self) -> None:
        """End the run: remove the elements in its scope that it did not create again."""
        stale = [path for path, node in self._nodes.items() if self._is_stale(node)]
        for path in stale:
            self._remove(path)

    def nodes(self) -> Iterator[Node]:
        """Yield everything shown, top to bottom."""
        for path in sorted(self._nodes):
            yield self._nodes[path]

    def texts(self) -> list[str]:
        """Return the texts of alerts, markdown, captions, headings, plain texts and exceptions, top to bottom."""
        texts = []
        for node in self.nodes():
            kind = node.element.WhichOneof("type")
            if kind in {"alert", "markdown", "heading", "text"}:
                texts.append(getattr(node.element, kind).body)
            elif kind == "exception":
                texts.append(node.element.exception.message)
        return texts

    def metrics(self) -> dict[str, str]:
        """Return the label and value of each metric."""
        metrics = (node.element.metric for node in self.nodes() if node.element.HasField("metric"))
        return {metric.label: metric.body for metric in metrics}

    def _is_stale(self, node: Node) -> bool:
        covered = not self._fragment_ids or node.fragment_id in self._fragment_ids
        return covered and node.run_id != self._run_id

    def _remove(self, path: DeltaPath) -> None:
        """Remove the content of a path and everything within it."""
        for nested in [nested for nested in self._nodes if nested[: len(path)] == path]:
            del self._nodes[nested]
