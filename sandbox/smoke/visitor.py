"""A person with a browser without scripts: cookies, links, forms, and what can be read on the page."""

import contextlib
import re
from collections.abc import Iterator, Mapping

import httpx
from lxml import html

GONE_WRONG = "Siden {path} svarte {status}: {text}"


class Astray(Exception):
    """The person did not find what should have been there."""


class Visitor:
    """Keeps the page it stands on. Every request that does not end in an answer of 200 raises Astray."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, follow_redirects=True, timeout=30)
        self.answer: httpx.Response
        self.page: html.HtmlElement

    @classmethod
    def beside(cls, other: "Visitor") -> "Visitor":
        """Another tab of the same browser, for what is downloaded."""
        tab = cls.__new__(cls)
        tab.http, tab.answer, tab.page = other.http, other.answer, other.page
        return tab

    def open(self, url: str) -> None:
        self._arrived(self.http.get(self.resolve(url)))

    def resolve(self, url: str) -> str:
        here = getattr(self, "answer", None)
        return str(here.url.join(url)) if here is not None else url

    def _arrived(self, answer: httpx.Response) -> None:
        self.answer = answer
        is_page = "html" in answer.headers.get("content-type", "")
        self.page = html.fromstring(answer.text) if is_page and answer.text.strip() else html.Element("html")
        if answer.status_code != 200:
            raise Astray(GONE_WRONG.format(path=answer.url.path, status=answer.status_code, text=self.text()[:400]))

    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    def follow(self, text: str) -> None:
        """Click the first link whose text holds `text`."""
        self.open(self.link(text))

    def link(self, text: str) -> str:
        for anchor in self.page.iter("a"):
            if text in " ".join(anchor.text_content().split()) and anchor.get("href"):
                return str(anchor.get("href"))
        raise Astray(f"Fant ikke lenken «{text}» på {self.answer.url.path}: {self.text()[:400]}")

    def reload(self, url: str) -> "Visitor":
        self.open(url)
        return self

    def find_address(self, ending: str) -> str | None:
        """Where the first link (or frame, or form) on the page leads whose address ends with `ending`."""
        for address in self.page.xpath("//@href | //@src | //@data | //@action | //@formaction"):
            if str(address).partition("?")[0].endswith(ending):
                return str(address)
        return None

    def address_ending(self, ending: str) -> str:
        if address := self.find_address(ending):
            return address
        raise Astray(f"Ingen lenke slutter på {ending} på {self.answer.url.path}: {self.text()[:400]}")

    def expect_pdf(self) -> bytes:
        if not self.answer.content.startswith(b"%PDF-"):
            raise Astray(f"{self.answer.url.path} er ikke en PDF, men {self.answer.headers.get('content-type')}")
        return self.answer.content

    def has(self, text: str) -> bool:
        return text in self.text()

    def form_with(self, button: str = "", field: str = "") -> html.FormElement:
        """The form with a button of that text, or with a field of that name."""
        for form in self.page.forms:
            buttons = form.xpath(".//button|.//input[@type='submit']")
            texts = [" ".join(b.text_content().split()) or b.get("value", "") for b in buttons]
            if (button and any(button in text for text in texts)) or (field and field in form.fields):
                return form
        raise Astray(f"Fant ikke skjemaet «{button or field}» på {self.answer.url.path}: {self.text()[:400]}")

    def send(self, form: html.FormElement, values: Mapping[str, str], *, button: str = "") -> None:
        """Fill in and submit. `button` names the button by its text, so that its own name and value go along."""
        data = {name: value for name, value in form.form_values() if isinstance(value, str)}
        url = form.get("action") or str(self.answer.url)
        for element in form.xpath(".//button"):
            if button and button in " ".join(element.text_content().split()):
                url = element.get("formaction") or url
                if element.get("name"):
                    data[element.get("name")] = element.get("value", "")
                break
        data |= values
        address = self.resolve(url)
        if (form.get("method") or "get").lower() == "post":
            headers = {"Referer": str(self.answer.url), "Origin": origin(str(self.answer.url))}
            self._arrived(self.http.post(address, data=data, headers=headers))
        else:
            self._arrived(self.http.get(address, params=data))

    def log_in(self, provider: str, login_id: str) -> None:
        """The whole walk: our login page, the provider's own pages, and back."""
        self.open("/logg-inn/")
        self.follow(provider)
        form = self.form_with(field="level")
        self.send(form, {"login_id": login_id, "level": form.fields["level"]})
        if self.has("Logg inn med"):
            raise Astray(f"Innloggingen førte ikke fram: {self.text()[:400]}")

    def log_out(self) -> None:
        self.send(self.form_with(button="Logg ut"), {}, button="Logg ut")


def origin(url: str) -> str:
    found = re.match(r"https?://[^/]+", url)
    return found.group() if found else ""


@contextlib.contextmanager
def visiting(base_url: str) -> Iterator[Visitor]:
    visitor = Visitor(base_url)
    with visitor.http:
        yield visitor
