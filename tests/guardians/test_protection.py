"""Address protection as people work with it: on at once by one, off by two, and opened for one at a time."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accessctl.actions import RightsError, give_grant
from accessctl.models import Alert, SamePerson, User
from accessctl.permissions import Permission
from guardians import actions
from guardians.models import GuardianRelation
from people.actions import ProtectionError, decide_lower, propose_lower, raise_protection, set_review_day
from people.models import Person, Protection, ProtectionChange, Shielding
from schoolapp.lib import clock
from students.models import Student, StudentGrant
from tests.guardians.conftest import children
from tests.login import give_reason, grow_old, log_in


def shield(client, world, key: str = "own", **fields):
    sent = {"whom": "familien", "level": "strict", "reason": "Trussel"} | fields
    return client.post(reverse("guardians:shield", args=[world.pupils[key].uuid]), sent)


def level(person: Person) -> str:
    return Person.objects.get(pk=person.pk).protection


class TestShieldNow:
    def test_the_levels_are_in_the_language_of_the_reader(self, client, world):
        log_in(client, world.user("principal"))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nn"
        page = client.get(reverse("guardians:shield", args=[world.pupils["own"].uuid])).content.decode()
        assert "Strengt fortruleg" in page and "Strengt fortrolig" not in page

    def test_it_takes_sight_from_everyone_on_the_next_request_also_from_the_one_who_did_it(self, client, world):
        page = reverse("students:pupil", args=[world.pupils["own"].uuid])
        log_in(client, world.user("principal"))
        assert client.get(page).status_code == 200
        response = shield(client, world)
        assert response.status_code == 302 and str(world.pupils["own"].uuid) not in response.headers["Location"]
        told = client.get(response.headers["Location"]).content.decode()
        assert "Skjermingen gjelder nå" in told and "Own" not in told
        for viewer in ("principal", "contact_teacher", "municipal_admin"):
            log_in(client, world.user(viewer))
            assert client.get(page).status_code == 404
            assert "Elev Own" not in client.get("/elever/").content.decode()

    def test_the_portal_closes_for_every_guardian_of_the_family_siblings_too(self, client, world):
        mother, father = world.people["guardian"], world.add_guardian("father", "own")
        log_in(client, world.user("principal"))
        shield(client, world)
        assert children(mother) == children(father) == set()
        assert level(world.people["own"]) == level(mother) == level(world.people["other_school"]) == "strict"
        log_in(client, world.user("guardian"))
        text = client.get("/foresatt/").content.decode()
        assert "Skole A" not in text and "Skole B" not in text

    def test_one_guardian_closes_for_all_and_protects_that_one_only(self, client, world):
        mother, father = world.people["guardian"], world.add_guardian("father", "own")
        log_in(client, world.user("principal"))
        shield(client, world, whom=str(mother.uuid), level="confidential")
        assert (level(mother), level(father), level(world.people["own"])) == ("confidential", "none", "none")
        assert children(mother) == children(father) == set()

    def test_it_never_lowers(self, world):
        mother = world.people["guardian"]
        mother.protection = Protection.STRICT
        mother.save()
        assert not raise_protection(mother, level="confidential", reason="x", by=world.user("principal"))
        assert level(mother) == "strict"

    def test_the_name_of_a_protected_user_goes_from_menus_at_once(self, world):
        actions.shield_family(world.pupils["own"], whom=None, level="strict", reason="x", by=world.user("principal"))
        assert User.objects.get(pk=world.users["guardian"].pk).display_name == "Skjermet person"

    @pytest.mark.parametrize("viewer", ["contact_teacher", "subject_teacher", "adviser", "nurse"])
    def test_not_for_everybody(self, client, world, viewer):
        log_in(client, world.user(viewer))
        assert shield(client, world).status_code == 403

    def test_not_at_another_school(self, client, world):
        log_in(client, world.user("school_admin_b"))
        assert shield(client, world).status_code == 404
        assert level(world.people["own"]) == "none"

    def test_without_a_reason_nothing_happens(self, client, world):
        log_in(client, world.user("principal"))
        assert shield(client, world, reason=" ").status_code == 422
        assert level(world.people["own"]) == "none"

    def test_the_officers_get_it_on_their_day_until_one_takes_it(self, client, world, officers):
        log_in(client, world.user("principal"))
        shield(client, world, whom=str(world.people["own"].uuid))
        log_in(client, world.user("officer"))
        assert "Noen er skjermet av skolen" in client.get("/i-dag/").content.decode()
        client.post(reverse("guardians:followed_up", args=[Shielding.objects.get().uuid]))
        assert "Noen er skjermet av skolen" not in client.get("/i-dag/").content.decode()
        assert Alert.objects.get(user=world.users["officer"]).reason == "Skjermet av skolen: Trussel"


class TestTakingItDown:
    @pytest.fixture
    def person(self, world) -> Person:
        return world.people["protected"]

    def test_it_takes_two(self, client, world, officers, person):
        log_in(client, world.user("officer"))
        give_reason(client, world.pupils["protected"])
        client.post(reverse("guardians:lower", args=[person.uuid]), {"level": "none", "reason": "Opphevet"})
        change = ProtectionChange.objects.get()
        decide = reverse("guardians:decide", args=[change.uuid])
        client.post(decide, {"svar": "ja"})
        assert level(person) == "strict"
        log_in(client, world.user("second_officer"))
        client.post(decide, {"svar": "ja"})
        assert level(person) == "none"
        alert = Alert.objects.get(user=world.users["second_officer"])
        assert alert.reason == "Forslag om å oppheve skjerming: Opphevet"

    def test_the_portal_stays_closed_afterwards(self, world, officers, person):
        change = propose_lower(person, level="none", reason="x", by=world.user("officer"))
        decide_lower(change, approve=True, by=world.user("second_officer"))
        assert children(world.people["guardian_of_protected"]) == set()

    def test_one_person_alone_is_refused_by_the_action_and_by_the_database(self, world, officers, person):
        change = propose_lower(person, level="none", reason="x", by=world.user("officer"))
        with pytest.raises(SamePerson):
            decide_lower(change, approve=True, by=world.user("officer"))
        with pytest.raises(IntegrityError), transaction.atomic():
            ProtectionChange.objects.update(state="approved", decided_by=world.users["officer"], decided_at=clock.now())

    def test_a_refusal_leaves_it(self, world, officers, person):
        change = propose_lower(person, level="none", reason="x", by=world.user("officer"))
        decide_lower(change, approve=False, by=world.user("second_officer"))
        assert level(person) == "strict"

    def test_a_proposal_falls_when_protection_is_raised_again(self, world, officers, person):
        Person.objects.filter(pk=person.pk).update(protection="confidential")
        person.refresh_from_db()
        propose_lower(person, level="none", reason="x", by=world.user("officer"))
        raise_protection(person, level="strict", reason="Ny trussel", by=world.user("principal"))
        assert not ProtectionChange.objects.exists()

    def test_it_must_be_lower(self, world, officers, person):
        with pytest.raises(ProtectionError):
            propose_lower(person, level="strict", reason="x", by=world.user("officer"))

    @pytest.mark.parametrize("viewer", ["principal", "municipal_admin", "school_admin"])
    def test_only_for_officers(self, client, world, person, viewer):
        log_in(client, world.user(viewer))
        assert client.get(reverse("guardians:lower", args=[person.uuid])).status_code == 403
        assert client.get(reverse("guardians:protected")).status_code == 403


class TestReview:
    def test_child_welfares_protection_is_a_task_after_a_year_and_opens_nothing(self, client, world, officers):
        person = world.people["own"]
        person.note_raised(Protection.CLIENT, "register")
        person.save()
        assert person.protection_review_on == clock.today() + timedelta(days=365)
        log_in(client, world.user("officer"))
        assert "vurderes på nytt" not in client.get("/i-dag/").content.decode()
        set_review_day(person, day=clock.today() + timedelta(days=30), by=world.user("officer"))
        with time_machine.travel(clock.now() + timedelta(days=30)):
            log_in(client, world.user("officer"))
            assert "vurderes på nytt" in client.get("/i-dag/").content.decode()
            assert level(person) == "client"
            assert not Student.objects.visible_to(world.user("principal")).filter(pk=world.pupils["own"].pk).exists()


class TestOfficersScreens:
    def test_the_list_asks_for_a_fresh_login_and_shows_who_is_protected(self, client, world, officers):
        log_in(client, world.user("officer"))
        grow_old(client)
        assert client.get(reverse("guardians:protected")).status_code == 403
        log_in(client, world.user("officer"))
        text = client.get(reverse("guardians:protected")).content.decode()
        assert "Elev Protected" in text and "Strengt fortrolig" in text and "Elev Own" not in text

    def test_one_guardian_is_opened_and_the_other_not(self, client, world, officers):
        world.add_guardian("other_parent", "protected", portal_enabled=False)
        relation = GuardianRelation.objects.get(guardian=world.people["guardian_of_protected"])
        log_in(client, world.user("officer"))
        give_reason(client, world.pupils["protected"])
        url = reverse("guardians:portal", args=[relation.uuid])
        assert client.post(url, {"reason": ""}).status_code == 422
        client.post(url, {"reason": "Avklart med mor"})
        assert children(world.people["guardian_of_protected"]) == {world.pupils["protected"].pk}
        assert children(world.people["other_parent"]) == set()

    def test_the_contact_teacher_is_first_and_sees_the_pupil_until_the_end(self, client, world, officers):
        pupil = world.pupils["protected"]
        log_in(client, world.user("officer"))
        give_reason(client, pupil)
        url = reverse("guardians:give_sight", args=[pupil.uuid])
        page = client.get(url)
        first = page.context["form"].fields["user"].choices[0]
        assert first == (str(world.people["contact_teacher"].uuid), "Ansatt Contact_Teacher, kontaktlærer")
        end = clock.today() + timedelta(days=30)
        client.post(url, {"user": first[0], "valid_to": str(end), "reason": "Kontaktlærer"})
        sees = lambda: Student.objects.visible_to(world.user("contact_teacher")).filter(pk=pupil.pk).exists()  # noqa: E731
        assert sees()
        with time_machine.travel(clock.now() + timedelta(days=31)):
            assert not sees()
        assert "Ansatt Contact_Teacher" in client.get(reverse("guardians:family", args=[pupil.uuid])).content.decode()
        client.post(reverse("guardians:end_sight", args=[StudentGrant.objects.get().uuid]))
        assert not sees()

    def test_nobody_gives_sight_to_themselves_or_without_the_right(self, world, officers):
        fields = {"permission": Permission.SEE_PROTECTED, "on": world.pupils["protected"], "reason": "x"}
        with pytest.raises(RightsError):
            give_grant(world.user("contact_teacher"), by=world.user("principal"), **fields)
        with pytest.raises(RightsError):
            give_grant(world.user("officer"), by=world.user("officer"), **fields)
