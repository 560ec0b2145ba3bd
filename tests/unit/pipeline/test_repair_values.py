"""Rules about values of the wrong kind and about codes: what they mend, and what is not certain enough."""

from __future__ import annotations

import pytest

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.pipeline.repairs import Tables, triple_rules
from catalogue.rdf.graphs import from_ntriples
from catalogue.rdf.namespaces import PREFIXES
from catalogue.rdf.terms import Triple

PAGE = "https://provider.example/catalogue/page1"
APPLY = {rule.name: rule.apply for rule in triple_rules(Tables(load_vocabularies()))}
XSD = PREFIXES["xsd"]
EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
DCAT, DCT, CV = PREFIXES["dcat"], PREFIXES["dct"], PREFIXES["cv"]
LANGUAGE, FORMAT, OFTEN, WHERE = (
    f"<{DCT}{name}>" for name in ("language", "format", "accrualPeriodicity", "spatial")
)
LICENCE, TITLE, ACCESS = f"<{DCT}license>", f"<{DCT}title>", f"<{DCAT}accessURL>"


def triple(text: str) -> Triple:
    return next(iter(from_ntriples(f"<urn:x:s> {text} .")))


CHANGED = [
    ("missing-scheme", f'{ACCESS} "www.a.example/data"', f"{ACCESS} <http://www.a.example/data>"),
    ("missing-scheme", f"{ACCESS} <https://provider.example/catalogue/www.a.example>", f"{ACCESS} <http://www.a.example>"),
    ("links-as-iris", f'{LICENCE} "https://a.example/terms"', f"{LICENCE} <https://a.example/terms>"),
    ("links-as-iris", f'{ACCESS} " https://a.example/x "^^<{XSD}anyURI>', f"{ACCESS} <https://a.example/x>"),
    ("links-as-iris", f'{LICENCE} "https://a.example/terms"@en', f"{LICENCE} <https://a.example/terms>"),
    ("texts-as-literals", f"{TITLE} <https://a.example/breast>", f'{TITLE} "https://a.example/breast"'),
    ("texts-as-literals", f"<{DCT}identifier> <https://doi.org/10.1/x>",
     f'<{DCT}identifier> "https://doi.org/10.1/x"^^<{XSD}anyURI>'),
    ("texts-as-literals", f"<{CV}email> <mailto:a@b.example>", f'<{CV}email> "a@b.example"'),
    ("texts-as-literals", f'<{CV}email> "mailto:a@b.example"', f'<{CV}email> "a@b.example"'),
    ("texts-as-literals", f"<{CV}telephone> <tel:+49-30-1234>", f'<{CV}telephone> "+49-30-1234"'),
    ("vocabulary-schemes", f"<{DCAT}theme> <https://purl.org/cld/freq/annual>", f"<{DCAT}theme> <http://purl.org/cld/freq/annual>"),
    ("vocabulary-schemes", f'<{PREFIXES["dcatap"]}applicableLegislation> <https://data.europa.eu/eli/reg/2025/327/oj>',
     f'<{PREFIXES["dcatap"]}applicableLegislation> <http://data.europa.eu/eli/reg/2025/327/oj>'),
    *(("vocabulary-codes", f'{LANGUAGE} "{text}"', f"{LANGUAGE} <{EU}language/ENG>")
      for text in ("en", "EN", "eng", "English", " english ", "Englisch", "anglais")),
    ("vocabulary-codes", f'{LANGUAGE} "français"@fr', f"{LANGUAGE} <{EU}language/FRA>"),
    *(("vocabulary-codes", f'{FORMAT} "{text}"', f"{FORMAT} <{EU}file-type/{code}>")
      for text, code in (("CSV", "CSV"), ("csv", "CSV"), (".csv", "CSV"), ("JSON-LD", "JSON_LD"), ("rdf/xml", "RDF_XML"))),
    ("vocabulary-codes", f'<{DCAT}mediaType> "PDF"', f"<{DCAT}mediaType> <{IANA}application/pdf>"),
    *(("vocabulary-codes", f'{OFTEN} "{text}"', f"{OFTEN} <{EU}frequency/{code}>")
      for text, code in (("monthly", "MONTHLY"), ("annually", "ANNUAL"), ("R/P1M", "MONTHLY"), ("asNeeded", "AS_NEEDED"),
                         ("jährlich", "ANNUAL"), ("BIMONTHLY", "BIMONTHLY"))),
    *(("vocabulary-codes", f'{WHERE} "{text}"', f"{WHERE} <{EU}country/DEU>")
      for text in ("DE", "DEU", "Germany", "Deutschland", "Allemagne")),
    ("vocabulary-codes", f'<{DCT}accessRights> "non-public"', f"<{DCT}accessRights> <{EU}access-right/NON_PUBLIC>"),
    ("vocabulary-codes", f'{LICENCE} "CC BY 4.0"', f"{LICENCE} <{EU}licence/CC_BY_4_0>"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_a_value_of_the_wrong_kind_is_mended(rule, before, after):
    assert APPLY[rule](triple(before), PAGE) == triple(after)


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_what_was_mended_is_left_alone(rule, before, after):
    mended = triple(after)
    assert APPLY[rule](mended, PAGE) is mended


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("missing-scheme", f'{TITLE} "www.a.example"'),
        ("missing-scheme", f'{ACCESS} "a.example/data"'),
        ("missing-scheme", f'{ACCESS} "www.a.example or www.b.example"'),
        ("missing-scheme", f"{ACCESS} <https://mirror.example/www.a.example/>"),
        ("links-as-iris", f'{LICENCE} "see https://a.example/terms"'),
        ("links-as-iris", f'{LICENCE} "https://a.example/ https://b.example/"'),
        ("links-as-iris", f'{TITLE} "https://a.example/"'),
        ("links-as-iris", f'{LICENCE} "12"^^<{XSD}integer>'),
        ("texts-as-literals", f"<{DCAT}keyword> <https://a.example/x>"),
        ("texts-as-literals", f'<{CV}email> "mailto:a@b.example?subject=x"'),
        ("texts-as-literals", f"{TITLE} _:b"),
        ("vocabulary-schemes", f"<{PREFIXES['foaf']}page> <https://purl.org/cld/freq/annual>"),
        ("vocabulary-schemes", f"<{DCAT}theme> <https://provider.example/annual>"),
        ("vocabulary-codes", f'{LANGUAGE} "en-GB"'),
        ("vocabulary-codes", f'{LANGUAGE} "en, de"'),
        ("vocabulary-codes", f'{TITLE} "English"'),
        ("vocabulary-codes", f'{FORMAT} "DICOM and CSV"'),
        ("vocabulary-codes", f'<{DCAT}mediaType> "xml"'),
        ("vocabulary-codes", f'<{DCAT}mediaType> "application/pdf"'),
        *(("vocabulary-codes", f'{OFTEN} "{text}"') for text in ("biweekly", "bi-monthly", "biannual", "quinzenal", "")),
        *(("vocabulary-codes", f'{WHERE} "{text}"') for text in ("Georgia", "Luxembourg", "de", "Bavaria")),
        ("vocabulary-codes", f'{OFTEN} "1"^^<{XSD}integer>'),
    ],
)  # fmt: skip
def test_what_is_right_or_not_certain_is_left_alone(rule, text):
    given = triple(text)
    assert APPLY[rule](given, PAGE) is given


def test_without_vocabularies_no_code_is_looked_up():
    bare = {rule.name: rule.apply for rule in triple_rules(Tables(type(load_vocabularies())({})))}
    given = triple(f'{LANGUAGE} "en"')
    assert bare["vocabulary-codes"](given, PAGE) is given
