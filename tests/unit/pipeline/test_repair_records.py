"""Rules that look at a whole record: before and after, and what stays because it is not certain."""

from __future__ import annotations

import dataclasses

import pytest

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.records import Repair
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.repairs import RECORD_RULES
from catalogue.rdf.labels import isomorphic

VOCABULARIES = load_vocabularies()
EU = "http://publications.europa.eu/resource/authority/"
D = ":d a dcat:Dataset . "


@pytest.fixture
def mended(cut, source):
    """Turtle to the normalised record."""

    def only(turtle, *off):
        page = cut(turtle)
        (raw,) = [*page.records, *(deferred.record for deferred in page.deferred)]
        return normalise(raw, dataclasses.replace(source, switched_off=off), (), VOCABULARIES)

    return only


CHANGED = [
    ("vocabulary-matches", ":d dct:language <http://lexvo.org/id/iso639-3/eng> .", f":d dct:language <{EU}language/ENG> ."),
    ("vocabulary-matches", ":d dct:language <http://id.loc.gov/vocabulary/iso639-1/de> . "
     "<http://id.loc.gov/vocabulary/iso639-1/de> a dct:LinguisticSystem ; rdfs:label 'German' .",
     f":d dct:language <{EU}language/DEU> . <{EU}language/DEU> a dct:LinguisticSystem ; rdfs:label 'German' ."),
    ("vocabulary-matches", f":d dct:accrualPeriodicity <{EU}frequency/monthly> .", f":d dct:accrualPeriodicity <{EU}frequency/MONTHLY> ."),
    ("vocabulary-matches", f":d dct:language <{EU}language/en> .", f":d dct:language <{EU}language/ENG> ."),
    ("vocabulary-matches", ":d dct:accrualPeriodicity <http://purl.org/cld/freq/annual> .", f":d dct:accrualPeriodicity <{EU}frequency/ANNUAL> ."),
    ("vocabulary-matches", ":d dct:spatial <urn:iso:3166:DE> .", f":d dct:spatial <{EU}country/DEU> ."),
    ("vocabulary-matches", ":d dct:format <CSV> .", f":d dct:format <{EU}file-type/CSV> ."),
    ("vocabulary-matches", ":d dct:format [ a dct:MediaTypeOrExtent ; rdfs:label 'CSV' ] .", f":d dct:format <{EU}file-type/CSV> ."),
    ("contact-forms", ":d dcat:contactPoint [ a vcard:Kind ; vcard:email 'a@b.example' ] .",
     ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@b.example> ] ."),
    ("contact-forms", ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail [ a vcard:Email ; vcard:hasValue <mailto:a@b.example> ] ] .",
     ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@b.example> ] ."),
    ("contact-forms", ":d dcat:contactPoint [ a vcard:Kind ; vcard:tel '+49 (30) 12-34' ] .",
     ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasTelephone <tel:+49301234> ] ."),
    ("contact-forms", ":d dcat:contactPoint [ a schema:ContactPoint ; schema:name 'Desk' ; schema:email 'a@b.example' ; schema:url <https://b.example/> ] .",
     ":d dcat:contactPoint [ a schema:ContactPoint, vcard:Kind ; schema:name 'Desk' ; vcard:fn 'Desk' ; schema:email 'a@b.example' ; "
     "vcard:hasEmail <mailto:a@b.example> ; schema:url <https://b.example/> ; vcard:hasURL <https://b.example/> ] ."),
    ("contact-forms", ":d dcat:contactPoint 'a@b.example' .", ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@b.example> ] ."),
    ("contact-forms", ":d dcat:contactPoint <mailto:a@b.example> .", ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@b.example> ] ."),
    ("contact-forms", ":d dcat:contactPoint 'Data desk'@en .", ":d dcat:contactPoint [ a vcard:Kind ; vcard:fn 'Data desk'@en ] ."),
    ("contact-forms", ":d dct:publisher [ a foaf:Agent ; cv:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@b.example> ; vcard:hasURL <https://b.example/> ] ] .",
     ":d dct:publisher [ a foaf:Agent ; cv:contactPoint [ a vcard:Kind, cv:ContactPoint ; vcard:hasEmail <mailto:a@b.example> ; "
     "cv:email 'a@b.example' ; vcard:hasURL <https://b.example/> ; cv:contactPage <https://b.example/> ] ] ."),
    ("agents-by-name", ":d dct:publisher 'Clinic' .", ":d dct:publisher [ a foaf:Agent ; foaf:name 'Clinic' ] ."),
    ("agents-by-name", ":d dct:publisher 'Clinic'@en , 'Klinik'@de .", ":d dct:publisher [ a foaf:Agent ; foaf:name 'Clinic'@en , 'Klinik'@de ] ."),
    ("agents-by-name", ":d dct:creator 'A'@en , 'B'@de .", ":d dct:creator [ a foaf:Agent ; foaf:name 'A'@en ] , [ a foaf:Agent ; foaf:name 'B'@de ] ."),
    ("texts-as-nodes", ":d dct:provenance 'From the archive'@en .", ":d dct:provenance [ a dct:ProvenanceStatement ; rdfs:label 'From the archive'@en ] ."),
    ("texts-as-nodes", ":d dct:spatial 'Bavaria' .", ":d dct:spatial [ a dct:Location ; locn:geographicName 'Bavaria' ] ."),
    ("texts-as-nodes", ":d dct:temporal '2010-01-01/2012' .",
     ":d dct:temporal [ a dct:PeriodOfTime ; dcat:startDate '2010-01-01'^^xsd:date ; dcat:endDate '2012'^^xsd:gYear ] ."),
    ("texts-as-nodes", ":d dct:temporal '2010/..' .", ":d dct:temporal [ a dct:PeriodOfTime ; dcat:startDate '2010'^^xsd:gYear ] ."),
    ("certain-types", ":d dct:publisher [ foaf:name 'Clinic' ] .", ":d dct:publisher [ a foaf:Agent ; foaf:name 'Clinic' ] ."),
    ("certain-types", ":d dcat:distribution :f . :f dcat:accessURL <https://a.example/> .",
     ":d dcat:distribution :f . :f a dcat:Distribution ; dcat:accessURL <https://a.example/> ."),
    ("certain-types", ":d dct:temporal [ dcat:startDate '2010'^^xsd:gYear ] .",
     ":d dct:temporal [ a dct:PeriodOfTime ; dcat:startDate '2010'^^xsd:gYear ] ."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_a_record_is_mended(rule, before, after, mended, read):
    found = mended(D + before)
    assert {repair.rule for repair in found.repairs} == {rule}
    assert isomorphic(found.graph, read(D + after))


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_a_mended_record_is_left_alone(rule, before, after, mended):
    assert mended(D + after).repairs == ()


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_a_rule_that_is_switched_off_mends_nothing(rule, before, after, mended):
    assert rule not in {repair.rule for repair in mended(D + before, rule).repairs}


@pytest.mark.parametrize(
    "text",
    [
        # several people in one text, an address, an agent that is only pointed to
        ":d dct:creator 'Smith, A.; Jones, B.' .",
        ":d dct:publisher 'a@b.example' .",
        ":d dct:publisher <https://clinic.example/> .",
        # a class that the property does not lead one to expect is the provider's word
        ":d dct:publisher [ a prov:Agent ; foaf:name 'Clinic' ] .",
        # coordinates, a sentence where an interval belongs, a format of two
        ":d dct:spatial 'POLYGON((1 1, 2 2, 1 1))' .",
        ":d dct:temporal 'since the nineties' .",
        ":d dct:temporal '2010/soon' .",
        ":d dct:format [ a dct:MediaTypeOrExtent ; rdfs:label 'CSV', 'XML' ] .",
        ":d dct:format [ a dct:MediaTypeOrExtent ; rdfs:label 'CSV' ; dct:description 'with header' ] .",
        # of work and of home: which one the property means is for the provider to say
        ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail [ a vcard:Work ; vcard:hasValue <mailto:a@b.example> ] ] .",
        ":d dcat:contactPoint [ a vcard:Kind ; vcard:hasTelephone '030 1234' ] .",
        # a licence's own address says more than the entry of the table
        ":d dct:license <https://creativecommons.org/licenses/by/4.0/> .",
        ":d dct:language <https://elsewhere.example/en> .",
    ],
)
def test_what_is_not_certain_is_left_alone(text, mended):
    assert mended(D + text).repairs == ()


