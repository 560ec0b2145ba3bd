"""A provider has a description checked: pastes it, sees what to mend, and is led to the line, without scripts too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_selenium_python import Axe
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from validating_site import BAD, Web, validating
from web_world import World, fill
from werkzeug.serving import make_server

URL = "https://clinic.example/catalog.ttl"
LONG = BAD + "".join(
    f'<urn:{n}> a dcat:Dataset ; dct:title "{"Longwordwithoutanyspace" * 9}"@en ;\n dct:issued "x" .\n'
    for n in range(60)
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    world = fill(World(tmp_path_factory.mktemp("validating")))
    app = validating(world, http=Web({URL: LONG.encode()}))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    world.close()


def look(browser: Chrome, url: str, width: int = 1280, scheme: str = "light") -> None:
    feature = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": feature})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(url)


def serious(browser: Chrome) -> list[Any]:
    axe = Axe(browser)
    axe.inject()
    found = axe.run()["violations"]
    return [
        (f["id"], [n["html"] for n in f["nodes"]][:3])
        for f in found
        if f["impact"] in ("serious", "critical")
    ]


PAGES = {
    "form": "/validate",
    "report": f"/validate?url={URL}&profile=dcat-ap-3.0.1",
    "error": "/validate?url=https://nowhere.example/",
    "source": "/sources/clinic/report",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser: Chrome, site: str, name: str, scheme: str) -> None:
    look(browser, site + PAGES[name], scheme=scheme)
    assert serious(browser) == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways(browser: Chrome, site: str, name: str, width: int) -> None:
    look(browser, site + PAGES[name], width=width)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def submit(browser: Chrome, text: str = "", file: Path | None = None) -> None:
    form = browser.find_element(By.CSS_SELECTOR, "form[method=post]")
    if text:
        form.find_element(By.NAME, "text").send_keys(text)
    if file:
        form.find_element(By.NAME, "file").send_keys(str(file))
    form.find_element(By.CSS_SELECTOR, "select[name=profile] option[value='dcat-ap-3.0.1']").click()
    form.find_element(By.CSS_SELECTOR, "button").click()
    WebDriverWait(browser, 20).until(lambda b: b.find_elements(By.ID, "h-report"))


@pytest.mark.parametrize("way", ["text", "file"])
def test_without_scripts_a_finding_leads_to_its_line_and_back(
    browser: Chrome, site: str, tmp_path: Path, way: str
) -> None:
    (tmp_path / "mine.ttl").write_text(BAD)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, f"{site}/validate")
        submit(
            browser, text=BAD if way == "text" else "", file=tmp_path / "mine.ttl" if way == "file" else None
        )
        finding = next(
            each
            for each in browser.find_elements(By.CSS_SELECTOR, ".rules > li")
            if "dct:issued" in each.text
        )
        finding.find_element(By.LINK_TEXT, "line 4").send_keys(Keys.ENTER)
        assert browser.current_url.endswith("#L4")
        line = browser.find_element(By.CSS_SELECTOR, "li:target")
        assert "31/12/2020" in line.text
        line.find_element(By.CSS_SELECTOR, "a.back").send_keys(Keys.ENTER)
        assert "dct:issued" in browser.find_element(By.CSS_SELECTOR, ".rules > li:target").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_policy_of_the_site_stops_nothing_of_the_report(browser: Chrome, site: str) -> None:
    browser.get_log("browser")
    look(browser, site + PAGES["report"])
    complaints = [line for line in browser.get_log("browser") if "Content Security Policy" in line["message"]]
    assert complaints == []
    assert browser.execute_script("return document.scripts.length") == 0
