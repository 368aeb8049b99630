"""To and from the school photographer: who is in the file."""

import csv
import io

import pytest

from accessctl.models import AccessEvent
from guardians.actions.sharing import answer_photo
from guardians.photographer import make_file
from people.models import NationalId, Person, Protection
from tests.login import log_in


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def consented(world):
    answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
    answer_photo(world.pupils["other_class"], is_given=True, by=world.user("guardian_b"))
    return world


def file_for(client, world, name: str = "school_admin", groups=("5A", "5B", "8A")):
    log_in(client, world.user(name))
    return client.post("/skolefoto/fil/", {"klasse": [str(world.groups[group].uuid) for group in groups]})


def numbers(client, world) -> dict[str, str]:
    rows = list(csv.reader(io.StringIO(file_for(client, world).content.decode("utf-8-sig")), delimiter=";"))
    return {row[2].casefold(): row[4] for row in rows[1:]}


class TestTheFile:
    def test_it_holds_those_with_consent_by_name_class_and_number(self, client, consented):
        response = file_for(client, consented)
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
        assert rows[0] == ["Skole", "Klasse", "Etternavn", "Fornavn", "Bildenummer"]
        assert [row[:4] for row in rows[1:]] == [
            ["Skole A", "5A", "Own", "Elev"],
            ["Skole A", "5B", "Other_Class", "Elev"],
        ]
        text = response.content.decode()
        assert not any(row.number in text for row in NationalId.objects.all())
        logged = set(AccessEvent.objects.filter(action="export").values_list("about", flat=True))
        assert logged == {consented.pupils["own"].uuid, consented.pupils["other_class"].uuid}

    def test_a_number_lasts_the_school_year(self, client, consented):
        assert numbers(client, consented) == numbers(client, consented)

    def test_protection_takes_one_out_of_it(self, client, consented):
        Person.objects.filter(pk=consented.people["own"].pk).update(protection=Protection.CONFIDENTIAL)
        assert set(numbers(client, consented)) == {"other_class"}
        counts = client.get("/skolefoto/").context["lines"]
        assert {line["group"].name: line["pupils"] for line in counts} == {"5A": 1, "5B": 1}

    def test_nobody_gives_no_rows(self, consented):
        assert make_file([], by=consented.user("school_admin")).rows == []

    def test_it_is_for_own_schools(self, client, consented):
        assert file_for(client, consented, "school_admin_b", groups=("5A",)).status_code == 302
        assert file_for(client, consented, "contact_teacher").status_code == 403
