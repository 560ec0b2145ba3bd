"""Each rule: what it mends, and what it leaves alone."""

from __future__ import annotations

import json

import pyoxigraph
import pytest

from catalogue.pipeline.repairs import RULES
from catalogue.rdf.graphs import from_ntriples
from catalogue.rdf.namespaces import PREFIXES
from catalogue.rdf.terms import Literal, Triple

PAGE = "https://provider.example/catalogue/page1"
APPLY = {rule.name: rule.apply for rule in RULES}
XSD = PREFIXES["xsd"]
MODIFIED = f"<{PREFIXES['dct']}modified>"
EMAIL, MBOX = f"<{PREFIXES['vcard']}hasEmail>", f"<{PREFIXES['foaf']}mbox>"
MEDIA = f"<{PREFIXES['dcat']}mediaType>"
TYPE = f"<{PREFIXES['rdf']}type>"
TITLE = f"<{PREFIXES['dct']}title>"
NAL = "https://hdeu-dcat.data.health.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"


def triple(text: str) -> Triple:
    return next(iter(from_ntriples(f"<urn:x:s> {text} .")))


CHANGED = [
    ("iri", f"{TITLE} <ttps://a.example/x>", f"{TITLE} <https://a.example/x>"),
    ("iri", f"{TITLE} <http://a.example/b c>", f"{TITLE} <http://a.example/b%20c>"),
    ("iri", f"{TITLE} <http://a.example/ http://b.example/>", f'{TITLE} "http://a.example/ http://b.example/"'),
    ("namespace-aliases", '<https://w3id.org/healthdcat-ap#hdab> "x"', '<http://healthdataportal.eu/ns/health#hdab> "x"'),
    ("namespace-aliases", '<https://purl.org/dc/terms/title> "x"', f'{TITLE} "x"'),
    ("namespace-aliases", f"{TYPE} <https://www.w3.org/ns/dcat#Dataset>", f"{TYPE} <http://www.w3.org/ns/dcat#Dataset>"),
    ("namespace-aliases", f"{TYPE} <https://schema.org/Dataset>", f"{TYPE} <http://schema.org/Dataset>"),
    ("namespace-aliases", f'{TITLE} "1"^^<https://www.w3.org/2001/XMLSchema#int>', f'{TITLE} "1"^^<{XSD}int>'),
    ("namespace-aliases", "<http://rdf.biosemantics.org/ontologies/fdp-o#metadataIssued> <urn:x:y>",
     "<https://w3id.org/fdp/fdp-o#metadataIssued> <urn:x:y>"),
    ("namespace-aliases", "<http://w3id.org/dpv#hasPurpose> <urn:x:y>", "<https://w3id.org/dpv#hasPurpose> <urn:x:y>"),
    *(("vocabulary-hosts", f"{TITLE} <{host}/resource/authority/health-theme/X>", f"{TITLE} <{NAL}health-theme/X>")
      for host in ("https://hdeu-dcat.acceptance.data.health.europa.eu", "http://healthdataportal.eu",
                   "http://13.81.34.152:1101", "http://hdeu-dcat.data.health.europa.eu")),
    ("vocabulary-hosts", f"{TITLE} <https://publications.europa.eu/resource/authority/country/FIN>",
     f"{TITLE} <http://publications.europa.eu/resource/authority/country/FIN>"),
    ("media-type-iris", f"{MEDIA} <http://www.iana.org/assignments/media-types/text/csv>", f"{MEDIA} <{IANA}text/csv>"),
    ("media-type-iris", f'{MEDIA} "application/dicom"', f"{MEDIA} <{IANA}application/dicom>"),
    ("media-type-iris", f"{MEDIA} <http://purl.org/NET/mediatypes/text/csv>", f"{MEDIA} <{IANA}text/csv>"),
    ("media-type-iris", f"{MEDIA} <https://provider.example/catalogue/text/csv>", f"{MEDIA} <{IANA}text/csv>"),
    ("dates", f'{MODIFIED} "2020-01-02T03:04:05Z"^^<{XSD}date>', f'{MODIFIED} "2020-01-02T03:04:05Z"^^<{XSD}dateTime>'),
    ("dates", f'{MODIFIED} "2020-01-02"^^<{XSD}dateTime>', f'{MODIFIED} "2020-01-02"^^<{XSD}date>'),
    ("dates", f'{MODIFIED} "20090519"^^<{XSD}date>', f'{MODIFIED} "2009-05-19"^^<{XSD}date>'),
    ("dates", f'{TITLE} "2009"^^<{XSD}date>', f'{TITLE} "2009"^^<{XSD}gYear>'),
    ("dates", f'{TITLE} "2009-05"^^<{XSD}date>', f'{TITLE} "2009-05"^^<{XSD}gYearMonth>'),
    ("dates", f'{MODIFIED} "2020-01-02"', f'{MODIFIED} "2020-01-02"^^<{XSD}date>'),
    ("dates", f'{MODIFIED} "2020-01-02 03:04"', f'{MODIFIED} "2020-01-02T03:04:00"^^<{XSD}dateTime>'),
    ("dates", f'{MODIFIED} "20200102T030405+0100"^^<{XSD}dateTime>',
     f'{MODIFIED} "2020-01-02T03:04:05+01:00"^^<{XSD}dateTime>'),
    ("email-mailto", f'{EMAIL} "a@b.example"', f"{EMAIL} <mailto:a@b.example>"),
    ("email-mailto", f'{MBOX} " mailto:a@b.example "', f"{MBOX} <mailto:a@b.example>"),
    ("email-mailto", f"{EMAIL} <MAILTO:a@b.example>", f"{EMAIL} <mailto:a@b.example>"),
    ("email-mailto", f"{EMAIL} <mailto:%20a@b.example>", f"{EMAIL} <mailto:a@b.example>"),
    ("email-mailto", f"{EMAIL} <mailto://a@b.example>", f"{EMAIL} <mailto:a@b.example>"),
    ("email-mailto", f"{EMAIL} <https://provider.example/catalogue/a@b.example>", f"{EMAIL} <mailto:a@b.example>"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_a_rule_mends(rule, before, after):
    assert APPLY[rule](triple(before), PAGE) == triple(after)


def test_a_media_types_own_description_moves_with_it():
    old, new = (
        next(iter(from_ntriples(f"<{address}text/csv> <urn:x:type> <urn:x:MediaType> .")))
        for address in ("http://www.iana.org/assignments/media-types/", IANA)
    )
    assert APPLY["media-type-iris"](old, PAGE) == new
    assert APPLY["media-type-iris"](new, PAGE) is new


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_a_rule_leaves_alone_what_it_has_mended(rule, before, after):
    mended = triple(after)
    assert APPLY[rule](mended, PAGE) is mended


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("iri", f"{TITLE} <http://a.example/%20/ä>"),
        ("namespace-aliases", f"{TITLE} <https://schema.org/Dataset>"),
        ("namespace-aliases", '<https://provider.example/ns/dcat#title> "x"'),
        ("vocabulary-hosts", f"{TITLE} <https://provider.example/resource/authority/country/FIN>"),
        ("vocabulary-hosts", f"{TITLE} <https://publications.europa.eu/resource/cellar/x>"),
        ("media-type-iris", f'{MEDIA} "CSV"'),
        ("media-type-iris", f'{TITLE} "text/csv"'),
        ("media-type-iris", f"{MEDIA} <https://elsewhere.example/text/csv>"),
        ("language-tags", f'{TITLE} "x"@de-at'),
        ("dates", f'{MODIFIED} "19/05/2009"'),
        ("dates", f'{MODIFIED} "2009"'),
        ("dates", f'{MODIFIED} "2020-02-31T00:00:00"^^<{XSD}date>'),
        ("dates", f'{MODIFIED} "spring 2009"^^<{XSD}date>'),
        ("dates", f'{TITLE} "2020-01-02"'),
        ("dates", f'{MODIFIED} "2020-01-02"@en'),
        ("dates", f'{MODIFIED} "2020-01-02T03:04:05.123+01:00"^^<{XSD}dateTime>'),
        ("email-mailto", f'{EMAIL} "a@b.example; c@d.example"'),
        ("email-mailto", f'{EMAIL} "the office"'),
        ("email-mailto", f'<{PREFIXES["cv"]}email> "a@b.example"'),
        ("email-mailto", f"{EMAIL} <https://social.example/@someone>"),
        ("email-mailto", f"{EMAIL} <mailto:a@b.example?subject=x>"),
        ("empty-literals", f'{TITLE} " "'),
    ],
)  # fmt: skip
def test_a_rule_leaves_alone_what_is_right_or_unclear(rule, text):
    given = triple(text)
    assert APPLY[rule](given, PAGE) is given


