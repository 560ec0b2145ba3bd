"""Whatever happens, in whatever order: the changes replayed give what is published, and that is what the rule says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ledger_kit import StillClock, begin, finding, report, source, version
from ledger_kit import replayed as replayed_of
from ledger_kit import rule as publication_rule
from ledger_kit import shown as shown_of

from catalogue.adapters.ledger import open_ledger
from catalogue.model.harvest import Batch, PublicationPolicy, RunState
from catalogue.model.records import ChangeKind, NewVersion
from catalogue.model.validation import ValidationReport
from catalogue.ports import Candidate

SLUGS = st.sampled_from("ab")
NAMES = st.integers(1, 2)
REPORTS = st.sampled_from([report(), report(finding()), report(finding("Other words."))])
VERSIONS = st.tuples(NAMES, st.sampled_from(["x", "y"]), REPORTS, st.sampled_from(["content", "reprocessed"]))


class LedgerMachine(RuleBasedStateMachine):
    """The model is a dictionary of live records and the live sources."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = StillClock()
        self.ledger = open_ledger(f"sqlite:///{Path(self.folder.name) / 'ledger.sqlite'}", self.clock)
        self.live: dict[str, tuple[int, PublicationPolicy]] = {}
        self.records: dict[tuple[str, int], NewVersion] = {}
        self.withdrawn: set[tuple[str, int]] = set()
        self.since: dict[tuple[str, int], object] = {}

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            self.folder.cleanup()

    @rule(slug=SLUGS, priority=st.integers(0, 1), policy=st.sampled_from(PublicationPolicy))
    def add(self, slug: str, priority: int, policy: PublicationPolicy) -> None:
        self.ledger.add_source(source(slug, priority=priority, policy=policy), by="m")
        self.ledger.republish(slug, publication_rule)
        self.live[slug] = (priority, policy)

    @rule(slug=SLUGS)
    def remove(self, slug: str) -> None:
        if slug in self.live:
            self.ledger.remove_source(slug, publication_rule, by="m")
            del self.live[slug]
            self.withdrawn.update(key for key in self.records if key[0] == slug)

    @rule(slug=SLUGS, name=NAMES)
    def come_back(self, slug: str, name: int) -> None:
        """A source is removed, added again, and has a record unchanged: rare by chance alone."""
        settings_before = self.live.get(slug, (0, PublicationPolicy.ALL))
        self.remove(slug)
        self.add(slug, *settings_before)
        self.commit(slug, [], [name], [])

    @rule(
        slug=SLUGS,
        given=st.lists(VERSIONS, min_size=1, max_size=4),
        seen=st.lists(NAMES, max_size=2),
        judged=st.lists(st.tuples(NAMES, REPORTS), max_size=2),
    )
    def commit(
        self,
        slug: str,
        given: list[tuple[int, str, ValidationReport, str]],
        seen: list[int],
        judged: list[tuple[int, ValidationReport]],
    ) -> None:
        if slug not in self.live:
            self.add(slug, 0, PublicationPolicy.ALL)
        self.clock.pass_by(seconds=1)
        versions = tuple(version(slug, n, text, judged=r, kind=ChangeKind(k)) for n, text, r, k in given)
        met = [n for n in seen if (slug, n) in self.records]
        known = [(n, r) for n, r in judged if (slug, n) in self.records or n in [g[0] for g in given]]
        batch = Batch(
            versions=versions,
            seen=tuple(version(slug, n).record.record_id for n in met),
            reports=tuple((version(slug, n).record.record_id, r) for n, r in known),
        )
        token = begin(self.ledger, slug)
        self.ledger.commit(token, batch, publication_rule)
        self.ledger.finish(token, RunState.COMPLETED)
        for (n, *_), new in zip(given, versions, strict=True):
            self.records[slug, n] = new
            self.since.setdefault((slug, n), self.clock.now())
        for n, r in known:
            old = self.records[slug, n]
            self.records[slug, n] = NewVersion(old.record, r, old.pipeline_version, old.kind)
        self.withdrawn -= {(slug, n) for n in [*met, *(g[0] for g in given)]}

    @invariant()
    def changes_tell_what_is_published(self) -> None:
        if hasattr(self, "ledger"):
            assert replayed_of(self.ledger) == shown_of(self.ledger)

    @invariant()
    def what_is_published_is_what_the_rule_says(self) -> None:
        if hasattr(self, "ledger"):
            expected = self._expected()
            stored = self.ledger.versions(list(shown_of(self.ledger).values()))
            found = {s.dataset_id: (s.record_id, s.received_hash, s.report.results) for s in stored.values()}
            assert found == expected

    def _expected(self) -> dict[str, tuple[str, str, object]]:
        candidates: dict[str, list[Candidate]] = {}
        by_id = {new.record.record_id: new for new in self.records.values()}
        for (slug, n), new in self.records.items():
            if slug in self.live and (slug, n) not in self.withdrawn:
                priority, policy = self.live[slug]
                record = new.record
                candidate = Candidate(
                    record.record_id, 0, slug, "", record.subject, priority, policy.value,
                    new.report.verdict, self.since[slug, n],  # type: ignore[arg-type]
                )  # fmt: skip
                candidates.setdefault(record.dataset_id, []).append(candidate)
        chosen = {dataset: publication_rule(some) for dataset, some in candidates.items()}
        return {
            dataset: (c.record_id, by_id[c.record_id].record.received_hash, by_id[c.record_id].report.results)
            for dataset, c in chosen.items()
            if c is not None
        }


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
