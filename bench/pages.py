"""The pages most used, for each kind of reach, against a hundred rows in plain Django.

The least is the view of the anchors: session, user, the middleware a new Django project has, one query and one template
of a hundred rows; no wall, no log, no rights, no menu. Both are measured in the same run, in turns.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accessctl.models import RoleAssignment, User
from bench.measure import Comparison, compare
from students.models import Student
from tests.login import log_in

ROUNDS = 40
FLOOR = "100 rader i vanlig Django"
ROLES = ("laerer", "skoleadmin", "kommuneadmin")
TYPED = "han"
PLAIN = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
}


def run() -> Iterator[Comparison]:
    with override_settings(ROOT_URLCONF="bench.urls", ALLOWED_HOSTS=["testserver"]):
        for role in ROLES:
            user = someone(role)
            client, floor = logged_in(user), plain(user)
            for name, page in pages(client, user):
                yield compare(f"{name}, {role}", page, FLOOR, floor, rounds=ROUNDS, statements=statements(page))
        yield compare("tom visning", opener(client, "/bench/ingenting/"), FLOOR, floor, rounds=ROUNDS)


def pages(client: Client, user: User) -> "Iterator[tuple[str, opener]]":
    """What is opened all day long."""
    student = Student.objects.visible_to(user).order_by("pk").first()
    if student is None:
        raise LookupError("the demo municipality gives this user no pupils")
    yield "elevliste", opener(client, reverse("students:list"))
    yield "elevliste, søk", opener(client, reverse("students:list") + f"?sok={TYPED}")
    yield "elevside", opener(client, reverse("students:pupil", args=[student.uuid]))
    yield "søkefelt", opener(client, f"{reverse('search:find')}?q={TYPED}", headers={"HX-Request": "true"})
    yield "I dag", opener(client, reverse("schools:today"))
    yield "klasser og grupper", opener(client, reverse("groups:list"))


def logged_in(user: User) -> Client:
    client = Client(raise_request_exception=True)
    log_in(client, user)
    return client


def plain(user: User) -> "opener":
    """The least; the handler reads its middleware at the first request and keeps it."""
    page = opener(logged_in(user), "/bench/hundre/")
    with override_settings(**PLAIN):
        page()
    return page


def someone(role: str) -> User:
    assignment = RoleAssignment.objects.filter(role__slug=role).select_related("user").order_by("pk").first()
    if assignment is None:
        raise LookupError(f"nobody holds the role {role}")
    return assignment.user


class opener:
    """Opens one page and insists that it is the page."""

    def __init__(self, client: Client, url: str, headers: dict[str, str] | None = None) -> None:
        self.client, self.url, self.headers = client, url, headers

    def __call__(self) -> None:
        answer = self.client.get(self.url, headers=self.headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.url} answered {answer.status_code}")


def statements(work: Callable[[], object]) -> int:
    """How many statements a page takes once what a process keeps has been read."""
    work()
    counted = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        work()
    return counted