@pytest.mark.parametrize("literal", ['""', '""@en', f'""^^<{XSD}date>'])
def test_an_empty_text_goes(literal):
    assert APPLY["empty-literals"](triple(f"{TITLE} {literal}"), PAGE) is None


def test_a_triple_whose_property_is_no_iri_goes():
    assert APPLY["iri"](triple('<http://a.example/ http://b.example/> "x"'), PAGE) is None


def tagged(tag: str) -> Triple:
    """A literal with any tag, as the lenient reader of JSON-LD lets it through."""
    document = {"@id": "urn:x:s", "urn:x:p": {"@value": "Titre", "@language": tag}}
    quads = pyoxigraph.parse(json.dumps(document), format=pyoxigraph.RdfFormat.JSON_LD, lenient=True)
    return next(iter(quads)).triple


@pytest.mark.parametrize(
    ("tag", "literal"),
    [
        ("en-GB", Literal("Titre", language="en-gb")),
        ("pt_BR", Literal("Titre", language="pt-br")),
        (" de ", Literal("Titre", language="de")),
        ("français", Literal("Titre")),
        ("fra nce", Literal("Titre")),
    ],
)
def test_a_language_tag_is_in_one_form_or_goes_and_the_text_stays(tag, literal):
    mended = APPLY["language-tags"](tagged(tag), PAGE)
    assert mended.object == literal
    assert APPLY["language-tags"](mended, PAGE) is mended