def test_the_order_of_the_rules_is_told_and_new_nodes_are_shown_as_written(mended):
    found = mended(D + ":d dct:publisher 'Clinic' ; dcat:contactPoint 'Desk' ; dct:language 'en' .")
    order = ["vocabulary-codes", *(rule.name for rule in RECORD_RULES)]
    rules = [repair.rule for repair in found.repairs]
    assert rules == sorted(rules, key=order.index)
    agent = "[ <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Agent> ; "
    assert (
        Repair("agents-by-name", '"Clinic"', agent + '<http://xmlns.com/foaf/0.1/name> "Clinic" ]')
        in found.repairs
    )


def test_what_was_sent_stays_in_the_received_text(mended):
    found = mended(D + ":d dct:publisher 'Clinic' ; dct:language <http://lexvo.org/id/iso639-3/eng> .")
    received = {str(t.object) for t in found.received}
    assert {'"Clinic"', "<http://lexvo.org/id/iso639-3/eng>"} <= received
    assert found.received_hash != found.normalised_hash


def test_a_concept_that_is_also_something_else_keeps_its_description(mended, read):
    lexvo = "<http://lexvo.org/id/iso639-3/eng>"
    found = mended(
        D + f":d dct:language {lexvo} ; dct:relation {lexvo} . {lexvo} a skos:Concept ; rdfs:label 'x' ."
    )
    kept = f":d dct:language <{EU}language/ENG> ; dct:relation {lexvo} . {lexvo} a skos:Concept ; rdfs:label 'x' ."
    assert isomorphic(found.graph, read(D + kept))


def test_two_nodes_of_one_text_stay_two(mended, read):
    text = ":d dcat:distribution :f, :g . :f a dcat:Distribution ; dct:license 'ours' . :g a dcat:Distribution ; dct:license 'ours' ."
    node = "[ a dct:LicenseDocument ; rdfs:label 'ours' ]"
    assert isomorphic(mended(D + text).graph, read(D + text.replace("'ours'", node)))
