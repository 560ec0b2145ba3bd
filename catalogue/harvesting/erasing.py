"""Erases a record: looks through what its source sent for documents that hold it, then has the ledger forget it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from catalogue.errors import NotFound
from catalogue.harvesting.publication import choose
from catalogue.model.erasure import Erasure
from catalogue.ports import Ledger
from catalogue.rdf.graphs import from_ntriples
from catalogue.rdf.mentions import mentions
from catalogue.rdf.namespaces import ADMS, DCAT
from catalogue.rdf.terms import NamedNode

PAGE = 200
PARTS = (DCAT.distribution, ADMS.sample)
"""Properties that lead to what belongs to this record alone, and may stand in another document."""


def purge(ledger: Ledger, record_id: str, by: str, reason: str = "") -> Erasure:
    """Erases the record with every payload of its source that names it or one of its distributions. NotFound, or Gone
    when it was erased before."""
    record = ledger.record(record_id)
    iris = _iris(ledger, record_id, record.subject)
    found = [key for key in _hashes(ledger, record.source) if _holds(ledger, record.source, key, iris)]
    erased = ledger.purge(record_id, found, choose, by, reason)
    ledger.count_records(record.source)
    return erased


def _iris(ledger: Ledger, record_id: str, subject: str) -> set[str]:
    """The record's IRI and those of its parts, in any of its versions, as received and as repaired."""
    found = {subject}
    for facts in ledger.history(record_id):
        version = ledger.version(record_id, facts.number)
        for text in {version.content, version.received}:
            parts = (t.object for t in from_ntriples(text) if t.predicate in PARTS)
            found.update(part.value for part in parts if isinstance(part, NamedNode))
    return found


def _hashes(ledger: Ledger, slug: str) -> Iterator[str]:
    after = ""
    while page := ledger.payload_hashes(slug, after, PAGE):
        yield from page
        after = page[-1]


def _holds(ledger: Ledger, slug: str, payload_hash: str, iris: Collection[str]) -> bool:
    try:
        payload = ledger.payload_of(slug, payload_hash, "")
    except NotFound:
        # Pruned meanwhile.
        return False
    return mentions(
        payload.body,
        payload.url,
        iris,
        media_type=payload.media_type,
        charset=payload.charset,
        syntax=payload.syntax,
    )
