"""A backup: one tar file with `manifest.json` and `ledger.sqlite`, readable without Pharos."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO

from catalogue import __version__
from catalogue.adapters.ledger import snapshot
from catalogue.errors import InvalidQuery, LedgerUnavailable
from catalogue.model.backups import LedgerFacts, Manifest
from catalogue.ports import Clock

FORMAT = 1
MANIFEST, LEDGER = "manifest.json", "ledger.sqlite"
MAX_MANIFEST = 1024 * 1024


def write_backup(url: str, file: Path, clock: Clock) -> Manifest:
    """Writes the ledger at the URL into the file, which appears when it is whole. InvalidQuery when the file is there
    or cannot be written."""
    if file.exists():
        raise InvalidQuery(
            f"{file} is there already.", advice="Name a new file: backups are not overwritten."
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as folder:
            copy, draft = Path(folder) / LEDGER, Path(folder) / "backup.tar"
            found = snapshot.take(url, copy)
            manifest = Manifest(FORMAT, __version__, clock.now(), found, _sha256(copy), copy.stat().st_size)
            _pack(manifest, copy, draft)
            draft.rename(file)
    except OSError as error:
        raise InvalidQuery(f"{file} cannot be written: {error.strerror}.", parameter="file") from error
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What the file says of itself. InvalidQuery when it is no backup."""
    with _opened(file) as archive:
        return _manifest(archive, file)


@contextmanager
def unpacked(file: Path, beside: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest and the ledger's file, checked, in a folder of its own under `beside`, which is removed at the
    end."""
    with _opened(file) as archive, tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as folder:
        manifest = _manifest(archive, file)
        copy = Path(folder) / LEDGER
        with _entry(archive, LEDGER, file) as stream, copy.open("wb") as target:
            os.fchmod(target.fileno(), 0o600)
            shutil.copyfileobj(stream, target, 1024 * 1024)
        if _sha256(copy) != manifest.sha256:
            raise LedgerUnavailable(
                f"{file.name} is damaged: the ledger in it is not the one that was written.",
                advice="Take another backup.",
            )
        yield manifest, copy


def _pack(manifest: Manifest, copy: Path, draft: Path) -> None:
    text = json.dumps(asdict(manifest), indent=2, default=datetime.isoformat).encode()
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        # PAX takes files of any size.
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
            head = tarfile.TarInfo(MANIFEST)
            head.size, head.mode, head.mtime = len(text), 0o600, int(manifest.made_at.timestamp())
            archive.addfile(head, io.BytesIO(text))
            archive.add(copy, LEDGER, filter=_anonymous)
        stream.flush()
        os.fsync(stream.fileno())


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as archive:
            yield archive
    except FileNotFoundError as error:
        raise InvalidQuery(f"There is no file {file}.", parameter="file") from error
    except tarfile.TarError as error:
        raise _no_backup(file) from error


def _manifest(archive: tarfile.TarFile, file: Path) -> Manifest:
    with _entry(archive, MANIFEST, file) as stream:
        try:
            said = json.loads(stream.read(MAX_MANIFEST))
            if said["format"] > FORMAT:
                raise InvalidQuery(
                    f"{file.name} was written by a later Pharos ({said['pharos']}).",
                    advice="Install that release, or a later one.",
                )
            found = LedgerFacts(**said.pop("ledger"))
            moment = datetime.fromisoformat(said.pop("made_at"))
            return Manifest(ledger=found, made_at=moment, **said)
        except (ValueError, KeyError, TypeError) as error:
            raise _no_backup(file) from error


def _entry(archive: tarfile.TarFile, name: str, file: Path) -> IO[bytes]:
    try:
        stream = archive.extractfile(name)
    except KeyError as error:
        raise _no_backup(file) from error
    if stream is None:
        raise _no_backup(file)
    return stream


def _no_backup(file: Path) -> InvalidQuery:
    return InvalidQuery(f"{file} is no backup of Pharos, or not whole.", parameter="file")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
