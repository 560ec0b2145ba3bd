"""On a phone the rows of a table are cards: nothing of them is out of sight, and they are still a table to a reader."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from web_world import BREAST_IRI, World

from catalogue.model.identifiers import record_id

OUT_OF_SIGHT = """
return [...document.querySelectorAll('main tbody th, main tbody td')].filter(cell => {
  const box = cell.getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || box.width === 0;
}).map(cell => cell.textContent);
"""


@pytest.fixture(
    params=[
        "/runs",
        "/runs/{run}",
        f"/records/{record_id('registry', BREAST_IRI)}/versions",
        "/api",
        "/sources",
    ]
)
def address(request: pytest.FixtureRequest, site: str, world: World) -> str:
    return site + str(request.param).replace("{run}", world.ledger.runs()[0].run_id)


def open_at(browser: Chrome, address: str, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("width", [360, 1280])
def test_every_cell_is_in_sight(browser: Chrome, address: str, width: int) -> None:
    open_at(browser, address, width)
    assert browser.find_elements(By.CSS_SELECTOR, "main tbody td")
    assert browser.execute_script(OUT_OF_SIGHT) == []


def test_state_and_counts_of_a_run_stand_with_their_names(browser: Chrome, site: str) -> None:
    open_at(browser, f"{site}/runs", 360)
    row = browser.find_element(By.CSS_SELECTOR, "main tbody tr")
    assert row.find_element(By.CSS_SELECTOR, ".badge").is_displayed()
    named = browser.execute_script(
        "return [...arguments[0].querySelectorAll('[data-label]')]"
        ".map(cell => getComputedStyle(cell, '::before').content)",
        row,
    )
    assert [text.split('"')[1].strip() for text in named] == [
        "Found",
        "New",
        "Changed",
        "Unchanged",
        "Not taken",
    ]


def test_cards_are_still_a_table(browser: Chrome, address: str) -> None:
    open_at(browser, address, 360)
    table = browser.find_element(By.CSS_SELECTOR, "main table")
    assert table.aria_role == "table"
    assert table.find_element(By.CSS_SELECTOR, "tbody tr").aria_role == "row"
    assert table.find_element(By.CSS_SELECTOR, "tbody td").aria_role == "cell"
