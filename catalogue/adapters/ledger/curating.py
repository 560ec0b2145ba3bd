"""The part of `SqlLedger` by which an operator speaks of datasets and erases records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from catalogue.adapters.ledger import curations, erasures, publication
from catalogue.adapters.ledger.engine import Database
from catalogue.adapters.ledger.schema import records, retrievals
from catalogue.adapters.ledger.versions import Written
from catalogue.errors import NotFound
from catalogue.model.curation import Curation, NewCuration
from catalogue.model.erasure import Erasure
from catalogue.ports import Clock, PublicationRule


class SqlCurating:
    """`catalogue.ports.curation` on a database."""

    _database: Database
    _clock: Clock

    # -- curation ---------------------------------------------------------------------------------
    def curation(self, dataset_id: str) -> Curation | None:
        with self._database.read() as connection:
            return curations.present(connection, dataset_id)

    def curations(self, dataset_id: str) -> list[Curation]:
        with self._database.read() as connection:
            return curations.of_dataset(connection, dataset_id)

    def curated(self, after: str, limit: int) -> list[Curation]:
        with self._database.read() as connection:
            return curations.latest(connection, after, limit)

    def hidden(self, dataset_ids: Sequence[str]) -> set[str]:
        with self._database.read() as connection:
            said = curations.standing(connection, dataset_ids)
        return {dataset_id for dataset_id, standing in said.items() if standing.hidden}

    def withholds(self, slug: str) -> bool:
        with self._database.read() as connection:
            return curations.withholds(connection, slug)

    def curate(self, new: NewCuration, rule: PublicationRule, by: str) -> Curation:
        now = self._clock.now()
        with self._database.write(ordered=True) as connection:
            added = curations.add(connection, new, by, now)
            publication.settle(connection, [new.dataset_id], rule, now, Written())
            return added

    # -- erasure ----------------------------------------------------------------------------------
    def payload_hashes(self, slug: str, after: str, limit: int) -> list[str]:
        query = select(retrievals.c.payload_hash).where(
            retrievals.c.source == slug, retrievals.c.payload_hash > after
        )
        query = query.distinct().order_by(retrievals.c.payload_hash).limit(limit)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def purge(
        self, record_id: str, payloads: Sequence[str], rule: PublicationRule, by: str, reason: str
    ) -> Erasure:
        now = self._clock.now()
        with self._database.write(ordered=True, thorough=True) as connection:
            row = connection.execute(select(records).where(records.c.record_id == record_id)).first()
            if row is None:
                raise erasures.gone(connection, record_id) or NotFound(
                    f"There is no record {record_id}.", record_id=record_id
                )
            hashes = erasures.payloads_known(connection, row) | set(payloads)
            erased = erasures.note(connection, row, by, reason, now)
            # Off the shelf first: the change that this makes is what projections follow.
            erasures.stamp_withdrawn(connection, record_id, now)
            publication.settle(connection, [row.dataset_id], rule, now, Written())
            versions = erasures.drop_record(connection, row)
            dropped = erasures.drop_payloads(connection, sorted(hashes))
        self._database.forget_log()
        return replace(erased, versions=versions, payloads=dropped)

    def allow(self, record_id: str, by: str) -> Erasure:
        with self._database.write() as connection:
            return erasures.allow(connection, record_id, by, self._clock.now())

    def erasure(self, record_id: str) -> Erasure | None:
        with self._database.read() as connection:
            return erasures.of_record(connection, record_id)

    def erasures(self, limit: int = 1000) -> list[Erasure]:
        with self._database.read() as connection:
            return erasures.latest(connection, limit)
