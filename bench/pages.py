"""The pupil list and the pupil page against a view that answers «ok» behind the same middleware."""

from collections.abc import Iterator

from django.test import Client, override_settings
from django.urls import reverse

from accessctl.models import RoleAssignment, User
from bench.measure import Comparison, compare
from students.models import Student
from tests.login import log_in

ROUNDS = 60
FLOOR = "tom visning"


def run() -> Iterator[Comparison]:
    user = someone("skoleadmin")
    student = Student.objects.visible_to(user).order_by("pk").first()
    if student is None:
        raise LookupError("the demo municipality gives its school administrator no pupils")
    with override_settings(ROOT_URLCONF="bench.urls", ALLOWED_HOSTS=["testserver"]):
        client = Client(raise_request_exception=True)
        log_in(client, user)
        pages = {"elevliste": reverse("students:list"), "elevside": reverse("students:pupil", args=[student.uuid])}
        for name, url in pages.items():
            yield compare(name, opener(client, url), FLOOR, opener(client, "/bench/ingenting/"), rounds=ROUNDS)


def someone(role: str) -> User:
    assignment = RoleAssignment.objects.filter(role__slug=role).select_related("user").order_by("pk").first()
    if assignment is None:
        raise LookupError(f"nobody holds the role {role}")
    return assignment.user


class opener:
    """Opens one page and insists that it is the page."""

    def __init__(self, client: Client, url: str) -> None:
        self.client, self.url = client, url

    def __call__(self) -> None:
        answer = self.client.get(self.url)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.url} answered {answer.status_code}")
