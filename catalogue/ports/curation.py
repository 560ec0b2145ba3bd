"""The side of the ledger by which an operator speaks of datasets and erases records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from catalogue.model.curation import Curation, NewCuration
from catalogue.model.erasure import Erasure

if TYPE_CHECKING:
    from catalogue.ports.ledger import Candidate

    PublicationRule = Callable[[Sequence[Candidate]], Candidate | None]


class Curating(Protocol):
    """The operator's own statements about a dataset. No harvest, replay, withdrawal or return changes them."""

    def curation(self, dataset_id: str) -> Curation | None:
        """What the operator said last (it may be empty: nothing any more), None when never anything."""

    def curations(self, dataset_id: str) -> list[Curation]:
        """Everything the operator said over time, newest first."""

    def curated(self, after: str, limit: int) -> list[Curation]:
        """What the operator said last of each dataset, in order of dataset_id, beginning after the given one."""

    def hidden(self, dataset_ids: Sequence[str]) -> set[str]:
        """Those of the datasets that are hidden."""

    def withholds(self, slug: str) -> bool:
        """Whether something of the source is not shown: hidden, or kept back by the source's policy."""

    def curate(self, new: NewCuration, rule: PublicationRule, by: str) -> Curation:
        """Replaces what the operator says; change row and event in the same transaction. Conflict when something was
        said since the curation that this one follows."""


class Erasing(Protocol):
    """Erasure of single records; see `Retaining` for what is merely old."""

    def payload_hashes(self, slug: str, after: str, limit: int) -> list[str]:
        """Payloads that came from the source, in order, beginning after the given hash."""

    def purge(
        self, record_id: str, payloads: Sequence[str], rule: PublicationRule, by: str, reason: str
    ) -> Erasure:
        """Deletes a record's versions, reports, identifiers, memberships, what lines of runs say of it, and every payload
        that holds it (for all the ledger knows, and those named). A change row and an event remain. From now on `record`
        raises Gone, and a batch that brings the record again writes a line `purged` in its place."""

    def allow(self, record_id: str, by: str) -> Erasure:
        """Takes an erased record again when its source offers it. NotFound when it was not erased."""

    def erasure(self, record_id: str) -> Erasure | None:
        """What is known of an erasure, also after the record came back."""

    def erasures(self, limit: int = 1000) -> list[Erasure]:
        """Newest first."""
