"""A browser, the cast, and a running server."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.browser import CHROMIUM, FLAGS, Reader, reader
from tests.world import World


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; the ORM is still used by one thread at a time.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # As in a server that has started: the screens are loaded before the first reader comes.
    reverse("home")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def reading(browser, live_server, transactional_db, world: World) -> Callable[..., AbstractContextManager[Reader]]:
    """`reading("contact_teacher", size=PHONE)` opens a screen for one of the cast; no name is nobody."""

    def as_person(name: str = "", **screen) -> AbstractContextManager[Reader]:
        user = world.user(name) if name else None
        return reader(browser, live_server.url, user, **screen)

    return as_person
