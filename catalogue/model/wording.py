"""Counts in words, where no translation is to be had: the command line, logs, feeds."""

from __future__ import annotations


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 dataset`, `2 datasets`, `1,200 entries`: the number with the noun that goes with it (plural by -s)."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"
