"""The tables of EUCAIM DCAT-AP 2.0: Dataset.md, Distribution.md and Catalogue.md of its repository, row by row."""

from __future__ import annotations

from dataclasses import dataclass

# class, property or path, cardinality (per instance of the resource that has the last property), obligation
# (M mandatory, R recommended, O optional, C conditional), kind of value
TABLES = """
    Dataset dct:identifier 1..1 M literal
    Dataset dct:title 1..n M english
    Dataset dct:alternative 0..n O literal
    Dataset dct:description 1..n M english
    Dataset dcat:version 1..1 M version
    Dataset eucaim:interoperabilityLevel 1..1 M hyper-ontology
    Dataset dcat:distribution 1..n M dcat:Distribution
    Dataset dcat:inSeries 0..n O resource
    Dataset dcat:contactPoint 1..n M vcard:Kind
    Dataset dcat:contactPoint/vcard:hasURL 0..1 C iri
    Dataset dcat:contactPoint/vcard:hasEmail 0..1 C mailto
    Dataset foaf:page 0..n R resource
    Dataset dcat:theme 1..1 M health
    Dataset healthdcatap:healthCategory 1..n M healthcategories
    Dataset healthdcatap:healthTheme 0..n R health-theme
    Dataset dct:type 1..n M type
    Dataset dct:accessRights 1..1 M access-right
    Dataset dcatap:applicableLegislation 1..n M iri
    Dataset dpv:hasLegalBasis 0..n R dpv
    Dataset dpv:hasPurpose 0..n R purpose
    Dataset dpv:hasPersonalData 0..n R personal-data
    Dataset healthdcatap:retentionPeriod 0..1 R dct:PeriodOfTime
    Dataset dct:publisher 1..1 M foaf:Agent
    Dataset dct:publisher/foaf:name 1..n M literal
    Dataset dct:publisher/dct:type 0..1 R publisher-type
    Dataset dct:publisher/cv:contactPoint 1..1 M cv:ContactPoint
    Dataset dct:publisher/cv:contactPoint/cv:contactPage 0..n C iri
    Dataset dct:publisher/cv:contactPoint/cv:email 0..n C literal
    Dataset dct:publisher/cv:contactPoint/cv:telephone 0..n O literal
    Dataset dct:publisher/dct:description 0..n R literal
    Dataset dct:publisher/cv:contactPoint/cv:specialOpeningHoursSpecification 0..n O period
    Dataset dct:publisher/cv:contactPoint/cv:specialOpeningHoursSpecification/dct:description 1..n C literal
    Dataset dct:publisher/cv:contactPoint/cv:specialOpeningHoursSpecification/cv:frequency 0..n O frequency
    Dataset dct:publisher/cv:contactPoint/cv:openingHours 0..n O period
    Dataset dct:publisher/cv:contactPoint/cv:openingHours/dct:description 1..n C literal
    Dataset dct:publisher/cv:contactPoint/cv:openingHours/cv:frequency 0..n O frequency
    Dataset healthdcatap:hasStructuredData 1..1 M xsd:boolean
    Dataset healthdcatap:hasVariables 0..n C csvw:TableGroup
    Dataset healthdcatap:numberOfUniqueIndividuals 1..1 M number
    Dataset healthdcatap:numberOfRecords 1..1 M number
    Dataset eucaim:hasBirthSex 1..n M hyper-ontology
    Dataset healthdcatap:minTypicalAge 0..1 R number
    Dataset healthdcatap:maxTypicalAge 0..1 R number
    Dataset eucaim:hasCondition 1..1 M hyper-ontology
    Dataset healthdcatap:populationCoverage 0..n R literal
    Dataset eucaim:collectionMethod 1..n M hyper-ontology
    Dataset dct:spatial 0..n O place
    Dataset eucaim:hasImageModality 1..n M hyper-ontology
    Dataset eucaim:hasEquipmentManufacturer 1..n M hyper-ontology
    Dataset eucaim:hasImageBodyPart 1..n M hyper-ontology
    Dataset dct:temporal 0..n R dct:PeriodOfTime
    Dataset eucaim:hasAnnotationLabel 0..n O label
    Dataset eucaim:hasAlgorithmType 0..n O hyper-ontology
    Dataset eucaim:nbrOfSegmentations 0..1 O number
    Dataset dcat:keyword 1..n M literal
    Dataset dct:provenance 1..n M resource
    Dataset healthdcatap:hasCodingSystem 0..n R coding-system
    Dataset healthdcatap:hasCodeValues 0..n R literal
    Dataset prov:wasGeneratedBy 0..n O prov:Activity
    Dataset prov:wasGeneratedBy/dct:type 1..1 C health-activity
    Dataset dct:conformsTo 0..n O standard
    Dataset geodcatap:custodian 0..1 R foaf:Agent
    Dataset geodcatap:custodian/foaf:name 1..n C literal
    Dataset geodcatap:custodian/dct:type 0..1 O publisher-type
    Dataset geodcatap:custodian/cv:contactPoint 1..1 C cv:ContactPoint
    Dataset geodcatap:custodian/cv:contactPoint/cv:contactPage 0..n C iri
    Dataset geodcatap:custodian/cv:contactPoint/cv:email 0..n C literal
    Dataset geodcatap:custodian/cv:contactPoint/cv:telephone 0..n O literal
    Dataset geodcatap:custodian/cv:contactPoint/cv:specialOpeningHoursSpecification 0..n O period
    Dataset geodcatap:custodian/cv:contactPoint/cv:specialOpeningHoursSpecification/dct:description 1..n C literal
    Dataset geodcatap:custodian/cv:contactPoint/cv:specialOpeningHoursSpecification/cv:frequency 0..n O frequency
    Dataset geodcatap:custodian/cv:contactPoint/cv:openingHours 0..n O period
    Dataset geodcatap:custodian/cv:contactPoint/cv:openingHours/dct:description 1..n C literal
    Dataset geodcatap:custodian/cv:contactPoint/cv:openingHours/cv:frequency 0..n O frequency
    Dataset healthdcatap:hdab 1..1 M foaf:Agent
    Dataset healthdcatap:hdab/foaf:name 1..n M literal
    Dataset healthdcatap:hdab/dct:type 0..1 O publisher-type
    Dataset healthdcatap:hdab/cv:contactPoint 1..1 M cv:ContactPoint
    Dataset healthdcatap:hdab/cv:contactPoint/cv:contactPage 0..n C iri
    Dataset healthdcatap:hdab/cv:contactPoint/cv:email 0..n C literal
    Dataset healthdcatap:hdab/cv:contactPoint/cv:telephone 0..n O literal
    Dataset healthdcatap:hdab/cv:contactPoint/cv:specialOpeningHoursSpecification 0..n O period
    Dataset healthdcatap:hdab/cv:contactPoint/cv:specialOpeningHoursSpecification/dct:description 1..n C literal
    Dataset healthdcatap:hdab/cv:contactPoint/cv:specialOpeningHoursSpecification/cv:frequency 0..n O frequency
    Dataset healthdcatap:hdab/cv:contactPoint/cv:openingHours 0..n O period
    Dataset healthdcatap:hdab/cv:contactPoint/cv:openingHours/dct:description 1..n C literal
    Dataset healthdcatap:hdab/cv:contactPoint/cv:openingHours/cv:frequency 0..n O frequency
    Dataset dct:creator 0..n O foaf:Agent
    Dataset dct:creator/foaf:name 1..n C literal
    Dataset dct:creator/foaf:homepage 0..n O iri
    Dataset dct:creator/foaf:mbox 0..n O mailto
    Dataset dct:creator/dct:type 0..1 O publisher-type
    Dataset dct:issued 0..1 O date
    Dataset dcat:hasVersion 0..n O iri
    Dataset dct:modified 0..1 O date
    Dataset adms:versionNotes 0..n O literal
    Dataset adms:identifier 0..n O adms:Identifier
    Dataset dct:language 0..n R language
    Dataset dct:accrualPeriodicity 0..1 R frequency
    Dataset dcat:landingPage 0..n R resource
    Dataset dct:source 0..n O resource
    Dataset dct:isReferencedBy 0..n O resource
    Dataset adms:sample 0..n R dcat:Distribution
    Dataset healthdcatap:analytics 0..n R dcat:Distribution
    Dataset dcat:spatialResolutionInMeters 0..1 O xsd:decimal
    Dataset dcat:temporalResolution 0..1 O xsd:duration
    Dataset dct:relation 0..n O resource
    Dataset dqv:hasQualityAnnotation 0..n R dqv:QualityCertificate
    Dataset prov:qualifiedAttribution 0..n O prov:Attribution
    Dataset prov:qualifiedAttribution/prov:agent 1..1 C resource
    Dataset prov:qualifiedAttribution/prov:agent/foaf:name 1..n C literal
    Dataset prov:qualifiedAttribution/prov:agent/dct:description 0..n O literal
    Dataset prov:qualifiedAttribution/prov:agent/dct:type 0..1 O publisher-type
    Dataset prov:qualifiedAttribution/prov:agent/foaf:mbox 0..1 O mailto
    Dataset prov:qualifiedAttribution/prov:agent/foaf:homepage 0..1 O iri
    Dataset prov:qualifiedAttribution/dcat:hadRole 1..n C role
    Dataset dcat:qualifiedRelation 0..n O dcat:Relationship
    Dataset dcat:qualifiedRelation/dct:relation 1..n C resource
    Dataset dcat:qualifiedRelation/dcat:hadRole 1..n C iri
    Distribution dct:title 0..n O literal
    Distribution dct:description 0..n R literal
    Distribution foaf:page 0..n O resource
    Distribution dcat:accessURL 1..n M resource
    Distribution dcat:accessService 0..n O resource
    Distribution dcat:downloadURL 0..n O resource
    Distribution dcatap:availability 0..1 R planned-availability
    Distribution dct:format 0..1 R file-type
    Distribution dcat:mediaType 0..1 O media-type
    Distribution dcat:compressFormat 0..1 O media-type
    Distribution dcat:packageFormat 0..1 O media-type
    Distribution dcat:byteSize 0..1 O number
    Distribution spdx:checksum 0..1 O spdx:Checksum
    Distribution dcat:spatialResolutionInMeters 0..1 O xsd:decimal
    Distribution dcat:temporalResolution 0..1 O xsd:duration
    Distribution spdx:checksum/spdx:checksumValue 1..1 C xsd:hexBinary
    Distribution spdx:checksum/spdx:algorithm 1..1 C algorithm
    Distribution dct:conformsTo 0..n O resource
    Distribution dct:language 0..n O language
    Distribution dcatap:applicableLegislation 1..n M iri
    Distribution dct:license 0..1 R resource
    Distribution dct:rights 1..n M access-condition
    Distribution odrl:hasPolicy 0..1 O odrl:Policy
    Distribution odrl:hasPolicy/odrl:permission 0..n C resource
    Distribution odrl:hasPolicy/odrl:prohibition 0..n C resource
    Distribution odrl:hasPolicy/odrl:obligation 0..n C resource
    Distribution odrl:hasPolicy/odrl:permission/odrl:action 1..n C action
    Distribution odrl:hasPolicy/odrl:prohibition/odrl:action 1..n C action
    Distribution odrl:hasPolicy/odrl:obligation/odrl:action 1..n C action
    Distribution adms:status 0..1 O distribution-status
    Distribution dct:issued 0..1 O date
    Distribution dct:modified 0..1 O date
    Catalog dct:title 1..n M literal
    Catalog dct:description 1..n M literal
    Catalog dcatap:applicableLegislation 1..n M iri
    Catalog foaf:homepage 0..1 R resource
    Catalog dct:language 0..n R language
    Catalog dct:modified 0..1 R date
    Catalog dct:issued 0..1 R date
    Catalog dcat:themeTaxonomy 0..n R resource
    Catalog dct:spatial 0..n R place
    Catalog dct:license 0..1 R resource
    Catalog dcat:service 0..n R resource
    Catalog dcat:dataset 0..n R resource
    Catalog dcat:catalog 0..n O resource
    Catalog dct:hasPart 0..n O resource
    Catalog dcat:record 0..n O resource
    Catalog dct:rights 0..n O resource
    Catalog dct:temporal 0..n O dct:PeriodOfTime
    Catalog dct:publisher 1..1 M foaf:Agent
    Catalog dct:publisher/foaf:name 1..n M literal
    Catalog dct:publisher/dct:type 0..1 R publisher-type
    Catalog dct:publisher/cv:contactPoint 1..1 M cv:ContactPoint
    Catalog dct:publisher/cv:contactPoint/cv:contactPage 0..n C iri
    Catalog dct:publisher/cv:contactPoint/cv:email 0..n C literal
    Catalog dct:publisher/cv:contactPoint/cv:telephone 0..n O literal
    Catalog dct:publisher/dct:description 0..n R literal
    Catalog dct:publisher/cv:contactPoint/cv:specialOpeningHoursSpecification 0..n O period
    Catalog dct:publisher/cv:contactPoint/cv:specialOpeningHoursSpecification/dct:description 1..n C literal
    Catalog dct:publisher/cv:contactPoint/cv:specialOpeningHoursSpecification/cv:frequency 0..n O frequency
    Catalog dct:publisher/cv:contactPoint/cv:openingHours 0..n O period
    Catalog dct:publisher/cv:contactPoint/cv:openingHours/dct:description 1..n C literal
    Catalog dct:publisher/cv:contactPoint/cv:openingHours/cv:frequency 0..n O frequency
    Catalog dct:creator 0..1 O foaf:Agent
    Catalog dct:creator/foaf:name 1..n C literal
    Catalog dct:creator/foaf:homepage 0..n O iri
    Catalog dct:creator/foaf:mbox 0..n O mailto
    Catalog dct:creator/dct:type 0..1 O publisher-type
"""


@dataclass(frozen=True)
class Row:
    name: str
    steps: tuple[str, ...]
    cardinality: str
    obligation: str
    value: str

    @property
    def cls(self) -> str:
        return self.name.split()[0]

    @property
    def ways_to_break(self) -> set[str]:
        """What a row forbids: absence (of what is mandatory or recommended), repetition, a wrong value."""
        wanted = {"range"}
        if self.cardinality.startswith("1") or self.obligation == "R":
            wanted.add("missing")
        if self.cardinality.endswith("1"):
            wanted.add("repeated")
        return wanted


def rows() -> list[Row]:
    found = []
    for line in filter(None, map(str.strip, TABLES.splitlines())):
        cls, path, cardinality, obligation, value = line.split()
        found.append(Row(f"dcat:{cls} {path}", tuple(path.split("/")), cardinality, obligation, value))
    return found
