"""A real Chromium that looks at a page, and says what is wrong with it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.course.tiny_course import PROJECT

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
PHONE, DESK = 390, 1200
PICTURES = PROJECT / "build" / "screenshots"
_LOCAL = {"127.0.0.1", "localhost"}
_SERIOUS = {"serious", "critical"}


@dataclass
class View:
    """A page that is open, and what it complained of and asked for so far."""

    page: Page
    console: list[str] = field(default_factory=list)
    remote: list[str] = field(default_factory=list)

    def show(self, address: str | Path) -> None:
        """Open a page, and wait until it asks for nothing more."""
        self.page.goto(address.as_uri() if isinstance(address, Path) else address)
        self.page.wait_for_load_state("networkidle")

    def take_picture(self, name: str) -> None:
        """Photograph all of the page; the pictures are for people."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def faults(self, within: str | None = None) -> list[str]:
        """Return the serious accessibility faults that axe-core finds, all or those ``within`` a CSS selector."""
        found = Axe().run(self.page, context=within).response["violations"]
        return [
            f"{fault['id']}: {node['html'][:150]} ({node['failureSummary'][:300]})"
            for fault in found
            if fault["impact"] in _SERIOUS
            for node in fault["nodes"]
        ]

    def overhang(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def problems(self) -> list[str]:
        """Return all that is wrong with a page of ours."""
        wide = [f"{overhang} pixels too wide"] if (overhang := self.overhang()) > 0 else []
        return [*self.console, *self.remote, *wide, *self.faults()]


@contextmanager
def look(browser: Browser, width: int = DESK, *, dark: bool = False, token: str = "") -> Iterator[View]:
    """Open a window; no request of its leaves the machine. ``token`` opens a Jupyter server."""
    headers = {"Authorization": f"token {token}"} if token else None
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", extra_http_headers=headers
    )
    view = View(context.new_page())

    def let_through(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("file", "data", "blob") or address.hostname in _LOCAL:
            route.continue_()
        else:
            view.remote.append(f"asks for {route.request.url}")
            route.abort()

    context.route("**/*", let_through)
    view.page.on("pageerror", lambda error: view.console.append(f"script: {error}"))
    view.page.on("console", lambda said: view.console.append(f"console: {said.text}") if said.type == "error" else None)
    try:
        yield view
    finally:
        context.close()
