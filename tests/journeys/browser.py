"""A reader in a real browser, who notices what a reader should never meet.

Each page opened is checked for accessibility (axe-core), for errors in the console and for breaches of the content
security policy. With SCREENSHOTS set to a folder, every checked page is also kept as a picture.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from accessctl.models import User
from tests.login import log_in

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Milliseconds until a page counts as hanging: long enough for a busy machine, as no test is about speed.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)  # of its own accord it would give up after five seconds
WIDE, PHONE, NARROWEST = (1280, 900), (360, 740), (320, 640)
TELL_OF_POLICY = """document.addEventListener("securitypolicyviolation",
    (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""
RUN_AXE = """async () => (await axe.run({resultTypes: ["violations"]})).violations.map((v) =>
    `${v.id}: ${v.nodes.map((n) => n.target.join(" ") + " " + n.failureSummary).join("; ")}`)"""


class Reader:
    """One person at one screen."""

    def __init__(self, page: Page, base_url: str, *, has_scripts: bool) -> None:
        self.page, self.base_url, self.has_scripts = page, base_url, has_scripts
        self.trouble: list[str] = []
        page.on("console", lambda message: self.hear(message.type, message.text))
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("requestfailed", self.miss)

    def miss(self, request: Request) -> None:
        """What did not load. What the reader gave up for something else before it was answered is no trouble.

        That holds for a question asked in the background, and for a page that loads itself anew while work goes on.
        """
        if request.resource_type not in ("xhr", "document") or request.failure != "net::ERR_ABORTED":
            self.trouble.append(f"not loaded: {request.url} {request.resource_type} {request.failure}")

    def hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "responded with a status of 4" not in text:
            self.trouble.append(f"{kind}: {text}")

    def open(self, path: str, *, name: str = "") -> Page:
        self.page.goto(self.base_url + path)
        self.check(name)
        return self.page

    def resize(self, size: tuple[int, int], *, name: str = "") -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.check(name)

    def check_both(self, name: str = "") -> None:
        """The page holds on a phone and on a wide screen, where it stays."""
        self.resize(PHONE, name=name)
        self.resize(WIDE, name=name)

    def check(self, name: str = "") -> None:
        """The page as it stands now has no accessibility violation, breaks no policy and fits its width.

        A page that has just been gone to may still be empty, and is let come first.
        """
        self.page.wait_for_load_state()
        if name and os.environ.get("SCREENSHOTS"):
            size = self.page.viewport_size or {"width": 0}
            folder = Path(os.environ["SCREENSHOTS"])
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}-{size['width']}.png", full_page=True)
        if self.has_scripts:
            violations = self.page.evaluate(RUN_AXE)
            assert not violations, "\n".join(violations)
            overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"the page is {overflow} px wider than the screen"
        assert self.trouble == [], self.trouble


@contextmanager
def reader(
    browser: Browser,
    base_url: str,
    user: User | None = None,
    *,
    size: tuple[int, int] = WIDE,
    language: str = "",
    scripts: bool = True,
    dark: bool = False,
    touch: bool = False,
) -> Iterator[Reader]:
    """Someone at a screen of `size`, logged in as `user`, with or without JavaScript."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        locale="nb-NO",
        has_touch=touch,
    )
    context.set_default_timeout(PATIENCE)
    if scripts:
        context.add_init_script(TELL_OF_POLICY)
        context.add_init_script(path=settings.NODE_MODULES / "axe-core" / "axe.min.js")
    if user:
        give_cookies(context, base_url, user)
    if language:
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": base_url}])
    try:
        yield Reader(context.new_page(), base_url, has_scripts=scripts)
    finally:
        context.close()


def give_cookies(context: BrowserContext, base_url: str, user: User) -> None:
    client = Client()
    log_in(client, user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base_url}])
