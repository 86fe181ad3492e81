"""The report page in a real browser: sorts, shows its pictures, complains of nothing, fits a phone.

Needs chromium (Debian: apt install chromium), google-chrome, or $CHROME.
"""

import pytest
from browser import Browser, found
from report_folders import filled

from reproduce import report

pytestmark = pytest.mark.skipif(
    found() is None, reason="no browser here: apt install chromium, or set CHROME"
)
VOC = "document.querySelector('table[data-file=\"voc2011-sample.csv\"]')"
IU = "document.querySelector('table[data-file=\"agreement.csv\"]')"
PHONE = 360


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = filled(tmp_path_factory.mktemp("results"))
    assert report.main([str(folder), "--gallery", "1"]) == 0
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with Browser(found(), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(chromium, url):
    chromium.open(url)
    yield chromium
    assert no_complaints(chromium)


def no_complaints(browser):
    """Nothing thrown, nothing written to the console, nothing asked of a network."""
    assert browser.told("Runtime.exceptionThrown") == []
    assert browser.told("Runtime.consoleAPICalled") == []
    assert browser.told("Log.entryAdded") == []
    asked = [one["request"]["url"] for one in browser.told("Network.requestWillBeSent")]
    return all(one.startswith(("file:", "data:")) for one in asked)


def column(browser, table, place):
    return browser.run(f"[...{table}.tBodies[0].rows].map(row => row.cells[{place}].textContent)")


def head(table, place):
    return f"{table}.tHead.rows[{table}.tHead.rows.length - 1].cells[{place}]"


def sorting(browser, table, place):
    return browser.run(f"{head(table, place)}.getAttribute('aria-sort')")


def test_sorts_by_clicks(page):
    before = column(page, VOC, 3)
    button = f"{head(VOC, 3)}.querySelector('button')"
    page.click(button)
    assert sorting(page, VOC, 3) == "ascending"
    assert column(page, VOC, 3) == sorted(before, key=float) != before
    assert "ours: ascending" in page.run("document.querySelector('[role=status]').textContent")
    page.click(button)
    assert sorting(page, VOC, 3) == "descending"
    assert column(page, VOC, 3) == sorted(before, key=float, reverse=True)
    page.click(button)
    assert sorting(page, VOC, 3) is None
    assert column(page, VOC, 3) == before


def test_sorts_by_the_keyboard(page):
    page.run(f"{head(VOC, 0)}.querySelector('button').focus()")
    page.press("Enter")
    names = column(page, VOC, 0)
    assert names == sorted(names) and sorting(page, VOC, 0) == "ascending"
    page.press("Tab")
    page.press("Enter")
    assert sorting(page, VOC, 0) is None and sorting(page, VOC, 1) == "ascending"
    metrics = column(page, VOC, 1)
    assert metrics == sorted(metrics, key=str.lower)


def test_sorts_numbers_as_numbers_and_none_last(page):
    page.run(f"{IU}.tBodies[0].rows[0].cells[3].textContent = '1.1e-03'")
    worst = column(page, IU, 3)
    page.click(f"{head(IU, 3)}.querySelector('button')")
    assert column(page, IU, 3) == sorted(worst, key=float) != worst  # such as 1.2e-06
    paper = "document.querySelector('table[data-file=\"cvpr2015-table1.csv\"]')"
    page.click(f"{head(paper, 8)}.querySelector('button')")
    found = column(page, paper, 8)  # such as 56,954,261; "-" of the rows that have none
    numbers = [int(text.replace(",", "")) for text in found if text != "-"]
    assert numbers == sorted(numbers) and len(numbers) == 3
    assert found[3:] == ["-", "-"]


def test_pictures_load(page):
    sizes = page.run("[...document.images].map(image => [image.complete, image.naturalWidth])")
    assert len(sizes) == 25 and all(loaded and width > 0 for loaded, width in sizes)


def test_menus_show_one_part(page):
    shown = "[...document.querySelectorAll('#confusion .chooser > section')].map(s => !s.hidden)"
    assert page.run(shown).index(True) == 0 and sum(page.run(shown)) == 1
    page.run(
        "(() => { const menu = document.querySelector('#confusion select'); menu.value = 2; "
        "menu.dispatchEvent(new Event('change')) })()"
    )
    assert page.run(shown).index(True) == 2 and sum(page.run(shown)) == 1


def test_cells_of_a_map_are_told(page):
    told = "document.querySelector('#confusion .cell').textContent"
    page.run("document.querySelector('#confusion svg').focus()")
    page.press("ArrowRight")
    assert page.run(told).startswith("true background, labelled background: 338843, ")
    page.press("ArrowDown")
    assert page.run(told).startswith("true aeroplane, labelled background: ")
    page.press("ArrowRight")
    assert page.run(told).startswith("true aeroplane, labelled aeroplane: ")
    page.click("document.querySelector('#confusion .frame')")
    assert page.run(told).startswith("true cow, labelled cow: ")  # the middle of 21 classes


def test_links_open_what_is_folded(page):
    page.click(f"{VOC}.tBodies[0].rows[0].cells[0].querySelector('a')")
    opened = "document.getElementById('made.voc2011-sample.voc-fcn32s').closest('details').open"
    assert page.run(f"new Promise(done => setTimeout(() => done({opened}), 100))") is True


def test_focus_is_seen(page):
    page.run(f"{head(VOC, 0)}.querySelector('button').focus()")
    page.press("Tab")
    style = "getComputedStyle(document.activeElement)"
    assert page.run(f"{style}.outlineStyle") == "solid"
    assert page.run("document.activeElement.textContent") == "metric"


def test_copies_an_entry(page):
    page.call("Browser.grantPermissions", permissions=["clipboardReadWrite"])
    page.click("document.querySelector('button.copy')")
    page.run("new Promise(done => setTimeout(done, 200))")
    assert page.run("document.querySelector('button.copy').textContent") == "Copied"
    pasted = page.run("navigator.clipboard.readText()")
    assert pasted.startswith("@inproceedings{long2015fully,") and pasted.endswith("}")


@pytest.mark.parametrize("width", [PHONE, 768, 1280])
def test_does_not_scroll_sideways(chromium, url, width):
    chromium.open(url, width=width, height=780)
    for script in ("", "document.querySelectorAll('details').forEach(one => { one.open = true })"):
        chromium.run(script or "0")
        wide, inner = chromium.run("[document.scrollingElement.scrollWidth, innerWidth]")
        assert wide <= inner == width
    assert no_complaints(chromium)


def luminance(colour):
    """Of "rgb(r, g, b)", as WCAG 2 has it."""
    channels = [int(word) / 255 for word in colour[4:-1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_contrast(chromium, url, dark):
    chromium.open(url, dark=dark)
    paper = luminance(chromium.run("getComputedStyle(document.body).backgroundColor"))
    assert (paper < 0.1) is dark
    chosen = ("body", ".lead", ".notes", "nav a", ".why", "dt", "summary", ".chart text")
    verdicts = (".reproduced", ".another-way", ".not-run", ".no-reference")
    for name in (*chosen, *(f".verdict{one}" for one in verdicts)):
        script = "(e => getComputedStyle(e)[e.closest('svg') ? 'fill' : 'color'])"
        colour = chromium.run(f"{script}(document.querySelector('{name}'))")
        light, low = sorted([luminance(colour), paper], reverse=True)
        assert (light + 0.05) / (low + 0.05) >= 4.5, name
    assert no_complaints(chromium)


def test_prints(page):
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF-") and len(pdf) > 100_000
    assert page.run("document.querySelector('details.made').open") is True


def test_is_whole_without_its_script(chromium, url):
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(url, width=PHONE)
        hidden = "[...document.querySelectorAll('.chooser > section')].filter(s => s.hidden).length"
        assert chromium.run(hidden) == 0
        assert chromium.run("document.scrollingElement.scrollWidth") <= PHONE
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
