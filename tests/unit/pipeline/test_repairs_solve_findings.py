"""What was sent and what repairs solved, told side by side; and what they leave for the provider."""

from __future__ import annotations

import hashlib

import pytest

from catalogue.bootstrap import open_judging
from catalogue.bootstrap_validation import Checker
from catalogue.model.findings import JudgedRecord
from catalogue.model.records import Payload
from catalogue.settings import Settings

HEADS = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://c.example/1> a dcat:Dataset ; dct:title "One"@en ; dct:description "One"@en ;
"""
DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(open_judging(Settings(data=tmp_path_factory.mktemp("none") / "data"), {}))


def judged(checker: Checker, said: str) -> JudgedRecord:
    body = (HEADS + said + " .").encode()
    payload = Payload("https://c.example/", body, hashlib.sha256(body).hexdigest(), media_type="text/turtle")
    (record,) = checker.check(payload, "dcat-ap-3.0.1").results
    assert isinstance(record, JudgedRecord)
    return record


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ('dct:publisher "Clinic"', DCT + "publisher"),
        ('dct:language "English"', DCT + "language"),
        ('dct:spatial "Germany"', DCT + "spatial"),
        ('dct:accrualPeriodicity "monthly"', DCT + "accrualPeriodicity"),
        ('dcat:theme "HEAL"', DCAT + "theme"),
        ('dcat:contactPoint "a@b.example"', DCAT + "contactPoint"),
        ('dct:provenance "From the archive"', DCT + "provenance"),
        ('dcat:distribution [ dcat:accessURL <https://c.example/x> ]', DCAT + "distribution"),
        ('dcat:distribution [ a dcat:Distribution ; dcat:accessURL "www.c.example/x" ]', DCAT + "accessURL"),
    ],
)  # fmt: skip
def test_a_violation_of_what_was_sent_is_solved(checker: Checker, said: str, path: str) -> None:
    record = judged(checker, said)
    assert record.sent is not None
    assert path in {result.path for result in record.sent.results if result.severity.name == "VIOLATION"}
    assert path in {result.path for result in record.solved}
    assert path not in {
        result.path for result in record.report.results if result.severity.name == "VIOLATION"
    }


@pytest.mark.parametrize(
    "said", ['dct:accrualPeriodicity "biweekly"', 'dct:language "en-GB"', 'dcat:theme "Liver"']
)
def test_what_is_not_certain_stays_a_violation(checker: Checker, said: str) -> None:
    record = judged(checker, said)
    assert any(result.severity.name == "VIOLATION" for result in record.report.results)
    assert record.solved == ()


def test_a_publisher_that_is_only_pointed_to_is_still_to_be_described(checker: Checker) -> None:
    record = judged(checker, "dct:publisher <https://clinic.example/>")
    assert DCT + "publisher" in {result.path for result in record.report.results}
