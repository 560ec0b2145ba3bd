"""Backup while a server works, everything else destroyed, restored: the catalogue is what it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from cli_kit import PREFIXES, Folder, dataset, served
from loopback import Answer, Loopback

GRAPH = (
    "SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o FILTER(!isBlank(?o)) } } ORDER BY ?g ?s ?p ?o LIMIT 10000"
)


def state(folder: Folder) -> dict[str, Any]:
    """All that people see of a catalogue."""
    listed = folder.json("records", "list", "clinic")
    return {
        "records": listed,
        "versions": [folder.json("records", "show", row["record"])["versions"] for row in listed],
        "export": sorted(folder.pharos("export").out.splitlines()),
        "search": folder.json("search", "scans", "--size", "50", "--sort", "title"),
        "graph": folder.pharos("sparql", GRAPH).out,
        "runs": folder.json("runs", "list"),
    }


def test_a_catalogue_is_restored_from_its_backup_alone(
    folder: Folder, provider: Loopback, tmp_path: Path
) -> None:
    folder.json("sources", "add", provider.url("/catalogue"), "--slug", "clinic", "--profile", "none")
    file = tmp_path / "pharos.backup"
    with served(folder):
        folder.json("harvest", "clinic")
        changed = PREFIXES + dataset(1, "Changed") + dataset(2)
        provider.on("/catalogue", Answer(changed.encode(), media_type="text/turtle"))
        folder.json("harvest", "clinic")
        made = folder.json("backup", str(file))
    before = state(folder)
    assert (made["position"], made["rows"]["versions"], len(before["versions"][0])) == (6, 6, 2)
    shutil.rmtree(folder.data)
    assert folder.json("restore", str(file), "--check")["sha256"] == made["sha256"]
    shutil.rmtree(folder.data)
    assert folder.json("restore", str(file))["position"] == 6
    assert state(folder) == before
    assert folder.json("verify")["agree"]
    # It goes on where it stood: what was missing before the backup is missing for the second time now.
    again = folder.json("harvest", "clinic", code=1)
    assert (again["state"], again["counts"]["unchanged"]) == ("held", 2)


def test_nothing_that_is_there_is_overwritten(folder: Folder, provider: Loopback, tmp_path: Path) -> None:
    folder.json("sources", "add", provider.url("/catalogue"), "--slug", "clinic")
    file = tmp_path / "pharos.backup"
    folder.json("backup", str(file))
    again = folder.pharos("backup", str(file))
    assert (again.code, "there already" in again.err) == (2, True)
    refused = folder.pharos("restore", str(file))
    assert (refused.code, "not empty" in refused.err) == (2, True)
    assert folder.json("sources", "list")
    assert Folder(tmp_path / "new").pharos("backup", str(tmp_path / "x")).code == 2
    assert folder.pharos("restore", str(tmp_path / "nothing")).code == 2
