"""A person can do it: with any width, with the keyboard alone, with a screen reader, with hostile data."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest
from axe_selenium_python import Axe
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait
from web_world import BREAST_IRI, HOSTILE_IRI, World

from catalogue.model.identifiers import dataset_id, record_id

BREAST = f"/datasets/{dataset_id(BREAST_IRI)}"
HOSTILE = f"/datasets/{dataset_id(HOSTILE_IRI)}"
QUERY = "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%2020"
PAGES = {
    "home": "/",
    "search": "/datasets",
    "search-chosen": "/datasets?q=MR&country=DE",
    "search-empty": "/datasets?q=zzzzqqqq",
    "search-hint": "/datasets?modality=mammografy&modalty=x",
    "catalog": "/catalog",
    "versions": f"/records/{record_id('registry', BREAST_IRI)}/versions",
    "dataset": BREAST,
    "hostile": HOSTILE,
    "record": f"/records/{record_id('registry', BREAST_IRI)}",
    "sources": "/sources",
    "source": "/sources/clinic",
    "runs": "/runs",
    "run": "/runs/",
    "sparql": "/sparql",
    "sparql-answer": QUERY,
    "sparql-error": "/sparql?query=nonsense",
    "about": "/about",
    "errors": "/about/errors",
    "api": "/api",
    "not-found": "/nothing",
    "bad-request": "/datasets?page=0",
}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, site: str, world: World) -> str:
    """Address of each page in turn."""
    path = PAGES[request.param]
    if path == "/runs/":
        path += next(run.run_id for run in world.ledger.runs() if run.counts.failed)
    return site + path


def look(browser: Chrome, url: str, width: int = 1280, scheme: str = "light") -> None:
    feature = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": feature})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get(url)


def findings(browser: Chrome) -> list[dict[str, Any]]:
    axe = Axe(browser)
    axe.inject()
    found: list[dict[str, Any]] = axe.run()["violations"]
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Chrome, page: str, scheme: str) -> None:
    look(browser, page, scheme=scheme)
    serious = [f for f in findings(browser) if f["impact"] in ("serious", "critical")]
    assert [(f["id"], f["help"], [n["html"] for n in f["nodes"]][:3]) for f in serious] == []


def test_axe_finds_nothing_serious_on_a_narrow_screen_with_open_filters(browser: Chrome, site: str) -> None:
    look(browser, f"{site}/datasets", width=360)
    browser.find_element("css selector", ".drawer-label").click()
    serious = [f["id"] for f in findings(browser) if f["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways(browser: Chrome, page: str, width: int) -> None:
    look(browser, page, width=width)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_wide_screen_shows_the_filters_and_a_narrow_one_folds_them(browser: Chrome, site: str) -> None:
    look(browser, f"{site}/datasets", width=1280)
    assert browser.find_element("css selector", ".choice input").is_displayed()
    look(browser, f"{site}/datasets", width=360)
    assert not browser.find_element("css selector", ".choice input").is_displayed()
    browser.find_element("css selector", ".drawer-label").click()
    assert browser.find_element("css selector", ".choice input").is_displayed()


@pytest.mark.parametrize(
    "path", ["/", "/datasets", HOSTILE, f"/records/{record_id('registry', HOSTILE_IRI)}"]
)
def test_hostile_text_does_nothing(browser: Chrome, site: str, path: str) -> None:
    look(browser, site + path)
    assert "owned" not in browser.title.replace("document.title='owned'", "")
    elements = "return [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).length"
    assert browser.execute_script(elements) == 0
    scripts = "return [...document.scripts].map(s => s.type)"
    assert set(browser.execute_script(scripts)) <= {"application/ld+json"}
    links = "return [...document.links].map(a => a.protocol)"
    assert set(browser.execute_script(links)) <= {"http:", "https:", "mailto:"}


def test_the_policy_of_the_site_stops_nothing_of_its_own(browser: Chrome, page: str) -> None:
    browser.get_log("browser")
    look(browser, page)
    complaints = [
        line["message"] for line in browser.get_log("browser") if "Content Security Policy" in line["message"]
    ]
    assert complaints == []


def test_embedded_data_is_read_as_data(browser: Chrome, site: str) -> None:
    look(browser, site + HOSTILE)
    block = (
        "return JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent).length"
    )
    assert browser.execute_script(block) > 0


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def wait_for_address(browser: Chrome, part: str) -> None:
    WebDriverWait(browser, 10).until(expected_conditions.url_contains(part))


def tab_to(browser: Chrome, condition: str, most: int = 80) -> None:
    """Presses Tab until the focused element `e` meets the condition, and sees that focus is visible all the way."""
    for _ in range(most):
        press(browser, Keys.TAB)
        state = f"const e = document.activeElement; return [{condition}, getComputedStyle(e).outlineStyle]"
        met, outline = browser.execute_script(state)
        assert outline != "none", browser.execute_script("return document.activeElement.outerHTML")
        if met:
            return
    raise AssertionError(f"{most} steps did not lead to {condition}")


def test_the_keyboard_alone_leads_from_search_to_the_turtle(browser: Chrome, site: str) -> None:
    look(browser, site)
    press(browser, Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    tab_to(browser, "e.id === 'q'")
    press(browser, "biopsy", Keys.ENTER)
    wait_for_address(browser, "q=biopsy")
    tab_to(browser, "e.name === 'modality' && e.parentElement.textContent.includes('Mammography')")
    press(browser, Keys.SPACE, Keys.ENTER)
    wait_for_address(browser, "modality=")
    assert browser.find_element("id", "results").text == "1 dataset"
    tab_to(browser, "e.textContent === 'Breast MR before therapy'")
    press(browser, Keys.ENTER)
    wait_for_address(browser, BREAST)
    tab_to(browser, "e.textContent === 'Turtle'", 150)
    link = browser.switch_to.active_element.get_attribute("href")
    with urllib.request.urlopen(link) as answer:
        assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
        assert BREAST_IRI.encode() in answer.read()


def test_the_skip_link_leads_to_the_content(browser: Chrome, site: str) -> None:
    look(browser, f"{site}/datasets")
    press(browser, Keys.TAB, Keys.ENTER)
    assert browser.execute_script("return document.activeElement.id") == "content"


def test_pages_work_without_scripts(browser: Chrome, site: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, f"{site}/sparql")
        browser.find_element("css selector", ".query button").click()
        wait_for_address(browser, "query=")
        assert browser.find_elements("css selector", "section[aria-labelledby=answer] tbody tr")
        look(browser, f"{site}/datasets")
        browser.find_element("css selector", "input[name=country][value=FR]").click()
        browser.find_element("css selector", ".apply button").click()
        wait_for_address(browser, "country=FR")
        assert browser.find_element("id", "results").text == "1 dataset"
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
