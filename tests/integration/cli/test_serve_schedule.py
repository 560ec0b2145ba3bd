"""A server that runs by itself: harvests on schedule, tells of a failure once, also over a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_kit import Folder, served, turtle, until
from loopback import Answer, Loopback

SETTINGS = {
    "PHAROS_ALLOW_HOSTS": "127.0.0.1",
    "PHAROS_SCHEDULE_JITTER": "0",
    "PHAROS_NOTIFY_SECRET": "env:HOOK",
}


@pytest.mark.slow
def test_a_server_harvests_on_schedule_and_tells_of_a_failure_once(tmp_path: Path) -> None:
    with Loopback() as provider, Loopback() as receiver:
        provider.on("/c", Answer(turtle(["1"]), media_type="text/turtle"))
        receiver.on("/hook", Answer(status=503), Answer(status=204))
        settings = {**SETTINGS, "PHAROS_NOTIFY": receiver.url("/hook"), "HOOK": "s3cr3t"}
        folder = Folder(tmp_path / "data", settings)
        url = provider.url("/c")
        folder.json("sources", "add", url, "--slug", "clinic", "--schedule", "every 1 minute")
        with served(folder):
            first = until(lambda: [r for r in folder.json("runs", "list") if r["finished_at"]])
            assert [(run["source"], run["state"]) for run in first] == [("clinic", "completed")]
            assert until(lambda: folder.json("search")["total"] == 1)
            provider.on("/c", Answer(status=500))
            folder.json("harvest", "clinic", code=3)
            until(lambda: receiver.asked)
        said = json.loads(receiver.asked[0].body)
        assert (said["event"], said["source"]["slug"], said["run"]["state"]) == (
            "failing",
            "clinic",
            "failed",
        )
        folder.json("sources", "pause", "clinic")
        with served(folder):
            # The receiver was not well: a minute later it is told again, by the new server.
            until(lambda: len(receiver.asked) == 2, 120)
            until(lambda: folder.json("notices", "list")[0]["state"] == "delivered")
        bodies = {asked.body for asked in receiver.asked}
        assert len(bodies) == 1
        assert {asked.headers["pharos-delivery"] for asked in receiver.asked} == {said["id"]}
        assert all("s3cr3t" not in str(asked) for asked in receiver.asked)
