"""Which catalogue lists which record: from IRIs as a document has them to those under which the ledger knows both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalogue.model.harvest import HarvestSource
from catalogue.model.identifiers import record_id
from catalogue.model.memberships import Membership
from catalogue.model.records import NormalisedRecord, RawRecord
from catalogue.pipeline.normalise import repaired_iri


class Members:
    """For one run of one source."""

    def __init__(self, source: HarvestSource) -> None:
        self._source = source
        self._catalogues: dict[str, str] = {}

    def of_record(self, raw: RawRecord, record: NormalisedRecord) -> Iterator[tuple[str, str]]:
        """(catalogue IRI, record id) for each catalogue that the record's document names."""
        for catalogue in raw.catalogues:
            yield self._catalogue(catalogue, raw.page_url), record.record_id

    def elsewhere(self, rows: Iterable[Membership], page_url: str) -> Iterator[tuple[str, str]]:
        """The same for resources that are described on another page, or on none. One whose IRI is none that a record
        could have is left out: only its own description would tell its name."""
        for row in rows:
            iri = repaired_iri(row.record, self._source, page_url)
            if iri is not None:
                yield self._catalogue(row.catalogue, page_url), record_id(self._source.slug, iri)

    def _catalogue(self, iri: str, page_url: str) -> str:
        if iri not in self._catalogues:
            self._catalogues[iri] = repaired_iri(iri, self._source, page_url) or iri
        return self._catalogues[iri]
