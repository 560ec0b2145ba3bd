"""The benchmarks run through at tiny sizes and measure what they say. No time is asserted."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from statistics import mean

import pytest

# The benchmarks belong to no installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.__main__ import replaced
from benchmarks.apart import apart, here
from benchmarks.bench_harvest import Plan, measure
from benchmarks.generated import Pages
from benchmarks.harvest_report import render
from benchmarks.served import serving
from benchmarks.spent import peak_memory
from benchmarks.stages import STAGES, normalised, payloads
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.terms import BlankNode


@pytest.fixture(scope="module")
def figures():
    return measure(Plan(sizes=(20, 40), stage=20, judged=5, peer=10, tries=1), run=here)


def test_every_stage_and_every_run_is_measured(figures):
    assert [row["stage"] for row in figures["stages"]] == list(STAGES)
    assert [run["records"] for run in figures["whole"]] == [20, 40]
    for row in [*figures["stages"], *(run["second"] for run in figures["whole"]), figures["peer"]]:
        assert row["wall"] > 0
    for run in figures["whole"]:
        assert 0 < run["idle"] <= run["worker"]
        assert run["child"] > 0


def test_the_page_has_a_row_for_each_measure(figures):
    page = render(json.loads(json.dumps(figures)))
    for name in (*STAGES, "second, all unchanged", "SPARQL server, peak", "rdflib"):
        assert name in page
    assert "make bench" in page


def test_records_are_varied_and_of_the_size_that_is_told():
    records = normalised(Pages(400))
    sizes = [len(record.graph) for record in records]
    assert len({record.normalised_hash for record in records}) == 400
    assert min(sizes) >= 40
    assert max(sizes) <= 70
    assert 50 <= mean(sizes) <= 60
    languages = {t.object.language for r in records for t in r.graph if getattr(t.object, "language", None)}
    assert languages >= {"de", "el", "en", "es", "fr", "it", "nl", "pl"}
    assert all(any(isinstance(t.object, BlankNode) for t in record.graph) for record in records)
    repaired = sum(bool(record.repairs) for record in records)
    assert 100 < repaired < 300


def test_some_records_have_parts_on_another_page():
    first, *_ = payloads(Pages(400))
    parts = split(parse(first).graph, PageFacts(first.url, first.payload_hash))
    assert (len(parts.records), len(parts.deferred), parts.outside.count) == (95, 5, 0)


def test_a_seed_gives_the_same_records_each_time_and_another_seed_gives_others():
    text = "".join(Pages(10).turtle(1, "http://e/"))
    assert text == "".join(Pages(10).turtle(1, "http://e/"))
    assert text != "".join(Pages(10, seed="other").turtle(1, "http://e/"))


def test_the_server_sends_what_the_generator_makes_and_404_beyond():
    pages = Pages(25, size=10)
    with serving(pages) as url:
        for number in (1, 2, 3):
            with urllib.request.urlopen(f"{url}?page={number}") as answer:
                assert answer.read().decode() == "".join(pages.turtle(number, url))
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{url}?page=4")


def test_memory_is_measured_in_a_process_of_its_own():
    ballast = bytearray(300 * 1024 * 1024)
    apart_from_it = apart("benchmarks.stages:stage", name="parse", records=10, tries=1)
    assert apart_from_it["records"] == 10
    assert peak_memory() > len(ballast)


def test_a_part_of_the_page_is_measured_anew_alone() -> None:
    page = "<!-- part: harvest -->\n# A\n\n<!-- part: validation -->\n## C\n"
    both = replaced(page, "incremental", "## B\n")
    assert both == (
        "<!-- part: harvest -->\n# A\n\n<!-- part: incremental -->\n## B\n\n<!-- part: validation -->\n## C\n"
    )
    assert replaced(both, "harvest", "# New\n") == both.replace("# A", "# New")
    assert replaced("", "validation", "## C") == "<!-- part: validation -->\n## C\n"
