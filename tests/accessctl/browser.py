"""One person's browser in two halves: Django's test client for us, httpx for the login provider."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx
from django.http import HttpResponse
from django.test import Client

BASE_URL = "http://testserver"


class Browser:
    def __init__(self, client: Client, provider_origin: str, *, base_url: str = BASE_URL) -> None:
        self.client, self.base_url = client, base_url
        self.provider = httpx.Client(base_url=provider_origin, trust_env=False, timeout=10)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *error: Any) -> None:
        self.provider.close()

    def get(self, url: str, **headers: str) -> HttpResponse:
        return self.client.get(url.removeprefix(self.base_url), headers=headers)

    def start(self, provider: str = "idporten", **query: str) -> str:
        """Choose a provider on our login page; the address we send the browser to."""
        response = self.client.get(f"/logg-inn/{provider}/", query)
        assert response.status_code == 302, response.content.decode()
        return response.url

    def at_provider(self, url: str, **form: str) -> str:
        """Walk through the provider's pages with `form` as the answer; the address it sends the browser back to."""
        response = self.provider.get(url)
        while not response.headers.get("location", "").startswith(self.base_url):
            if response.is_redirect:
                response = self.provider.get(urljoin(str(response.url), response.headers["location"]))
            else:
                assert response.status_code == 200, response.text
                action = unescape(re.findall(r'method="post" action="([^"]+)"', response.text)[0])
                response = self.provider.post(action, data=form)
        return response.headers["location"]

    def log_in(self, login_id: str, provider: str = "idporten", *, neste: str = "", **form: str) -> HttpResponse:
        """The whole way from our login page to our answer to the provider's."""
        url = self.start(provider, **({"neste": neste} if neste else {}))
        return self.get(self.at_provider(url, login_id=login_id, **form))

    @property
    def login(self) -> dict[str, Any] | None:
        return self.client.session.get("login")
