"""Which property belongs to which group of a page, in which order, and what people call it.

Names are English and marked for extraction with `mark`; the page translates them. A property that is not listed is
shown all the same, in the group `other`, under its compact IRI.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from catalogue.rdf.namespaces import (
    ADMS,
    CSVW,
    CV,
    DCAT,
    DCATAP,
    DCT,
    DPV,
    DQV,
    EUCAIM,
    FOAF,
    GEODCATAP,
    HEALTHDCATAP,
    LOCN,
    ODRL,
    OWL,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SKOS,
    SPDX,
    TIME,
    VCARD,
)


def mark(text: str) -> str:
    """Marks a text for extraction; it is translated where it is shown."""
    return text


GROUPS: dict[str, str] = {
    "overview": mark("Overview"),
    "access": mark("Access and how to get it"),
    "images": mark("Population and images"),
    "coverage": mark("Coverage"),
    "variables": mark("Variables and codes"),
    "distributions": mark("Distributions"),
    "parties": mark("Responsible parties"),
    "quality": mark("Origin and quality"),
    "related": mark("Related resources"),
    "other": mark("Further properties"),
}
"""Groups in the order of a page."""


@dataclass(frozen=True, slots=True)
class PropertyName:
    """Where a property is shown and under which name; `rank` orders within the group."""

    group: str
    label: str
    rank: int


_LISTED: dict[str, list[tuple[NamedNode, str]]] = {
    "overview": [
        (DCT.title, mark("Title")),
        (DCT.alternative, mark("Alternative title")),
        (DCT.description, mark("Description")),
        (DCAT.keyword, mark("Keywords")),
        (DCAT.theme, mark("Theme")),
        (HEALTHDCATAP.healthCategory, mark("Health category")),
        (HEALTHDCATAP.healthTheme, mark("Health theme")),
        (DCT.type, mark("Type")),
        (DCT.identifier, mark("Identifier")),
        (ADMS.identifier, mark("Other identifier")),
        (DCAT.landingPage, mark("Landing page")),
        (FOAF.page, mark("Documentation")),
        (FOAF.homepage, mark("Home page")),
        (DCAT.version, mark("Version")),
        (OWL.versionInfo, mark("Version")),
        (ADMS.versionNotes, mark("Version notes")),
        (DCT.issued, mark("Issued")),
        (DCT.modified, mark("Modified")),
        (DCT.created, mark("Created")),
        (DCT.accrualPeriodicity, mark("Update frequency")),
        (DCT.language, mark("Language")),
        (ADMS.status, mark("Status")),
    ],
    "access": [
        (DCT.accessRights, mark("Access rights")),
        (DCT.rights, mark("Rights and conditions")),
        (DCT.license, mark("Licence")),
        (ODRL.hasPolicy, mark("Policy")),
        (HEALTHDCATAP.hdab, mark("Health data access body")),
        (HEALTHDCATAP.hdabCoordinator, mark("Coordinating access body")),
        (DCATAP.applicableLegislation, mark("Applicable legislation")),
        (DPV.hasLegalBasis, mark("Legal basis")),
        (DPV.hasPurpose, mark("Purpose")),
        (DPV.hasPersonalData, mark("Personal data")),
        (HEALTHDCATAP.retentionPeriod, mark("Retention period")),
        (HEALTHDCATAP.trustedDataHolder, mark("Trusted data holder")),
        (DCAT.accessURL, mark("Access address")),
        (DCAT.downloadURL, mark("Download address")),
        (DCAT.accessService, mark("Access service")),
        (DCAT.endpointURL, mark("Endpoint")),
        (DCAT.endpointDescription, mark("Endpoint description")),
        (DCATAP.availability, mark("Planned availability")),
    ],
    "images": [
        (EUCAIM.hasCondition, mark("Condition")),
        (EUCAIM.hasImageModality, mark("Image modality")),
        (EUCAIM.hasImageBodyPart, mark("Body part")),
        (EUCAIM.hasEquipmentManufacturer, mark("Equipment manufacturer")),
        (HEALTHDCATAP.numberOfUniqueIndividuals, mark("Number of individuals")),
        (HEALTHDCATAP.numberOfRecords, mark("Number of records or studies")),
        (EUCAIM.hasBirthSex, mark("Sex at birth")),
        (HEALTHDCATAP.minTypicalAge, mark("Youngest typical age")),
        (HEALTHDCATAP.maxTypicalAge, mark("Oldest typical age")),
        (HEALTHDCATAP.populationCoverage, mark("Population coverage")),
        (EUCAIM.collectionMethod, mark("Collection method")),
        (EUCAIM.hasAnnotationLabel, mark("Annotation labels")),
        (EUCAIM.hasAlgorithmType, mark("Segmentation method")),
        (EUCAIM.nbrOfSegmentations, mark("Annotated studies")),
        (EUCAIM.interoperabilityLevel, mark("Interoperability level")),
    ],
    "coverage": [
        (DCT.spatial, mark("Place")),
        (DCT.temporal, mark("Period")),
        (DCAT.spatialResolutionInMeters, mark("Spatial resolution (metres)")),
        (DCAT.temporalResolution, mark("Temporal resolution")),
        (DCAT.startDate, mark("From")),
        (DCAT.endDate, mark("To")),
        (TIME.hasBeginning, mark("Begins")),
        (TIME.hasEnd, mark("Ends")),
        (DCAT.bbox, mark("Bounding box")),
        (DCAT.centroid, mark("Centre")),
        (LOCN.geometry, mark("Geometry")),
    ],
    "variables": [
        (HEALTHDCATAP.hasStructuredData, mark("Structured data")),
        (HEALTHDCATAP.hasVariables, mark("Variables")),
        (HEALTHDCATAP.hasCodingSystem, mark("Coding system")),
        (HEALTHDCATAP.hasCodeValues, mark("Code values")),
        (DCT.conformsTo, mark("Conforms to")),
        (CSVW.table, mark("Table")),
        (CSVW.column, mark("Column")),
        (CSVW.name, mark("Column name")),
        (CSVW.title, mark("Title")),
        (CSVW.titles, mark("Title")),
        (CSVW.datatype, mark("Data type")),
        (CSVW.propertyUrl, mark("Property")),
        (CSVW.url, mark("Address")),
    ],
    "distributions": [
        (DCAT.distribution, mark("Distribution")),
        (ADMS.sample, mark("Sample")),
        (HEALTHDCATAP.analytics, mark("Analytics")),
        (DCT["format"], mark("Format")),
        (DCAT.mediaType, mark("Media type")),
        (DCAT.byteSize, mark("Size")),
        (DCAT.compressFormat, mark("Compression")),
        (DCAT.packageFormat, mark("Packaging")),
        (SPDX.checksum, mark("Checksum")),
        (SPDX.algorithm, mark("Algorithm")),
        (SPDX.checksumValue, mark("Checksum value")),
    ],
    "parties": [
        (FOAF.name, mark("Name")),
        (VCARD.fn, mark("Name")),
        (VCARD["organization-name"], mark("Organisation")),
        (VCARD.hasOrganizationName, mark("Organisation")),
        (DCT.publisher, mark("Publisher")),
        (DCAT.contactPoint, mark("Contact")),
        (CV.contactPoint, mark("Contact")),
        (GEODCATAP.custodian, mark("Custodian")),
        (DCT.creator, mark("Creator")),
        (DCT.contributor, mark("Contributor")),
        (DCT.rightsHolder, mark("Rights holder")),
        (PROV.qualifiedAttribution, mark("Attribution")),
        (PROV.agent, mark("Agent")),
        (DCAT.hadRole, mark("Role")),
        (VCARD.hasEmail, mark("E-mail")),
        (VCARD.hasURL, mark("Web page")),
        (VCARD.hasTelephone, mark("Telephone")),
        (VCARD.hasUID, mark("Identifier")),
        (FOAF.mbox, mark("E-mail")),
        (CV.email, mark("E-mail")),
        (CV.telephone, mark("Telephone")),
        (CV.contactPage, mark("Contact page")),
        (CV.openingHours, mark("Opening hours")),
        (CV.specialOpeningHoursSpecification, mark("Special opening hours")),
        (CV.frequency, mark("Frequency")),
    ],
    "quality": [
        (DCT.provenance, mark("Provenance")),
        (PROV.wasGeneratedBy, mark("Generated by")),
        (PROV.wasDerivedFrom, mark("Derived from")),
        (DCT.source, mark("Source")),
        (DQV.hasQualityAnnotation, mark("Quality annotation")),
        (DQV.hasQualityMeasurement, mark("Quality measurement")),
        (DQV.inDimension, mark("Quality dimension")),
        (DQV.isMeasurementOf, mark("Measure")),
        (DQV.value, mark("Value")),
    ],
    "related": [
        (DCAT.inSeries, mark("In series")),
        (DCAT.seriesMember, mark("Series member")),
        (DCAT.hasVersion, mark("Has version")),
        (DCT.hasVersion, mark("Has version")),
        (DCT.isVersionOf, mark("Version of")),
        (DCAT.previousVersion, mark("Previous version")),
        (DCT.isReferencedBy, mark("Referenced by")),
        (DCT.relation, mark("Related resource")),
        (DCAT.qualifiedRelation, mark("Qualified relation")),
        (DCT.isPartOf, mark("Part of")),
        (DCT.hasPart, mark("Has part")),
        (DCT.replaces, mark("Replaces")),
        (DCT.isReplacedBy, mark("Replaced by")),
        (DCAT.servesDataset, mark("Serves dataset")),
        (DCAT.dataset, mark("Dataset")),
        (DCAT.service, mark("Service")),
        (DCAT.catalog, mark("Catalogue")),
        (FOAF.primaryTopic, mark("Describes")),
    ],
    "other": [
        (RDF.type, mark("Kind of resource")),
        (RDFS.label, mark("Label")),
        (RDFS.comment, mark("Comment")),
        (RDFS.seeAlso, mark("See also")),
        (SKOS.prefLabel, mark("Label")),
        (SKOS.altLabel, mark("Other label")),
        (SKOS.notation, mark("Code")),
        (SKOS.inScheme, mark("Vocabulary")),
        (SKOS.definition, mark("Definition")),
        (SKOS.editorialNote, mark("Editors' note")),
    ],
}

NAMES: dict[str, PropertyName] = {
    node.value: PropertyName(group, label, rank)
    for group, listed in _LISTED.items()
    for rank, (node, label) in enumerate(listed)
}
"""Predicate IRI → where and how it is shown."""

_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def compact(iri: str) -> str:
    """The IRI with our prefix (`dct:title`) where there is one, else the IRI itself."""
    for prefix, namespace in _BY_LENGTH:
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def property_name(iri: str) -> PropertyName:
    """Where a property is shown; an unknown one goes last in `other`, under its compact IRI."""
    return NAMES.get(iri) or PropertyName("other", compact(iri), len(NAMES))
