"""What holds for any record: normalising twice is once, and nothing depends on order or blank node labels."""

from __future__ import annotations

import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.harvest import HarvestSource
from catalogue.model.records import NormalisedRecord, RawRecord
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.repairs import RULE_NAMES
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.graphs import Graph, from_ntriples, to_ntriples
from catalogue.rdf.labels import label_by_content
from catalogue.rdf.namespaces import PREFIXES, RDF
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

PAGE = "https://provider.example/catalogue/p1"
SUBJECT = "<https://provider.example/d>"
SOURCE = HarvestSource("clinic", PAGE, "dcat_rdf")
VOCABULARIES = load_vocabularies()
OFF = dataclasses.replace(SOURCE, switched_off=RULE_NAMES)
DATASET = PREFIXES["dcat"] + "Dataset"

IRIS = [
    "http://a.example/b c", "http://a.example/", "https://schema.org/Dataset", "https://www.w3.org/ns/dcat#Dataset",
    "https://publications.europa.eu/resource/authority/country/FIN", "http://13.81.34.152:1101/resource/authority/x/Y",
    "https://w3id.org/healthdcat-ap#hdab", "http://a.example/ http://b.example/", "MAILTO:a@b.example", "mailto: a@b.example",
    "https://provider.example/catalogue/a@b.example", "https://provider.example/catalogue/text/csv",
    "http://lexvo.org/id/iso639-1/en", "http://publications.europa.eu/resource/authority/frequency/monthly",
    "https://provider.example/catalogue/eng", "https://provider.example/catalogue/www.example.org/x", "mailto:a@b.example",
    "https://purl.org/cld/freq/annual", "https://a.example/page", "tel:+49301234567",
    "http://www.iana.org/assignments/media-types/text/csv", "http://purl.org/NET/mediatypes/text/csv", "htp://a.example/x",
]  # fmt: skip
PREDICATES = [
    PREFIXES["dct"] + "issued", PREFIXES["dct"] + "title", "https://purl.org/dc/terms/modified", PREFIXES["vcard"] + "hasEmail",
    "https://www.w3.org/ns/dcat#mediaType", PREFIXES["dcat"] + "mediaType", "https://w3id.org/healthdcat-ap#hdab",
    PREFIXES["foaf"] + "mbox", PREFIXES["rdf"] + "type", "http://a.example/p q", "http://a.example/ http://b.example/",
    "http://rdf.biosemantics.org/ontologies/fdp-o#metadataIssued", "https://purl.org/dc/terms/language",
    *(PREFIXES["dct"] + name for name in (
        "language", "accrualPeriodicity", "format", "spatial", "accessRights", "license", "publisher", "creator", "rights",
        "provenance", "temporal", "identifier", "relation")),
    *(PREFIXES["dcat"] + name for name in ("contactPoint", "distribution", "accessURL", "theme", "landingPage")),
    *(PREFIXES["vcard"] + name for name in ("email", "hasValue", "fn", "tel")),
    *(PREFIXES["cv"] + name for name in ("contactPoint", "email")),
    *(PREFIXES["schema"] + name for name in ("email", "name")), PREFIXES["foaf"] + "name", PREFIXES["rdfs"] + "label",
]  # fmt: skip
TEXTS = ["", " ", "2020-01-02", "20200102", "2020-01-02 03:04", "2020", "2020-02-31", "a@b.example", "mailto:a@b.example",
         "text/csv", "en", "English", "DEU", "monthly", "R/P1M", "CSV", "public", "www.example.org/x", "https://a.example/page",
         "2010/2020", "+49 30 1234567", "Klinik", "A; B", "http://lexvo.org/id/iso639-1/en",
         "https://w3id.org/healthdcat-ap#x", "https://publications.europa.eu/resource/authority/country/FIN"]  # fmt: skip
DATATYPES = ["string", "date", "dateTime", "gYear", "gYearMonth", "integer"]


def iri(text: str) -> str:
    return f"<{text}>"


texts = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
blanks = st.integers(0, 4).map(lambda n: f"_:b{n}")
literals = st.one_of(
    st.builds(lambda text, name: str(Literal(text, datatype=NamedNode(PREFIXES["xsd"] + name))), texts, st.sampled_from(DATATYPES)),
    st.builds(lambda text, tag: str(Literal(text, language=tag)), texts, st.sampled_from(["en", "de-at"])),
    st.builds(lambda text: f"{Literal(text)}^^<https://www.w3.org/2001/XMLSchema#date>", texts),
)  # fmt: skip
subjects = st.just(SUBJECT) | blanks
objects = literals | blanks | st.sampled_from(IRIS).map(iri) | st.just(SUBJECT)
lines = st.lists(
    st.builds(lambda s, p, o: f"{s} <{p}> {o} .", subjects, st.sampled_from(PREDICATES), objects), max_size=14, unique=True
)  # fmt: skip
quick = settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def raw(text: str) -> RawRecord:
    own = f"{SUBJECT} <{RDF.type.value}> <{DATASET}> .\n"
    return RawRecord(SUBJECT, DATASET, from_ntriples(own + text), PAGE, "0" * 64)


def normalised(record: RawRecord, source: HarvestSource = SOURCE) -> NormalisedRecord:
    return normalise(record, source, (), VOCABULARIES)


def relabelled(found: list[str], names: list[int]) -> str:
    """The lines with other blank node labels."""
    text = "\n".join(found)
    for old, new in enumerate(names):
        text = text.replace(f"_:b{old} ", f"_:z{new} ")
    return text


@quick
@given(lines)
def test_normalising_twice_is_normalising_once(found):
    once = normalised(raw("\n".join(found)))
    again = normalised(RawRecord(f"<{once.subject}>", DATASET, once.graph, PAGE, "0"))
    assert again.graph == once.graph
    assert again.repairs == ()
    assert again.received_hash == once.normalised_hash


@quick
@given(st.data())
def test_order_and_labels_change_nothing(data):
    found = data.draw(lines)
    other = relabelled(data.draw(st.permutations(found)), data.draw(st.permutations(range(5))))
    one, two = normalised(raw("\n".join(found))), normalised(raw(other))
    assert (one.received_hash, one.normalised_hash) == (two.received_hash, two.normalised_hash)
    assert one.graph == two.graph
    assert one.repairs == two.repairs


@quick
@given(lines)
def test_with_all_repairs_off_the_graph_is_the_received_one(found):
    record = raw("\n".join(found))
    untouched = normalised(record, OFF)
    assert untouched.graph == untouched.received == label_by_content(record.graph)
    assert untouched.repairs == ()


@quick
@given(lines)
def test_every_repaired_graph_is_one_that_strict_readers_take(found):
    text = to_ntriples(normalised(raw("\n".join(found))).graph)
    assert to_ntriples(from_ntriples(text)) == text
    for triple in from_ntriples(text):
        Triple(NamedNode("urn:x"), NamedNode(triple.predicate.value), Literal(""))


@quick
@given(lines)
def test_no_triple_of_a_document_is_unaccounted_for(found):
    graph = Graph(
        [*raw("\n".join(found)).graph, Triple(BlankNode("far"), NamedNode("urn:x:p"), Literal("x"))]
    )
    page = split(graph, PageFacts(PAGE, "0"))
    kept = [record.graph for record in page.records] + [deferred.record.graph for deferred in page.deferred]
    assert sum(map(len, kept)) + page.outside.count >= len(graph)
    assert page.outside.count >= 1
