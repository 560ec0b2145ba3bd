"""Small documents and what split and normalise make of them, reviewed by hand.

Each folder: `input.*`, and in `expected/` one file per record (in document order) and `source.nt`. After a change of
the rules, `python tests/golden/pipeline/test_pipeline_golden.py` writes the expected files anew: review the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.harvest import HarvestSource
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.graphs import Graph, from_ntriples, to_ntriples
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.parse import parse_document

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/input.*"))
VOCABULARIES = load_vocabularies()
SOURCE = HarvestSource("golden", "https://golden.example/", "dcat_rdf")


def outputs(case: Path) -> dict[str, Graph]:
    """File name → graph of everything that the case's document gives."""
    (document,) = case.glob("input.*")
    base = f"https://golden.example/{document.name}"
    page = split(parse_document(document.read_bytes(), base).graph, PageFacts(base, "0" * 64))
    raw = [*page.records, *(deferred.record for deferred in page.deferred)]
    found = {
        f"record-{number}.nt": normalise(record, SOURCE, (), VOCABULARIES).graph
        for number, record in enumerate(raw, 1)
    }
    if len(page.source_description):
        found["source.nt"] = page.source_description
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_document_gives_the_reviewed_records(case):
    found = outputs(case)
    expected = {
        path.name: from_ntriples(path.read_text("utf-8")) for path in (case / "expected").glob("*.nt")
    }
    assert found.keys() == expected.keys()
    for name, graph in expected.items():
        assert isomorphic(found[name], graph), f"{name} is now:\n{to_ntriples(found[name])}"


def test_there_are_cases():
    assert len(CASES) >= 4


if __name__ == "__main__":
    for folder in CASES:
        (folder / "expected").mkdir(exist_ok=True)
        for old in (folder / "expected").glob("*.nt"):
            old.unlink()
        for name, graph in outputs(folder).items():
            (folder / "expected" / name).write_text(to_ntriples(graph), "utf-8")
