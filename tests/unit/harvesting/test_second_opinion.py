"""A sample of records is judged by the other engine too; what it says is logged and changes nothing."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from catalogue.errors import EngineFailed
from catalogue.harvesting.second_opinion import SecondOpinion
from catalogue.model.validation import Severity, ShapesProfile, ValidationReport, ValidationResult
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph


class Silent:
    name = "silent"
    version = "1"

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        raise AssertionError("the judge is asked, not the engine")


FINDING = ValidationResult(
    "<urn:d>", None, "urn:sh#InConstraintComponent", Severity.WARNING, "Mend it.", None, "urn:s"
)
REPORT = ValidationReport("test", "first", "1", "hash", (FINDING,))


def test_the_same_records_are_chosen_in_every_run_and_about_as_many_as_asked() -> None:
    ids = [f"record-{number}" for number in range(20_000)]
    chosen = [key for key in ids if SecondOpinion(Silent(), 0.01).wants(key)]
    assert chosen == [key for key in ids if SecondOpinion(Silent(), 0.01).wants(key)]
    assert 150 < len(chosen) < 250
    assert all(SecondOpinion(Silent(), 1).wants(key) for key in ids[:100])
    assert not any(SecondOpinion(Silent(), 0).wants(key) for key in ids[:100])


def test_agreement_is_counted_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    second = SecondOpinion(Silent(), 1)
    second.compare("r1", REPORT, lambda _: replace(REPORT, engine="second"))
    assert dict(second.counts) == {"equal": 1}
    assert caplog.records == []


def test_disagreement_is_logged_with_the_record_and_what_differs(caplog: pytest.LogCaptureFixture) -> None:
    second = SecondOpinion(Silent(), 1)
    second.compare("r1", REPORT, lambda _: replace(REPORT, engine="second", results=()))
    assert dict(second.counts) == {"different": 1}
    (line,) = caplog.records
    facts = vars(line)
    assert (facts["record"], facts["engine"], facts["second"]) == ("r1", "first", "second")
    assert facts["only_first"] == ["Warning In urn:s at <urn:d>"]
    assert facts["only_second"] == []


def test_another_order_or_message_is_a_disagreement_too() -> None:
    second = SecondOpinion(Silent(), 1)
    second.compare("r1", REPORT, lambda _: replace(REPORT, results=(replace(FINDING, message="Other."),)))
    assert dict(second.counts) == {"different": 1}


def test_a_second_engine_that_fails_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fails(engine: ShapeEngine) -> ValidationReport:
        raise EngineFailed("no")

    second = SecondOpinion(Silent(), 1)
    with caplog.at_level(logging.WARNING):
        second.compare("r1", REPORT, fails)
    assert dict(second.counts) == {"failed": 1}
    assert "could not judge" in caplog.text
