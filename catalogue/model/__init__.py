"""Frozen dataclasses that every other room speaks in. No I/O, no library but the standard one and our rdf."""
