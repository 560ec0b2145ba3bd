"""Rule about contact points: those of datasets as vCard, those of publishers as CPOV, each as its profile reads them.

Properties that vCard gave up are replaced by their successor. What other vocabularies say stays, and is said in the
expected one as well, unless the node says something there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from catalogue.pipeline.repairs.contacts import address_of
from catalogue.pipeline.repairs.described import Change, Described, bracketed, is_plain, line, new_node
from catalogue.rdf.iris import is_valid_iri, is_web_link
from catalogue.rdf.namespaces import CV, DCAT, FOAF, RDF, SCHEMA, VCARD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Term, Triple

_KINDS = frozenset({VCARD.Kind, VCARD.Individual, VCARD.Organization, VCARD.Group, VCARD.Location})
_KINDS_OF_EMAIL = frozenset({VCARD.Email, VCARD.Internet})
_SUCCESSORS = {VCARD.email: VCARD.hasEmail, VCARD.tel: VCARD.hasTelephone, VCARD.url: VCARD.hasURL}
_NUMBER = re.compile(r"\+[0-9](?:[ ().-]*[0-9]){4,19}")

EMAIL, TELEPHONE, PAGE, NAME = "email", "telephone", "page", "name"
_SAID_BY: dict[NamedNode, str] = {
    CV.contactPage: PAGE, CV.email: EMAIL, CV.telephone: TELEPHONE, FOAF.homepage: PAGE, FOAF.mbox: EMAIL,
    FOAF.name: NAME, FOAF.phone: TELEPHONE, SCHEMA.email: EMAIL, SCHEMA.name: NAME, SCHEMA.telephone: TELEPHONE,
    SCHEMA.url: PAGE, VCARD.fn: NAME, VCARD.hasEmail: EMAIL, VCARD.hasTelephone: TELEPHONE, VCARD.hasURL: PAGE,
}  # fmt: skip
_VCARD = {EMAIL: VCARD.hasEmail, TELEPHONE: VCARD.hasTelephone, PAGE: VCARD.hasURL, NAME: VCARD.fn}
_CPOV = {EMAIL: CV.email, TELEPHONE: CV.telephone, PAGE: CV.contactPage}


def contact_forms(record: Described, base: str) -> Iterator[Change]:  # noqa: ARG001
    """Contact points in the form that DCAT-AP (dcat:contactPoint) or CPOV (cv:contactPoint) expects."""
    yield from _by_successors(record)
    for email in record.with_predicate(VCARD.hasEmail):
        yield from _without_detour(email, record)
    done: set[Term | Triple] = set()
    for named in record.with_predicate(DCAT.contactPoint):
        yield from _given_as_text(named, record)
        if named.object not in done:
            done.add(named.object)
            yield from _completed(named.object, record, _VCARD, VCARD.Kind)
    done.clear()
    for named in record.with_predicate(CV.contactPoint):
        if named.object not in done:
            done.add(named.object)
            yield from _completed(named.object, record, _CPOV, CV.ContactPoint)


def _by_successors(record: Described) -> Iterator[Change]:
    for old, successor in _SUCCESSORS.items():
        for triple in record.with_predicate(old):
            value = _as_vcard(_SAID_BY[successor], triple.object)
            if value is not None:
                new = Triple(triple.subject, successor, value)
                yield Change((triple,), (new,), line(triple), line(new))


def _without_detour(email: Triple, record: Described) -> Iterator[Change]:
    """`vcard:hasEmail [ vcard:hasValue <mailto:…> ]`, allowed by vCard, as the address that DCAT-AP reads."""
    node = email.object
    if not isinstance(node, BlankNode):
        return
    said = record.about(node)
    values = [t.object for t in said if t.predicate in (VCARD.hasValue, VCARD.value, RDF.value)]
    others = [t for t in said if t.predicate not in (VCARD.hasValue, VCARD.value, RDF.value)]
    plain = all(t.predicate == RDF.type and t.object in _KINDS_OF_EMAIL for t in others)
    address = _as_vcard(EMAIL, values[0]) if len(values) == 1 and plain else None
    if address is None or len(record.pointing_to(node)) > 1:
        return
    new = Triple(email.subject, email.predicate, address)
    yield Change((email, *said), (new,), bracketed(said), str(address))


def _given_as_text(named: Triple, record: Described) -> Iterator[Change]:
    """A name, an address or a mailto: in place of a contact point."""
    value = named.object
    if isinstance(value, NamedNode):
        said = None if record.about(value) else _as_vcard(EMAIL, value)
        if said is None:
            return
        is_email = True
    elif is_plain(value):
        said = _as_vcard(EMAIL, value)
        is_email = said is not None
    else:
        return
    node = new_node([named])
    what = (
        Triple(node, VCARD.hasEmail, said) if is_email and said is not None else Triple(node, VCARD.fn, value)
    )
    described = (Triple(node, RDF.type, VCARD.Kind), what)
    new = Triple(named.subject, named.predicate, node)
    yield Change((named,), (new, *described), str(value), bracketed(described))


def _completed(
    node: Term | Triple, record: Described, form: dict[str, NamedNode], cls: NamedNode
) -> Iterator[Change]:
    """What the node says in other vocabularies, also in the expected one."""
    if not isinstance(node, NamedNode | BlankNode):
        return
    said = record.about(node)
    if not said:
        return
    given = []
    for what, expected in form.items():
        if not record.has(node, expected, *(old for old, new in _SUCCESSORS.items() if new == expected)):
            given += [Triple(node, expected, value) for value in _values(what, said, form)]
    types = record.types(node)
    if types and not types & (_KINDS if cls == VCARD.Kind else {cls}):
        given.append(Triple(node, RDF.type, cls))
    for triple in given:
        yield Change((), (triple,), "", line(triple))


def _values(what: str, said: Sequence[Triple], form: dict[str, NamedNode]) -> list[Term]:
    convert = _as_vcard if form is _VCARD else _as_cpov
    found = (convert(what, t.object) for t in said if _SAID_BY.get(t.predicate) == what)
    return list(dict.fromkeys(value for value in found if value is not None))


def _as_vcard(what: str, value: object) -> Term | None:
    """The value as vCard wants it: mailto:, tel: and page as IRIs, the name as text. None when it is none."""
    if what == NAME:
        return value if isinstance(value, Literal) and value.value.strip() else None
    if not isinstance(value, NamedNode | Literal):
        return None
    text = value.value.strip()
    if what == PAGE:
        return NamedNode(text) if is_web_link(text) else None
    if what == EMAIL:
        address = "" if "?" in text else address_of(text)
        iri = f"mailto:{address}" if address else ""
    else:
        digits = re.sub(r"[ ().-]", "", text.removeprefix("tel:"))
        iri = f"tel:{digits}" if _NUMBER.fullmatch(text.removeprefix("tel:")) else ""
    return NamedNode(iri) if iri and is_valid_iri(iri) else None


def _as_cpov(what: str, value: object) -> Term | None:
    """The value as CPOV wants it: address and number as text, the page as IRI."""
    as_vcard = _as_vcard(what, value)
    if not isinstance(as_vcard, NamedNode) or what == PAGE:
        return as_vcard
    return Literal(as_vcard.value.partition(":")[2])
