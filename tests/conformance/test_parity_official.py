"""Our shapes beside the official ones on the same input: each difference has its class and its reason."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from parity import GENERAL, HEALTH, STANDARDS, Difference, differences, inputs

LISTED = Path(__file__).with_name("parity-differences.toml")
KINDS = {"official bug", "missing vocabulary", "record judged alone", "obligation level", "same finding"}
CORPORA = 60
"""Documents of the corpora that are judged: every n-th of those that speak DCAT."""

shared = pytest.mark.skipif(not STANDARDS.is_dir(), reason="../shared/standards is missing")


@dataclass(frozen=True)
class Class:
    name: str
    side: str
    paths: tuple[str, ...]
    components: tuple[str, ...]
    kind: str
    reason: str
    severities: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    alone: bool | None = None

    def has(self, one: Difference) -> bool:
        return (
            self.side == one.side
            and (self.paths == ("*",) or one.path in self.paths)
            and one.component in self.components
            and (not self.severities or one.severity in self.severities)
            and (not self.profiles or one.profile in self.profiles)
            and self.alone in (None, one.alone)
        )


def classes() -> list[Class]:
    rows = tomllib.loads(LISTED.read_text())["difference"]
    return [Class(**{key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}) for row in rows]


@cache
def found() -> tuple[Difference, ...]:
    return tuple(d for one in inputs(CORPORA) for profile in one.profiles for d in differences(one, profile))


def test_every_class_says_what_it_is_and_why() -> None:
    names = [one.name for one in classes()]
    assert len(names) == len(set(names))
    for one in classes():
        assert one.kind in KINDS and one.reason.endswith("."), one.name
        assert one.side in ("ours", "theirs", "severity"), one.name


@shared
@pytest.mark.shared
def test_no_difference_to_the_official_shapes_is_without_a_reason() -> None:
    unlisted = [one for one in found() if not any(cls.has(one) for cls in classes())]
    assert unlisted == [], f"{len(unlisted)} of {len(found())}"


@shared
@pytest.mark.shared
def test_no_reason_is_listed_that_nothing_needs() -> None:
    assert [cls.name for cls in classes() if not any(cls.has(one) for one in found())] == []


@shared
@pytest.mark.shared
def test_the_comparison_is_wide_enough_to_mean_something() -> None:
    names = [one.name for one in inputs(CORPORA)]
    assert sum(name.startswith("standards/") for name in names) > 30
    assert sum(name.startswith("corpora/") for name in names) > 40
    assert Counter(p for one in inputs(CORPORA) for p in one.profiles).keys() == {GENERAL, HEALTH}
    assert len(names) > 200
