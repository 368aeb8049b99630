"""Who a national id belongs to, and whether that person has business here."""

import pytest

from accessctl.models import RoleAssignment, User
from guardians.models import GuardianRelation
from people.directory import account_again, account_for
from people.models import NationalId, Person, Protection
from schoolapp.lib import clock
from tests.world import synthetic_id

pytestmark = pytest.mark.django_db


def number_of(person: Person) -> str:
    return person.national_ids.get(is_current=True).number


def roles_of(user: User) -> set[str]:
    return set(user.assignments.on().values_list("role__slug", flat=True))


@pytest.mark.parametrize("who", ["guardian", "contact_teacher", "no_role", "other_school"])
def test_people_with_business_here_get_an_account(world, who):
    user = account_for(number_of(world.people[who]), name="")
    assert user == Person.objects.get(pk=world.people[who].pk).user
    assert account_again(user) == user


@pytest.mark.parametrize("who", ["guardian_proposed", "guardian_former", "guardian_of_protected"])
def test_people_without_business_here_get_none(world, who):
    assert account_for(number_of(world.people[who]), name="") is None
    assert account_again(world.users[who]) is None


@pytest.mark.parametrize("number", ["", "12345", synthetic_id(clock.today(), 40)])
def test_an_unknown_number_gets_none_and_makes_nobody(world, number):
    before = User.objects.count()
    assert account_for(number, name="Ukjent") is None
    assert User.objects.count() == before


def test_a_former_number_finds_the_same_person(world):
    person = world.people["guardian"]
    former = number_of(person)
    person.national_ids.update(is_current=False)
    NationalId.objects.create(person=person, number=synthetic_id(person.birth_date, 30))
    assert account_for(former, name="") == account_for(number_of(person), name="") == world.users["guardian"]


def test_the_dead_get_none(world):
    Person.objects.filter(pk=world.people["guardian"].pk).update(deceased_on=clock.today())
    assert account_for(number_of(world.people["guardian"]), name="") is None


def test_a_pupil_below_lower_secondary_has_no_login(world):
    assert account_for(number_of(world.people["own"]), name="") is None


def test_a_pupil_gets_the_role_that_follows_from_the_register(world):
    world.users["other_school"].assignments.all().delete()
    user = account_for(number_of(world.people["other_school"]), name="")
    assert roles_of(user) == {"elev"}
    assert user.display_name == "Elev Other_School"
    assert account_for(number_of(world.people["other_school"]), name="") == user
    assert user.assignments.count() == 1


def test_a_guardian_gets_and_loses_the_role_with_the_relation(world):
    world.users["guardian"].assignments.all().delete()
    user = account_for(number_of(world.people["guardian"]), name="")
    assert roles_of(user) == {"foresatt"}
    assert user.assignments.get().source == RoleAssignment.Source.REGISTER
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(state="ended")
    assert account_for(number_of(world.people["guardian"]), name="") is None
    assert roles_of(user) == set()


def test_roles_given_by_people_are_left_alone(world):
    user = account_for(number_of(world.people["contact_teacher"]), name="")
    assert roles_of(user) == {"laerer"}


def test_an_employee_who_is_a_guardian_too_has_both(world):
    GuardianRelation.objects.create(
        guardian=world.people["contact_teacher"], student=world.pupils["own"], state="verified", ground="register"
    )
    user = account_for(number_of(world.people["contact_teacher"]), name="")
    assert roles_of(user) == {"laerer", "foresatt"}


def test_a_protected_person_gets_an_account_without_a_name(world):
    assert world.people["protected"].protection == Protection.STRICT
    user = account_for(number_of(world.people["protected"]), name="Elev Protected")
    assert "Protected" not in str(user)


def log_in_by_number(world, who: str) -> User | None:
    return account_for(number_of(world.people[who]), name="Navn fra leverandøren")


def log_in_without_number(world, who: str) -> User | None:
    return account_again(world.user(who))


@pytest.mark.parametrize("log_in", [log_in_by_number, log_in_without_number])
def test_the_name_follows_the_person_at_each_login(world, log_in):
    teacher = Person.objects.filter(pk=world.people["contact_teacher"].pk)
    for changes, expected in (
        ({"family_name": "Nygift"}, "Ansatt Nygift"),
        ({"protection": Protection.CONFIDENTIAL}, "Skjermet person"),
        ({"protection": Protection.NONE}, "Ansatt Nygift"),
    ):
        teacher.update(**changes)
        user = log_in(world, "contact_teacher")
        assert user.display_name == world.user("contact_teacher").display_name == expected


@pytest.mark.parametrize("log_in", [log_in_by_number, log_in_without_number])
def test_someone_refused_at_login_keeps_no_protected_name(world, log_in):
    Person.objects.filter(pk=world.people["guardian_former"].pk).update(protection=Protection.STRICT)
    assert log_in(world, "guardian_former") is None
    assert world.user("guardian_former").display_name == "Skjermet person"


def test_a_name_the_register_lacks_is_not_lost(world):
    Person.objects.filter(pk=world.people["contact_teacher"].pk).update(given_name="", family_name="")
    assert log_in_by_number(world, "contact_teacher").display_name == "Navn fra leverandøren"
    assert log_in_without_number(world, "contact_teacher").display_name == "Navn fra leverandøren"
