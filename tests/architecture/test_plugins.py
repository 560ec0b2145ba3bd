"""A harvester is a module, a line in setup.cfg and a folder of cases: none of the three without the others."""

from __future__ import annotations

import configparser
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = {path.stem for path in (ROOT / "harvesters").glob("*.py") if not path.stem.startswith("_")}
FIXTURES = ROOT / "tests" / "fixtures" / "harvesters"


def declared() -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lines = parser["options.entry_points"]["catalogue.harvesters"].strip().splitlines()
    return {name.strip(): value.strip() for name, value in (line.split("=", 1) for line in lines)}


@pytest.mark.parametrize("name", sorted(MODULES | set(declared())))
def test_a_harvester_has_module_entry_point_and_cases(name: str) -> None:
    assert name in MODULES, f"setup.cfg names {name}, but harvesters/{name}.py is missing"
    assert name in declared(), (
        f"add to setup.cfg, catalogue.harvesters: {name} = harvesters.{name}:…Harvester"
    )
    assert declared()[name].startswith(f"harvesters.{name}:")
    cases = list((FIXTURES / name).glob("*/exchange.json"))
    assert cases, f"add a case: tests/fixtures/harvesters/{name}/<case>/exchange.json"


def test_what_is_declared_is_installed() -> None:
    installed = {entry.name: entry.value for entry in entry_points(group="catalogue.harvesters")}
    assert installed == declared(), "run `pip install -e .` again: entry points are written when installing"


def test_a_harvester_calls_itself_by_its_name() -> None:
    loaded = {entry.name: entry.load()() for entry in entry_points(group="catalogue.harvesters")}
    assert {name: harvester.name for name, harvester in loaded.items()} == {name: name for name in loaded}


def test_every_fixture_folder_belongs_to_a_harvester() -> None:
    assert {path.name for path in FIXTURES.iterdir() if path.is_dir()} == MODULES
