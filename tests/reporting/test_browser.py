"""The page in a browser: on a phone and a desk, light and dark."""

from __future__ import annotations

import pytest

from mdresearch.core.findings import Findings
from mdresearch.reporting import report

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def page_path(study, tmp_path_factory):
    """Return the path of a report of five claims."""
    items = tuple(study[i] for i in ("H19", "H20", "H26a", "H27b", "H19.literal"))
    some = Findings(study.study, study.title, items, study.provenance)
    return report(some, tmp_path_factory.mktemp("page")) / "report.html"


@pytest.fixture(scope="module")
def browser(chromium):
    """Return a headless Chromium."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_silent(browser, page_path, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    messages, requests = [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_path.as_uri())
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    images = page.evaluate(
        "[...document.images].map(i => [i.complete, i.naturalWidth, i.naturalHeight])"
    )
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert wide <= width
    assert len(images) == 6
    assert all(done and w > 0 and h > 0 for done, w, h in images)
    widths = {w for _, w, _ in images}
    assert all((w < 400) == (width == 360) for w in widths), "narrow figures for narrow screens"
    assert paper == ("rgb(255, 254, 251)" if scheme == "light" else "rgb(20, 23, 27)")
