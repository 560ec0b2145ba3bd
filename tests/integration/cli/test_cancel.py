"""A person stops a run: the one that waits at once, the one inside a slow answer within five seconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from cli_kit import Folder, served, until
from loopback import Loopback, Raw

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 100000\r\n\r\n"


def test_a_run_inside_a_slow_answer_is_cancelled_within_five_seconds(tmp_path: Path) -> None:
    with Loopback() as provider:
        provider.on("/slow", Raw(HEAD + b" " * 1000, drip=0.2))
        with served(Folder(tmp_path / "data", {"PHAROS_ALLOW_HOSTS": provider.authority})) as server:
            server.folder.json("sources", "add", provider.url("/slow"), "--slug", "slow")
            run = server.folder.pharos("harvest", "slow", "--no-wait").out.strip()
            until(lambda: provider.asked)
            time.sleep(1)
            began = datetime.now(UTC)
            told = server.folder.json("runs", "cancel", run)
    assert (told["state"], told["code"]) == ("cancelled", "cancelled")
    assert told["reason"].startswith("Cancelled by cli.")
    # Most of it is the start of the command.
    assert (datetime.fromisoformat(told["finished_at"]) - began).total_seconds() < 5 + 3


def test_a_run_that_waits_is_cancelled_at_once_and_one_that_ended_is_not(folder: Folder) -> None:
    folder.json("sources", "add", "http://127.0.0.1:1/c.ttl", "--slug", "later")
    run = folder.pharos("harvest", "later", "--no-wait").out.strip()
    answer = folder.pharos("runs", "cancel", run)
    assert (answer.code, f"The run {run} of later is cancelled." in answer.err) == (0, True)
    assert folder.json("runs", "cancel", run)["state"] == "cancelled"
    failed = folder.pharos("harvest", "later", "--json").json()["run"]
    again = folder.pharos("runs", "cancel", failed)
    assert again.code == 2
    assert f"Run {failed} is failed already." in again.err
