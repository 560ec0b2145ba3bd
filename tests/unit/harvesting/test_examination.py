"""A document given by hand: judged as it was sent and as the repairs left it."""

from __future__ import annotations

import hashlib

import pytest

from catalogue.bootstrap import open_judging
from catalogue.bootstrap_validation import Checker
from catalogue.errors import ParseError, PayloadTooLarge
from catalogue.harvesting.examination import solved
from catalogue.model.findings import JudgedRecord
from catalogue.model.records import Payload, RecordOutcome, Repair
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.settings import Settings

URL = "https://clinic.example/catalogue.ttl"
CHECKER = Checker(open_judging(Settings(), {}))
HEADS = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
OLD_RIGHT = "<https://publications.europa.eu/resource/authority/access-right/PUBLIC>"


def results(text: str, profile: str, seconds: float | None = None) -> list[JudgedRecord | RecordOutcome]:
    body = (HEADS + text).encode()
    payload = Payload(URL, body, hashlib.sha256(body).hexdigest(), media_type="text/turtle")
    return list(CHECKER.check(payload, profile, seconds=seconds).results)


def examined(text: str, profile: str = "dcat-ap-3.0.1") -> list[JudgedRecord]:
    found = results(text, profile)
    assert all(isinstance(each, JudgedRecord) for each in found)
    return found  # type: ignore[return-value]


def test_a_record_without_repairs_is_judged_once() -> None:
    (each,) = examined('<urn:d> a dcat:Dataset ; dct:title "T"@en .')
    assert (each.sent, each.solved) == (None, ())
    assert each.report.counts["Violation"] == 1


def test_what_repairs_solved_is_told_beside_what_was_sent() -> None:
    (each,) = examined(f'<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:accessRights {OLD_RIGHT} .')
    assert each.sent is not None
    assert [(r.path, r.value) for r in each.solved] == [("http://purl.org/dc/terms/accessRights", OLD_RIGHT)]
    assert len(each.sent.results) == len(each.report.results) + 1


def test_a_record_without_iri_is_judged_as_it_was_sent_too() -> None:
    (each,) = examined(
        f'[] a dcat:Dataset ; dct:identifier "1" ; dct:title "T"@en ; dct:accessRights {OLD_RIGHT} .'
    )
    assert each.sent is not None
    assert each.subject == "urn:pharos:validate:1"
    assert [r.value for r in each.solved] == [OLD_RIGHT]


def test_the_profile_is_chosen_once_for_both() -> None:
    alias = "<http://www.w3id.org/healthdcat-ap#hdab> <urn:x>"
    (each,) = examined(
        f'<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:accessRights {OLD_RIGHT} ; {alias} .', "auto"
    )
    assert each.sent is not None
    assert each.sent.profile == each.report.profile


def _report(*results: ValidationResult) -> ValidationReport:
    return ValidationReport("p", "e", "1", "h", results)


def _result(focus: str, value: str | None = None) -> ValidationResult:
    return ValidationResult(focus, "urn:p", "Pattern", Severity.VIOLATION, "m", value, "urn:s")


def test_a_repaired_value_that_is_still_wrong_is_not_solved() -> None:
    sent, after = _report(_result("<urn:d>", '"1"')), _report(_result("<urn:d>", '"2"'))
    assert solved(sent, after, [Repair("r", '"1"', '"2"')]) == ()
    assert len(solved(sent, after, [])) == 1


def test_blank_nodes_count_by_their_number() -> None:
    sent = _report(_result("_:a"), _result("_:b"), _result("<urn:d>", "_:c"))
    assert len(solved(sent, _report(_result("_:x"), _result("<urn:d>", "_:y")), [])) == 1


def test_a_document_without_datasets_is_refused() -> None:
    with pytest.raises(ParseError, match="describes no dataset"):
        examined("<urn:x> <urn:p> 1 .")


def test_what_cannot_be_kept_is_told_beside_what_can() -> None:
    text = '[] a dcat:Dataset ; dct:title "Nameless"@en . <urn:d> a dcat:Dataset ; dct:title "D"@en .'
    found = results(text, "none")
    (outcome,) = [each for each in found if isinstance(each, RecordOutcome)]
    assert (outcome.code, len(found)) == ("MissingIdentifier", 2)
    assert "Nameless" in (outcome.reason or "")


def test_a_document_that_takes_too_long_is_told() -> None:
    with pytest.raises(PayloadTooLarge, match="longer than"):
        results('<urn:d> a dcat:Dataset ; dct:title "D"@en .', "none", seconds=1e-9)
