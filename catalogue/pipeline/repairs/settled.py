"""What is known to need no repair: properties, classes, concepts and licences recur in every record of a source."""

from __future__ import annotations

from catalogue.pipeline.repairs.contacts import EMAIL_PROPERTIES
from catalogue.pipeline.repairs.links import RESOURCES
from catalogue.pipeline.repairs.media_types import MEDIA_TYPE_PROPERTIES
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

BY_BASE = RESOURCES | MEDIA_TYPE_PROPERTIES | EMAIL_PROPERTIES
"""Properties whose values may be relative references: what they mean depends on the page."""

REMEMBERED = 16_384

Key = tuple[object, ...]


class Settled:
    """Subjects, and values of properties, that all rules about triples were seen to leave alone."""

    __slots__ = ("_keys", "_subjects")

    def __init__(self) -> None:
        self._subjects: set[object] = set()
        self._keys: set[Key] = set()

    def key(self, triple: Triple, base: str) -> Key:
        """What decides whether rules about names change property and value."""
        predicate, value = triple.predicate, triple.object
        if isinstance(value, NamedNode):
            return (predicate, value, base) if predicate in BY_BASE else (predicate, value)
        return (predicate, value.datatype) if isinstance(value, Literal) else (predicate,)

    def has(self, triple: Triple, key: Key) -> bool:
        """Whether the names in the triple need no repair; of a literal that says nothing of its text."""
        return key in self._keys and (
            isinstance(triple.subject, BlankNode) or triple.subject in self._subjects
        )

    def add(self, triple: Triple, key: Key) -> None:
        if len(self._keys) > REMEMBERED:
            self._keys.clear()
        if len(self._subjects) > REMEMBERED:
            self._subjects.clear()
        self._keys.add(key)
        self._subjects.add(triple.subject)
