"""A generator of varied records in the style of DCAT-AP and EUCAIM: 40 to 70 triples each, the same at every call.

Publishers are shared and described on each page that names them; a few records name a researcher who is described
on the last page only. One record in three has blank nodes for distributions. Records are text from the beginning:
the server that sends them has to be faster than what is measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.wording import (
    CONDITIONS,
    COUNTRIES,
    FORMS,
    KEYWORDS,
    LANGUAGES,
    MODALITIES,
    SENTENCES,
    TITLES,
)

PUBLISHERS, RESEARCHERS = 40, 25
HOST = "https://images.example.org"
PREFIXES = """@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix au: <http://publications.europa.eu/resource/authority/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dqv: <http://www.w3.org/ns/dqv#> .
@prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix health: <http://healthdataportal.eu/ns/health#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CATALOGUE = f"{HOST}/catalogue"


@dataclass(frozen=True, slots=True)
class Pages:
    """A catalogue of `records` in pages of `size`, numbered from 1. `seed`: another one gives other records."""

    records: int
    size: int = 100
    seed: str = "pharos"

    @property
    def count(self) -> int:
        return max(1, -(-self.records // self.size))

    def numbers(self, page: int) -> range:
        """The records of a page."""
        return range((page - 1) * self.size, min(page * self.size, self.records))

    def turtle(self, page: int, url: str) -> Iterator[str]:
        """One page in pieces. `url`: the address of the first page, to which `?page=N` is added."""
        yield PREFIXES
        yield self._frame(page, url)
        named: dict[int, None] = {}
        for number in self.numbers(page):
            facts = Facts.of(number, self.seed)
            named[facts.publisher] = None
            yield turtle(facts)
        for publisher in named:
            yield _publisher(publisher)
        if page == self.count:
            yield from map(_researcher, range(RESEARCHERS))

    def _frame(self, page: int, url: str) -> str:
        lines = [
            f"<{url}> a hydra:Collection ; hydra:totalItems {self.records} ; hydra:view <{url}?page={page}> .",
            f"<{url}?page={page}> a hydra:PartialCollectionView ; hydra:first <{url}?page=1> .",
        ]
        if page < self.count:
            lines.append(f"<{url}?page={page}> hydra:next <{url}?page={page + 1}> .")
        members = " , ".join(f"<{HOST}/datasets/{number}>" for number in self.numbers(page))
        if members:
            lines.append(f"<{CATALOGUE}> dcat:dataset {members} .")
        title = 'dct:title "Generated images"@en ; dct:description "Made for a measurement."@en'
        lines.append(f"<{CATALOGUE}> a dcat:Catalog ; {title} ; dct:publisher <{HOST}/publishers/0> .")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What varies from record to record."""

    number: int
    publisher: int
    language: str
    condition: int
    modality: str
    count: int
    years: tuple[int, int]
    chance: random.Random

    @classmethod
    def of(cls, number: int, seed: str) -> Facts:
        chance = random.Random(f"{seed}-{number}")
        first = chance.randint(1998, 2018)
        return cls(
            number=number,
            publisher=chance.randrange(PUBLISHERS),
            language=chance.choice([*LANGUAGES, "en"]),
            condition=chance.randrange(len(CONDITIONS["en"])),
            modality=chance.choice(MODALITIES),
            count=chance.randint(40, 9000),
            years=(first, first + chance.randint(1, 7)),
            chance=chance,
        )


def turtle(facts: Facts) -> str:
    """The record, with its blank nodes and distributions."""
    iri = f"{HOST}/datasets/{facts.number}"
    own, distributions = _distributions(facts, iri)
    access = facts.chance.choice(("PUBLIC", "RESTRICTED", "NON_PUBLIC"))
    first, last = facts.years
    lines = [
        f"<{iri}> a dcat:Dataset",
        *_texts(facts),
        f'dct:identifier "{iri}"',
        f"dct:publisher <{HOST}/publishers/{facts.publisher}>",
        f"dct:accessRights <http://publications.europa.eu/resource/authority/access-right/{access}>",
        f"dct:language <http://publications.europa.eu/resource/authority/language/{LANGUAGES[facts.language]}>",
        f"dct:spatial <http://publications.europa.eu/resource/authority/country/{facts.chance.choice(COUNTRIES)}>",
        "dcat:theme <http://publications.europa.eu/resource/authority/data-theme/HEAL>",
        "dcatap:applicableLegislation <http://data.europa.eu/eli/reg/2025/327/oj>",
        f'dct:issued "{last + 1}-03-0{facts.chance.randint(1, 9)}"^^xsd:date',
        f'dct:modified "{last + 2}-1{facts.chance.randint(0, 2)}-15T08:30:00Z"^^xsd:dateTime',
        f'dcat:version "{facts.chance.randint(1, 4)}.{facts.chance.randint(0, 9)}"',
        f"dcat:landingPage <{HOST}/pages/{facts.number}>",
        f"eucaim:hasCondition <{HOST}/concepts/condition-{facts.condition}>",
        f"eucaim:hasImageModality <{HOST}/concepts/modality-{facts.modality}>",
        f'health:numberOfUniqueIndividuals "{facts.count}"^^xsd:nonNegativeInteger',
        f'health:minTypicalAge "{facts.chance.randint(0, 40)}"^^xsd:nonNegativeInteger',
        f'dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "{first}-01-01"^^xsd:date ; '
        f'dcat:endDate "{last}-12-31"^^xsd:date ]',
        f'dcat:contactPoint [ a vcard:Kind ; vcard:fn "Data desk {facts.publisher}" ; '
        f"vcard:hasEmail <mailto:desk{facts.publisher}@images.example.org> ]",
        "dcat:distribution " + " , ".join(distributions),
    ]
    if facts.number % 20 == 7:
        lines.append(f"dct:creator <{HOST}/researchers/{facts.number % RESEARCHERS}>")
    text = " ;\n    ".join(lines) + " .\n" + own
    if facts.number % 10 == 3:
        text += (
            f'[] a dqv:QualityCertificate ; oa:hasTarget <{iri}> ; dct:title "Checked in {last + 1}"@en .\n'
        )
    return text


def _texts(facts: Facts) -> list[str]:
    """Titles and descriptions in the provider's language and in English, keywords, coverage."""
    lines = []
    for language in dict.fromkeys((facts.language, "en")):
        condition = CONDITIONS[language][facts.condition]
        title = TITLES[language].format(modality=facts.modality, condition=condition, number=facts.number)
        chosen = facts.chance.sample(SENTENCES[language], facts.chance.randint(2, 4))
        words = " ".join(chosen).format(
            count=facts.count,
            first=facts.years[0],
            last=facts.years[1],
            thin=facts.chance.choice((0.6, 1, 3, 5)),
        )
        lines += [f'dct:title "{title}"@{language}', f'dct:description "{title}. {words}"@{language}']
        lines.append(f'dcat:keyword "{condition}"@{language}')
    lines += [
        f'dcat:keyword "{word}"@en' for word in facts.chance.sample(KEYWORDS, facts.chance.randint(1, 3))
    ]
    return lines


def _distributions(facts: Facts, iri: str) -> tuple[str, list[str]]:
    """The described IRIs' own text, and what stands after dcat:distribution."""
    own, named = "", []
    is_blank = facts.number % 3 == 0
    media_types = f"http{'s' if facts.publisher % 2 else ''}://www.iana.org/assignments/media-types"
    for form, media_type, title in facts.chance.sample(FORMS, facts.chance.randint(1, 3)):
        name = f"{iri}/{media_type.rpartition('/')[2]}"
        body = " ; ".join(
            [
                "a dcat:Distribution",
                f'dct:title "{title}"@en',
                f"dcat:accessURL <{name}/access>",
                f"dct:format <http://publications.europa.eu/resource/authority/file-type/{form}>",
                f"dcat:mediaType <{media_types}/{media_type}>",
                f'dcat:byteSize "{facts.chance.randint(10**6, 10**12)}"^^xsd:nonNegativeInteger',
                "dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0>",
                "dcatap:availability <http://publications.europa.eu/resource/authority/planned-availability/STABLE>",
            ]
        )
        if not named and facts.chance.random() < 0.4:
            value = f"{facts.chance.getrandbits(256):064x}"
            body += f' ; spdx:checksum [ a spdx:Checksum ; spdx:checksumValue "{value}"^^xsd:hexBinary ]'
        named.append(f"[ {body} ]" if is_blank else f"<{name}>")
        own += "" if is_blank else f"<{name}> {body} .\n"
    return own, named


def _publisher(number: int) -> str:
    return (
        f'<{HOST}/publishers/{number}> a foaf:Agent ; foaf:name "University Hospital {number}"@en , '
        f'"Universitätsklinikum {number}"@de ; foaf:homepage <https://hospital-{number}.example.org/> .\n'
    )


def _researcher(number: int) -> str:
    return (
        f'<{HOST}/researchers/{number}> a foaf:Person ; foaf:name "Researcher {number}" ; '
        f"foaf:mbox <mailto:researcher{number}@images.example.org> .\n"
    )
