"""Both import names exist on PyPI for other libraries: ours must be ours."""

from __future__ import annotations

from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import catalogue
import harvesters
from catalogue.cli import OURS, foreign_packages

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("package", [catalogue, harvesters])
def test_the_packages_are_ours(package: object) -> None:
    assert Path(str(package.__file__)).resolve().parents[1] == ROOT  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_provides_the_name(name: str) -> None:
    assert set(packages_distributions().get(name, ["pharos-catalogue"])) == {"pharos-catalogue"}


def test_a_foreign_package_is_named_with_its_place(tmp_path: Path) -> None:
    foreign = tmp_path / "site-packages" / "catalogue" / "__init__.py"
    told = foreign_packages({"catalogue": str(foreign), "harvesters": harvesters.__file__})
    assert told == [f"the package 'catalogue' was found at {foreign}, which is not Pharos"]


def test_a_missing_package_is_foreign_too() -> None:
    assert len(foreign_packages({"harvesters": None})) == 1
