"""Every command of docs/api.md runs and answers what the page says."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_world import BASE, World, fill
from werkzeug.serving import make_server

from catalogue.web.app import create_app

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLES = re.findall(r"<!-- expect: (.*?) -->\n```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    world = fill(World(tmp_path_factory.mktemp("world")))
    server = make_server("127.0.0.1", 0, create_app(world.services()), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    world.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
@pytest.mark.parametrize(("expected", "command"), EXAMPLES)
def test_an_example_answers_as_the_page_says(site: str, expected: str, command: str) -> None:
    ran = subprocess.run(command.replace(BASE, site), shell=True, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    assert expected in ran.stdout


def test_every_command_of_the_page_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.read_text().count("```sh") > 10
