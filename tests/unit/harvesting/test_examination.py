"""A document given by hand: judged as it was sent and as the repairs left it."""

from __future__ import annotations

import hashlib

import pytest

from catalogue.bootstrap import open_judging
from catalogue.errors import ParseError
from catalogue.harvesting.examination import Examined, examine, read_document, solved
from catalogue.model.records import Payload, Repair
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.settings import Settings

URL = "https://clinic.example/catalogue.ttl"
JUDGING = open_judging(Settings(), {})
HEADS = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
OLD_RIGHT = "<https://publications.europa.eu/resource/authority/access-right/PUBLIC>"


def examined(text: str, profile: str = "dcat-ap-3.0.1") -> list[Examined]:
    body = (HEADS + text).encode()
    payload = Payload(URL, body, hashlib.sha256(body).hexdigest(), media_type="text/turtle")
    found = list(examine(read_document(payload), URL, profile, JUDGING.judge))
    assert all(isinstance(each, Examined) for each in found)
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
    assert each.record.subject == "urn:pharos:validate:1"
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
    text = HEADS + '[] a dcat:Dataset ; dct:title "Nameless"@en . <urn:d> a dcat:Dataset ; dct:title "D"@en .'
    payload = Payload(URL, text.encode(), "0" * 64, media_type="text/turtle")
    found = list(examine(read_document(payload), URL, "none", JUDGING.judge))
    (outcome,) = [each for each in found if not isinstance(each, Examined)]
    assert (outcome.code, len(found)) == ("MissingIdentifier", 2)
    assert "Nameless" in (outcome.reason or "")
