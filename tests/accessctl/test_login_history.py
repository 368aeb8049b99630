"""What a login changes is put down to the one who logs in, not to the database."""

from datetime import date

import pytest
from django.urls import reverse

from accessctl.models import ChangeEvent, User
from guardians.models import GuardianRelation
from tests.login import log_in


@pytest.fixture
def newcomer(world):
    """A guardian who has never been here."""
    person = world.people["newcomer"] = world.add_person("Foresatt", "Newcomer", born=date(1985, 6, 2))
    GuardianRelation.objects.create(
        guardian=person,
        student=world.pupils["own"],
        state="verified",
        ground="register",
        valid_from=date(2020, 1, 1),
    )
    return person


def test_a_first_login_is_the_doing_of_whoever_logs_in(newcomer, browser, world, client):
    browser.log_in("newcomer")
    user = User.objects.get(person=newcomer)
    made = {
        row.table_name: row
        for row in ChangeEvent.objects.filter(operation="I").order_by("pk")
        if row.table_name in ("accessctl_user", "accessctl_loginidentity", "accessctl_roleassignment")
        and str(user.pk) in (str(row.row_id), str((row.new or {}).get("user_id")))
    }
    assert {name: (row.user_id, row.job) for name, row in made.items()} == {
        "accessctl_user": (None, "Innlogging"),
        "accessctl_loginidentity": (user.pk, "Innlogging"),
        "accessctl_roleassignment": (user.pk, "Innlogging"),
    }
    assert all(row.request_id for row in made.values())
    world.add_employee("ombud", role="personvernombud")
    log_in(client, world.user("ombud"))
    page = client.get(reverse("journal:changes"), {"register": "accessctl_loginidentity"}).content.decode()
    assert "Foresatt Newcomer (Innlogging)" in page
    assert "database:" not in page
