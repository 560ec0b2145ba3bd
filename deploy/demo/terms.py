"""Namespaces, and the IRIs behind the short keys that the provider files use."""

from __future__ import annotations

from functools import cache

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, XSD

from deploy.demo.authoring import read_toml

__all__ = ["DCTERMS", "FOAF", "OWL", "PROV", "RDF", "RDFS", "SKOS", "XSD"]

ADMS = Namespace("http://www.w3.org/ns/adms#")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
CV = Namespace("http://data.europa.eu/m8g/")
# rdflib's own DCAT does not know the terms of version 3.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DPV = Namespace("https://w3id.org/dpv#")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
EUCAIM = Namespace("https://cancerimage.eu/ontology/EUCAIM#")
FDP = Namespace("https://w3id.org/fdp/fdp-o#")
GEODCATAP = Namespace("http://data.europa.eu/930/")
HEALTHDCATAP = Namespace("http://healthdataportal.eu/ns/health#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LDP = Namespace("http://www.w3.org/ns/ldp#")
OA = Namespace("http://www.w3.org/ns/oa#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

PREFIXES = {
    "adms": str(ADMS), "csvw": str(CSVW), "cv": str(CV), "dcat": str(DCAT), "dcatap": str(DCATAP),
    "dct": str(DCTERMS), "dpv": str(DPV), "dqv": str(DQV), "eli": str(ELI), "eucaim": str(EUCAIM),
    "fdp-o": str(FDP), "foaf": str(FOAF), "geodcatap": str(GEODCATAP), "healthdcatap": str(HEALTHDCATAP),
    "hydra": str(HYDRA), "ldp": str(LDP), "oa": str(OA), "prov": str(PROV), "rdfs": str(RDFS),
    "skos": str(SKOS), "vcard": str(VCARD), "xsd": str(XSD),
}  # fmt: skip

EHDS = URIRef("http://data.europa.eu/eli/reg/2025/327/oj")

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_HEALTH_AUTHORITY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/"
_EUCAIM_LISTS = "https://eucaim.github.io/eucaim_dcat_ap/releases/controlled-vocabularies/"
_LANGUAGES = {
    "cs": "CES", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA", "fr": "FRA",
    "it": "ITA", "nl": "NLD", "pl": "POL", "pt": "POR", "sv": "SWE",
}  # fmt: skip


def authority(table: str, code: str = "") -> URIRef:
    """A concept of an EU Publications Office table, or the table itself."""
    return URIRef(f"{_AUTHORITY}{table}/{code}" if code else f"{_AUTHORITY}{table}")


def health_authority(table: str, code: str) -> URIRef:
    """A concept of a HealthDCAT-AP table on its production host."""
    return URIRef(f"{_HEALTH_AUTHORITY}{table}/{code}")


def language(tag: str) -> URIRef:
    return authority("language", _LANGUAGES[tag])


def access_condition(code: str) -> URIRef:
    return URIRef(f"{_EUCAIM_LISTS}access-conditions/#{code}")


def data_use_condition(code: str) -> URIRef:
    return URIRef(f"{_EUCAIM_LISTS}data-use-conditions/#{code}")


def legal_basis(code: str) -> URIRef:
    return URIRef(f"https://w3id.org/dpv/legal/eu/gdpr#{code}")


def personal_data(code: str) -> URIRef:
    """HealthDCAT-AP checks for this spelling of the namespace; current DPV says ``dpv/pd#``."""
    return URIRef(f"https://w3id.org/dpv/dpv-pd#{code}")


def media_type(name: str) -> URIRef:
    return URIRef(f"http://www.iana.org/assignments/media-types/{name}")


@cache
def _concepts() -> dict[str, dict[str, list[str]]]:
    return read_toml("concepts.toml")


def concept(kind: str, key: str) -> URIRef:
    """The IRI of a key in ``concepts.toml``."""
    return URIRef(_concepts()[kind][key][0])


def concept_label(kind: str, key: str) -> str:
    return _concepts()[kind][key][1]


def icd10(condition: str) -> str:
    return str(_concepts()["icd10"][condition])
