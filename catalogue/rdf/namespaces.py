"""Every prefix and IRI we use, once. `DCAT.title` style access gives pyoxigraph NamedNodes."""

from __future__ import annotations

from functools import cache

from pyoxigraph import NamedNode


class Namespace:
    """`DCAT.Dataset` and `DCAT["Dataset"]` give the NamedNode of prefix IRI + local name."""

    __slots__ = ("iri",)

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        return _node(self.iri + name)

    def __getitem__(self, name: str) -> NamedNode:
        return _node(self.iri + name)


@cache
def _node(iri: str) -> NamedNode:
    return NamedNode(iri)


ADMS = Namespace("http://www.w3.org/ns/adms#")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
CV = Namespace("http://data.europa.eu/m8g/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DCT = Namespace("http://purl.org/dc/terms/")
DPV = Namespace("https://w3id.org/dpv#")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
EUCAIM = Namespace("https://cancerimage.eu/ontology/EUCAIM#")
FDP = Namespace("https://w3id.org/fdp/fdp-o#")
FDP_OLD = Namespace("http://rdf.biosemantics.org/ontologies/fdp-o#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
GEODCATAP = Namespace("http://data.europa.eu/930/")
HEALTHDCATAP = Namespace("http://healthdataportal.eu/ns/health#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LDP = Namespace("http://www.w3.org/ns/ldp#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
OA = Namespace("http://www.w3.org/ns/oa#")
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PHAROS = Namespace("https://w3id.org/pharos/ns#")
PROV = Namespace("http://www.w3.org/ns/prov#")
R3D = Namespace("http://www.re3data.org/schema/3-0#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("http://schema.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
TIME = Namespace("http://www.w3.org/2006/time#")
TREE = Namespace("https://w3id.org/tree#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

EU_AUTHORITY = "http://publications.europa.eu/resource/authority/"
HEALTH_AUTHORITY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/"

PREFIXES: dict[str, str] = {
    "adms": ADMS.iri,
    "csvw": CSVW.iri,
    "cv": CV.iri,
    "dcat": DCAT.iri,
    "dcatap": DCATAP.iri,
    "dct": DCT.iri,
    "dpv": DPV.iri,
    "dqv": DQV.iri,
    "eli": ELI.iri,
    "eucaim": EUCAIM.iri,
    "fdp-o": FDP.iri,
    "foaf": FOAF.iri,
    "geodcatap": GEODCATAP.iri,
    "healthdcatap": HEALTHDCATAP.iri,
    "hydra": HYDRA.iri,
    "ldp": LDP.iri,
    "locn": LOCN.iri,
    "oa": OA.iri,
    "odrl": ODRL.iri,
    "org": ORG.iri,
    "owl": OWL.iri,
    "pharos": PHAROS.iri,
    "prov": PROV.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "schema": SCHEMA.iri,
    "sh": SH.iri,
    "skos": SKOS.iri,
    "spdx": SPDX.iri,
    "time": TIME.iri,
    "vcard": VCARD.iri,
    "xsd": XSD.iri,
}
