"""The role in an approval is true of the signer and this pupil."""

import pytest

from accessctl.actions import assign_role
from accessctl.models import Role
from documents.signing import role_of
from staff.models import Employee
from tests.documents.conftest import make_draft
from tests.world import World


@pytest.mark.parametrize(
    ("who", "about", "role"),
    [
        ("contact_teacher", "own", "kontaktlærer"),
        ("subject_teacher", "other_class", "faglærer"),
        ("principal", "own", "Rektor"),
        ("school_admin", "own", "Skoleadmin"),
        ("municipal_admin", "own", "Kommuneadmin"),
    ],
)
def test_the_role_is_what_the_signer_is_to_the_pupil(school: World, who: str, about: str, role: str) -> None:
    """A title in the staff register that names another function is never stated."""
    Employee.objects.update(title="Kontaktlærer")
    assert role_of(school.user(who), make_draft(school, about)) == role


def test_an_assistant_in_the_class_is_not_called_a_teacher(school: World) -> None:
    assistant = school.add_employee("assistant", role="laerer", schools=(school.school_a,))
    school.add_staffing(assistant, school.groups["5A"], "assistant")
    assert role_of(school.user("assistant"), make_draft(school)) == "assistent"


def test_yesterdays_contact_teacher_is_none_today(school: World) -> None:
    Employee.objects.update(title="Kontaktlærer")
    assert role_of(school.user("former_teacher"), make_draft(school)) == ""


def test_only_a_role_that_writes_and_reaches_the_pupils_school_is_stated(school: World) -> None:
    user = school.user("principal")
    assign_role(user, role="helsesykepleier", by=None, school=school.school_a)
    assign_role(user, role="kommuneadmin", by=None)
    assert role_of(user, make_draft(school)) == "Rektor"
    assert role_of(user, make_draft(school, "other_school", by="teacher_b")) == "Kommuneadmin"


def test_a_role_that_may_no_longer_write_is_not_stated(school: World) -> None:
    Role.objects.filter(slug="rektor").update(permissions=[])
    assert role_of(school.user("principal"), make_draft(school)) == ""


def test_the_role_is_in_the_language_of_the_letter(school: World) -> None:
    assert role_of(school.user("contact_teacher"), make_draft(school, language="nn")) == "kontaktlærar"
