"""`pharos backup` and `pharos restore`: the ledger in one file. All else is made anew from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from catalogue.adapters.backup_file import read_manifest, unpacked, write_backup
from catalogue.adapters.data_folder import DataFolder
from catalogue.adapters.ledger import snapshot
from catalogue.bootstrap import SystemClock, open_ledger, projections_of
from catalogue.cli.context import Invocation, founding
from catalogue.cli.output import note, print_json
from catalogue.cli.workbench import is_served, working
from catalogue.errors import Conflict, FolderBusy, NotFound
from catalogue.model.backups import Manifest
from catalogue.projections.follow import rebuild_projection
from catalogue.settings import Settings

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
@founding
def backup(invocation: Invocation, file: Path) -> None:
    """Write the ledger into a new file, whole and consistent, also while a server runs."""
    settings = invocation.settings()
    if not settings.ledger and not (settings.data / "ledger.sqlite").exists():
        raise NotFound(f"There is no ledger in {settings.data}.", advice="Name the data folder with --data.")
    manifest = write_backup(_url(settings), file, SystemClock())
    if invocation.json:
        print_json({"file": str(file), **_summary(manifest)})
    else:
        note(f"Wrote {file}: {manifest.size:,} bytes, up to change {manifest.ledger.position}.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="Only say what the file holds, and whether it is whole.")
@founding
def restore(invocation: Invocation, file: Path, check: bool) -> None:
    """Fill an empty data folder (or the empty database of PHAROS_LEDGER) from a backup, and make graph and index."""
    settings = invocation.settings()
    read_manifest(file)
    settings.data.mkdir(parents=True, exist_ok=True)
    if check:
        with unpacked(file, settings.data) as (manifest, copy):
            snapshot.facts_of(copy)
        _tell(invocation, file, manifest, "is whole")
        return
    folder = invocation.folder()
    _refuse_filled(folder, settings)
    with folder.lock("restore"), unpacked(file, settings.data) as (manifest, copy):
        snapshot.facts_of(copy)
        if settings.ledger:
            snapshot.give(copy, settings.ledger)
        else:
            copy.rename(settings.data / "ledger.sqlite")
    with open_ledger(settings) as ledger:
        ledger.add_event("restored", "cli", file.name, f"of {manifest.made_at:%Y-%m-%d %H:%M} UTC")
    with working(invocation, "restore") as bench:
        for projection in projections_of(bench.services):
            rebuild_projection(bench.services.ledger, projection)
    _tell(invocation, file, manifest, "is restored")


def _refuse_filled(folder: DataFolder, settings: Settings) -> None:
    if is_served(folder):
        raise FolderBusy("A server runs on this data folder.", advice="Restore into an empty one.")
    filled = [
        name
        for name in ("ledger.sqlite", "search", "graph")
        if (path := settings.data / name).is_file() or (path.is_dir() and any(path.iterdir()))
    ]
    if filled:
        raise Conflict(
            f"The data folder {settings.data} is not empty: it has {', '.join(filled)}.",
            advice="Name an empty folder with --data; what is here is left as it is.",
        )


def _tell(invocation: Invocation, file: Path, manifest: Manifest, what: str) -> None:
    if invocation.json:
        print_json({"file": str(file), **_summary(manifest)})
    else:
        at = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
        note(f"{file} {what}: {manifest.ledger.rows['records']} records, made on {at}.")


def _summary(manifest: Manifest) -> dict[str, Any]:
    said = asdict(manifest)
    ledger = said.pop("ledger")
    return {**said, **ledger}


def _url(settings: Settings) -> str:
    return settings.ledger or DataFolder(settings.data).ledger_url
