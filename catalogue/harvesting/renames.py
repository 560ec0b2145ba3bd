"""Records that a source lists under new names: one that was never met before looks like another that is missing.

A source that goes from http to https, or to another host, would else hold everything twice, and nobody would be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from catalogue.model.harvest import Absence
from catalogue.model.records import OutcomeKind, StoredRecord, StoredVersion
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import DCAT, DCT
from catalogue.rdf.terms import BlankNode, NamedNode

PORTION = 200
"""Records whose descriptions are in memory at once."""
KINDS = ("identifier", "scheme", "page", "host")
"""What may link two names, the strongest first."""

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rename:
    """`old` (a record id) is missing, and the record `new_subject` looks like the same one."""

    old: str
    old_subject: str
    new_subject: str
    link: Link

    @property
    def evidence(self) -> str:
        """What both have in common, in words."""
        kind, value = self.link
        return {
            "identifier": f"both have the dct:identifier {value!r}",
            "scheme": "only http and https differ in their IRIs",
            "page": "both have the same title and landing page",
            "host": "both have the same title, and only the host differs in their IRIs",
        }[kind]


def find_renames(
    ledger: Ledger, slug: str, run_id: str, absences: Sequence[Absence], grace: int
) -> list[Rename]:
    """Missing records, each with the one new record that looks like it; what fits several is left out.

    Looked at are the records that the run created, and those that came while a record whose grace is over was missing
    already: a person who discarded such a run is not asked again at once.
    """
    created = {line.record_id for line in ledger.outcomes(run_id, (OutcomeKind.CREATED,), limit=1_000_000)}
    is_due = {absence.record_id: absence.missing >= grace for absence in absences}
    if not is_due or not (created or any(is_due.values())):
        return []
    live = {record.record_id: record for record in _live(ledger, slug)}
    missing = [live[record_id] for record_id in is_due if record_id in live]
    since = min((old.last_seen_at for old in missing if is_due[old.record_id]), default=None)
    new = [
        record
        for record_id, record in live.items()
        if record_id not in is_due
        and (record_id in created or (since is not None and record.first_harvested_at > since))
    ]
    if not new or not missing:
        return []
    pairs = _pairs(_links(ledger, missing), _links(ledger, new))
    return [
        Rename(old, live[old].subject, live[name].subject, link)
        for old, (name, link) in pairs.items()
        if name in created or (is_due[old] and live[name].first_harvested_at > live[old].last_seen_at)
    ]


def _live(ledger: Ledger, slug: str) -> Iterator[StoredRecord]:
    offset = 0
    while records := ledger.records_of_source(slug, limit=1000, offset=offset):
        yield from (record for record in records if record.withdrawn_at is None)
        offset += len(records)


def _links(ledger: Ledger, records: Sequence[StoredRecord]) -> dict[Link, list[str]]:
    """Who has each link."""
    found: defaultdict[Link, list[str]] = defaultdict(list)
    for start in range(0, len(records), PORTION):
        wanted = [record.current_version for record in records[start : start + PORTION]]
        for version in ledger.versions(wanted).values():
            for link in links_of(version):
                found[link].append(version.record_id)
    return found


def links_of(version: StoredVersion) -> set[Link]:
    """By what the record could be known again under another name."""
    graph, subject = from_ntriples(version.content), NamedNode(version.subject)
    found = {("identifier", text) for text in _texts(graph, subject, DCT.identifier)}
    iri = urlsplit(version.subject)
    if iri.scheme in ("http", "https"):
        found.add(("scheme", _without_scheme(version.subject)))
    titles = "\n".join(_texts(graph, subject, DCT.title))
    if titles:
        pages = _texts(graph, subject, DCAT.landingPage)
        found |= {("page", f"{_without_scheme(page)}\n{titles}") for page in pages}
        if len(iri.path) > 1 and iri.netloc:
            found.add(("host", f"{iri.path}?{iri.query}#{iri.fragment}\n{titles}"))
    return found


def _texts(graph: Graph, subject: NamedNode, predicate: NamedNode) -> list[str]:
    values = (
        term.value.strip() for term in graph.objects(subject, predicate) if not isinstance(term, BlankNode)
    )
    return sorted({value for value in values if value})


def _without_scheme(iri: str) -> str:
    return iri.partition("://")[2] or iri


def _pairs(old: dict[Link, list[str]], new: dict[Link, list[str]]) -> dict[str, tuple[str, Link]]:
    """Old to new where a link belongs to one of each; the stronger kinds choose first."""
    found: dict[str, tuple[str, Link]] = {}
    taken: set[str] = set()
    for kind in KINDS:
        for link in sorted(link for link in old.keys() & new.keys() if link[0] == kind):
            (one, *others), (name, *rivals) = old[link], new[link]
            if not others and not rivals and one not in found and name not in taken:
                found[one] = (name, link)
                taken.add(name)
    return found
