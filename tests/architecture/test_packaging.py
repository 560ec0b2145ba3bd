"""What is installed is what is in the tree: every package listed, every data file matched by a pattern."""

from __future__ import annotations

import configparser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOMES = {
    "catalogue": "catalogue",
    "harvesters": "harvesters",
    "ontologies": "catalogue.ontologies",
    "shapes": "catalogue.shapes",
}
NOT_INSTALLED = {".cfg", ".pyc", ".md", ".po", ".pot"}


def _config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_every_package_is_listed() -> None:
    listed = set(_config()["options"]["packages"].split())
    found = set()
    for folder, name in HOMES.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            inner = init.parent.relative_to(ROOT / folder).parts
            found.add(".".join([name, *inner]))
    assert found == listed


def test_every_data_file_is_matched() -> None:
    patterns = {
        name: [p.strip() for p in text.split(",")] for name, text in _config()["options.package_data"].items()
    }
    for folder, name in HOMES.items():
        for path in (ROOT / folder).rglob("*"):
            if path.is_dir() or path.suffix in {".py", *NOT_INSTALLED} or "__pycache__" in path.parts:
                continue
            inside = path.relative_to(ROOT / folder)
            assert any(
                inside.match(p) or inside.match(p.removeprefix("**/")) for p in patterns.get(name, [])
            ), path
