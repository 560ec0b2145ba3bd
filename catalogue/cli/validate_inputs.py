"""What `pharos validate` is given: files, patterns, folders, URLs and standard input, to documents."""

from __future__ import annotations

import glob
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from catalogue.adapters.files import media_type_of
from catalogue.bootstrap import Judging
from catalogue.cli.sources import as_url
from catalogue.errors import InvalidQuery
from catalogue.model.harvest import HarvestSource
from catalogue.model.records import Payload
from catalogue.rdf.media_types import ACCEPT

STDIN = "-"
STDIN_URL = "urn:pharos:stdin"


@dataclass(frozen=True, slots=True)
class Input:
    """One document to come. `name`: as it is told; `file`: its path, from the working folder where it stands in there,
    "" for what is no file."""

    name: str
    url: str
    file: str = ""


def inputs_of(targets: Sequence[str]) -> list[Input]:
    """Every document that the targets name, each once, in their order. InvalidQuery for one that names none."""
    found = (each for target in targets for each in _inputs(target))
    return list({each.url: each for each in found}.values())


def _inputs(target: str) -> list[Input]:
    if target == STDIN:
        return [Input("standard input", STDIN_URL)]
    if "://" in target and not target.startswith("file:"):
        return [Input(target, target)]
    path = Path(target)
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if _is_document(each, path))
        if not files:
            raise InvalidQuery(
                f"There is no RDF file in the folder {target!r}; name its files.", parameter="target"
            )
        return [_of_file(str(each)) for each in files]
    if path.is_file() or target.startswith("file:"):
        return [_of_file(target)]
    # not Path.glob, which takes no absolute pattern
    matches = sorted(each for each in glob.glob(target, recursive=True) if Path(each).is_file())  # noqa: PTH207
    if not matches:
        kind = "file that matches" if glob.has_magic(target) else "file"
        raise InvalidQuery(f"There is no {kind} {target!r}.", parameter="target")
    return [_of_file(each) for each in matches]


def _is_document(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return media_type_of(file) is not None and not hidden and file.is_file()


def _of_file(path: str) -> Input:
    url = as_url(path)
    file = Path(url2pathname(urlsplit(url).path))
    inside = file.is_relative_to(Path.cwd())
    return Input(path, url, str(file.relative_to(Path.cwd()) if inside else file))


def payload_of(judging: Judging, given: Input) -> Payload:
    """The document's bytes. Raises what the clients raise (SourceError, RetryableError)."""
    if given.url == STDIN_URL:
        body = sys.stdin.buffer.read()
        return Payload(STDIN_URL, body, hashlib.sha256(body).hexdigest())
    clients = judging.files if given.url.startswith("file:") else judging.http
    with clients.for_source(HarvestSource("validate", given.url, "dcat_rdf"), lambda: False) as http:
        return http.get(given.url, accept=ACCEPT).as_payload()
