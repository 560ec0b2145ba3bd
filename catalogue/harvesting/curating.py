"""An operator's word on a dataset: statements beside the harvested ones, or that it is not shown at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.errors import Conflict, Gone, InvalidQuery, NotFound
from catalogue.harvesting.publication import choose
from catalogue.harvesting.statements import check_statements
from catalogue.model.curation import Curation, NewCuration, without
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph, to_ntriples
from catalogue.rdf.terms import NamedNode, Triple


@dataclass(frozen=True, slots=True)
class Target:
    """The dataset that is meant, and what the operator says of it so far."""

    dataset_id: str
    subject: str
    present: Curation | None

    @property
    def statements(self) -> Graph:
        return self.present.graph() if self.present else Graph()

    @property
    def replaced(self) -> tuple[str, ...]:
        return self.present.replaced if self.present else ()

    @property
    def hidden(self) -> bool:
        return self.present is not None and self.present.hidden


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of the operator's statements, in this order.

    `whole`: these in place of all there were; `restored`: the operator says nothing of these properties any more;
    `replaced`: the harvested values of these are not shown; `put`: statements that replace what is said of their
    property, by source and operator; `added`: statements beside the others.
    """

    whole: Graph | None = None
    restored: Sequence[NamedNode] = ()
    replaced: Sequence[NamedNode] = ()
    put: Sequence[Triple] = ()
    added: Sequence[Triple] = ()


def find_target(ledger: Ledger, text: str) -> Target:
    """The dataset that an id (of it, or of one of its records), IRI or identifier names. NotFound, InvalidQuery (several
    are meant), Gone (its record was erased)."""
    ids = [text] if _is_id(text) else ledger.find_dataset(iri=text) or ledger.find_dataset(identifier=text)
    if len(ids) > 1:
        raise InvalidQuery(f"Several datasets are meant by {text}.", advice=f"Name one: {', '.join(ids)}.")
    for dataset_id in ids:
        present = ledger.curation(dataset_id)
        described = ledger.records_of_dataset(dataset_id)
        if described or present:
            subject = described[0].subject if described else present.subject if present else ""
            return Target(dataset_id, subject, present)
    if not ids:
        raise NotFound(f"There is no dataset {text}.", advice="Name its id, its IRI or its identifier.")
    try:
        record = ledger.record(text)
    except Gone:
        raise
    except NotFound as error:
        raise NotFound(f"There is no dataset or record {text}.") from error
    return Target(record.dataset_id, record.subject, ledger.curation(record.dataset_id))


def curate(ledger: Ledger, target: Target, edit: Edit, by: str, reason: str = "") -> Curation:
    """Writes down what the operator says now. InvalidQuery when it may not be said, Conflict when nothing differs or
    somebody else was faster."""
    subject = NamedNode(target.subject)
    graph = target.statements if edit.whole is None else edit.whole
    replaced = dict.fromkeys(() if edit.whole is not None else target.replaced)
    for node in edit.restored:
        replaced.pop(node.value, None)
    put = list(dict.fromkeys(triple.predicate for triple in edit.put))
    graph = without(graph, subject, [node.value for node in (*edit.restored, *put)])
    replaced.update(dict.fromkeys(node.value for node in (*edit.replaced, *put)))
    graph = graph | [*edit.put, *edit.added]
    check_statements(graph, target.subject)
    new = _new(target, to_ntriples(graph), tuple(replaced), target.hidden, reason)
    return _write(ledger, target, new, by)


def hide(ledger: Ledger, target: Target, hidden: bool, by: str, reason: str = "") -> Curation:
    """Hides the dataset, or shows it again; what else the operator says of it stays. Conflict when it is so already."""
    new = _new(target, to_ntriples(target.statements), target.replaced, hidden, reason)
    return _write(ledger, target, new, by)


def _new(
    target: Target, statements: str, replaced: tuple[str, ...], hidden: bool, reason: str
) -> NewCuration:
    after = target.present.number if target.present else 0
    return NewCuration(target.dataset_id, target.subject, statements, replaced, hidden, reason, after)


def _write(ledger: Ledger, target: Target, new: NewCuration, by: str) -> Curation:
    before = target.present
    same = new.is_empty if before is None else _says(before) == (new.statements, new.replaced, new.hidden)
    if same:
        raise Conflict(f"This is what the catalogue says of {target.subject} already: nothing was changed.")
    return ledger.curate(new, choose, by)


def _says(curation: Curation) -> tuple[str, tuple[str, ...], bool]:
    return curation.statements, curation.replaced, curation.hidden


def _is_id(text: str) -> bool:
    return len(text) == 20 and text.isalnum()
