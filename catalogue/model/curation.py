"""The operator's own statements about a dataset, kept beside what was harvested, and what is shown of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalogue.errors import Gone
from catalogue.rdf.graphs import Graph, from_ntriples, to_ntriples
from catalogue.rdf.terms import Literal, NamedNode, Subject, Triple


@dataclass(frozen=True, slots=True)
class NewCuration:
    """What the operator says of a dataset from now on, whole.

    `statements`: canonical N-Triples about `subject` and blank nodes under it; `replaced`: IRIs of properties whose
    harvested values are not shown; `hidden`: nothing of the dataset is. `after`: number of the curation that this one
    follows (0: there was none).
    """

    dataset_id: str
    subject: str
    statements: str = ""
    replaced: tuple[str, ...] = ()
    hidden: bool = False
    reason: str = ""
    after: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it leaves the dataset as it was harvested."""
        return not (self.statements or self.replaced or self.hidden)


@dataclass(frozen=True, slots=True)
class Curation:
    """A curation as the ledger keeps it: `number` from 1 for each dataset, `by` whom and when."""

    curation_id: int
    dataset_id: str
    number: int
    subject: str
    statements: str
    replaced: tuple[str, ...]
    hidden: bool
    reason: str
    by: str
    at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether it leaves the dataset as it was harvested."""
        return not (self.statements or self.replaced or self.hidden)

    def graph(self) -> Graph:
        """The statements."""
        return from_ntriples(self.statements)


def harvested_part(content: str, subject: str, replaced: Sequence[str]) -> Graph:
    """What is shown of a harvested text: without the replaced properties of the subject, and without nodes that only
    these led to."""
    graph = from_ntriples(content)
    return without(graph, NamedNode(subject), replaced) if replaced else graph


def without(graph: Graph, subject: NamedNode, replaced: Sequence[str]) -> Graph:
    """The graph less these properties of the subject and what hangs on them alone."""
    gone = {t for t in graph.about(subject) if t.predicate.value in replaced}
    left = Graph(t for t in graph if t not in gone)
    hanging = _reached(graph, (t.object for t in gone)) - {subject}
    roots = [node for node in left.subjects() if node not in hanging]
    dropped = hanging - _reached(left, roots)
    return Graph(t for t in left if t.subject not in dropped)


def shown_text(content: str, subject: str, curation: Curation | None) -> str:
    """Canonical N-Triples of what is shown of a harvested text under a curation."""
    if curation is None or curation.is_empty:
        return content
    return to_ntriples(harvested_part(content, subject, curation.replaced) | curation.graph())


def hidden(dataset_id: str) -> Gone:
    """What is said of a dataset that the operator hides; not why, which is the operator's own."""
    return Gone(
        "This dataset is hidden by the catalogue.",
        advice="Its source may still offer it; ask whoever runs this catalogue.",
        dataset_id=dataset_id,
        hidden=True,
    )


def _reached(graph: Graph, start: Iterable[object]) -> set[Subject]:
    waiting = [node for node in start if not isinstance(node, Literal)]
    found: set[Subject] = set()
    while waiting:
        node = waiting.pop()
        if node in found or not graph.about(node):  # type: ignore[arg-type]
            continue
        found.add(node)  # type: ignore[arg-type]
        waiting.extend(t.object for t in graph.about(node) if _leads_on(t))  # type: ignore[arg-type]
    return found


def _leads_on(triple: Triple) -> bool:
    return not isinstance(triple.object, Literal)
