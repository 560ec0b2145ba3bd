"""Quads as a store reads them back."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Store

from catalogue.rdf.terms import Quad


def stored_form(quads: Iterable[Quad]) -> frozenset[Quad]:
    """The quads with literals in the form that the engine keeps (`"1.50"` and `"1.5"` are one value, a
    non-negative integer is an integer). What is equal in this form is the same to whoever asks in SPARQL."""
    store = Store()
    store.extend(quads)
    return frozenset(store)
