"""Relations by hand, blocks and care: every row of the table in handbook 8.3."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accessctl.actions import assign_role
from accessctl.login.backend import find_user
from accessctl.login.failures import LoginFailed
from accessctl.login.providers import provider
from accessctl.models import AccessEvent
from documents.content import record_values
from documents.delivery import relations_of
from guardians import actions
from guardians.actions import BlockError, RelationError
from guardians.login import is_guardian
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock
from people.actions import may_be_called
from people.directory import account_for
from people.models import Person, Protection
from schoolapp.lib import clock
from students.models import Student
from students.rules import decides_on_schooling
from tests.guardians.conftest import children, new_adult
from tests.login import log_in

ELEVEN = "01010100000"


def number_of(person) -> str:
    return person.national_ids.get(is_current=True).number


def login(person):
    return account_for(number_of(person), name="")


class TestByHand:
    def test_one_person_alone_gives_no_access(self, world, officers, outsider):
        own = world.pupils["own"]
        relation = actions.propose_by_hand(
            outsider, student=own, evidence="court", reference="26/1", valid_to=clock.today(), by=world.user("officer")
        )
        assert children(outsider) == set() and login(outsider) is None
        with pytest.raises(RelationError, match="eget forslag"):
            actions.confirm_relation(relation, by=world.user("officer"))
        actions.confirm_relation(relation, by=world.user("second_officer"))
        assert children(outsider) == {own.pk} and login(outsider) == outsider.user

    @pytest.mark.parametrize(
        "change",
        [{"confirmed_by": None}, {"valid_to": None}, {"evidence": ""}, {"reference": ""}, {"recheck_on": None}],
    )
    def test_the_database_refuses_what_lacks_a_part(self, world, by_hand, outsider, change):
        relation = by_hand(outsider, world.pupils["own"])
        with pytest.raises(IntegrityError), transaction.atomic():
            GuardianRelation.objects.filter(pk=relation.pk).update(**change)

    def test_the_database_refuses_one_person_as_both(self, world, by_hand, outsider):
        relation = by_hand(outsider, world.pupils["own"])
        with pytest.raises(IntegrityError, match="relation_two_persons"), transaction.atomic():
            GuardianRelation.objects.filter(pk=relation.pk).update(confirmed_by=world.users["officer"])

    def test_it_ends_by_itself_after_its_last_day(self, world, by_hand, outsider):
        relation = by_hand(outsider, world.pupils["own"], days=1)
        with time_machine.travel(clock.now() + timedelta(days=1)):
            assert children(outsider) == {world.pupils["own"].pk}
        with time_machine.travel(clock.now() + timedelta(days=2)):
            assert children(outsider) == set()
            assert relation not in GuardianRelation.objects.running_out()

    def test_an_end_in_the_past_and_a_second_relation_are_refused(self, world, officers, outsider):
        fields = {"student": world.pupils["own"], "evidence": "court", "reference": "1", "by": world.user("officer")}
        with pytest.raises(RelationError, match="passert"):
            actions.propose_by_hand(outsider, valid_to=clock.today() - timedelta(days=1), **fields)
        with pytest.raises(RelationError, match="allerede"):
            actions.propose_by_hand(world.people["guardian"], valid_to=clock.today(), **fields)

    def test_a_check_prolongs_nothing(self, world, by_hand, outsider):
        relation = by_hand(outsider, world.pupils["own"], days=40)
        actions.recheck_relation(relation, next_on=clock.today() + timedelta(days=400), by=world.user("officer"))
        assert relation.recheck_on == relation.valid_to == clock.today() + timedelta(days=40)

    def test_it_becomes_a_task_a_month_before_it_ends(self, client, world, by_hand, outsider):
        by_hand(outsider, world.pupils["own"], days=31, recheck_on=None)
        log_in(client, world.user("municipal_admin"))
        assert "går snart ut" not in client.get("/i-dag/").content.decode()
        with time_machine.travel(clock.now() + timedelta(days=1)):
            log_in(client, world.user("municipal_admin"))
            assert "Én tilgang går snart ut" in client.get("/i-dag/").content.decode()

    def test_the_screens_from_proposal_to_access(self, client, world, officers, outsider):
        own = world.pupils["own"]
        log_in(client, world.user("officer"))
        sent = {
            "number": number_of(outsider),
            "given_name": "voksen",
            "family_name": "Mellom Utenfor",
            "evidence": "representative",
            "reference": "26/77",
            "valid_to": str(clock.today() + timedelta(days=60)),
        }
        client.post(reverse("guardians:propose", args=[own.uuid]), sent)
        relation = GuardianRelation.objects.get(guardian=outsider)
        assert (relation.state, relation.guardian.full_name) == ("proposed", "Voksen Utenfor")
        confirm = reverse("guardians:confirm", args=[relation.uuid])
        client.post(confirm)
        assert children(outsider) == set()
        log_in(client, world.user("municipal_admin"))
        assert "voksen Mellom Utenfor" in client.get(reverse("guardians:queue")).content.decode()
        client.post(confirm)
        assert children(outsider) == {own.pk}

    def test_a_number_that_is_somebody_elses_stops_and_does_not_tell_whose(self, client, world, officers, outsider):
        log_in(client, world.user("officer"))
        sent = {
            "number": number_of(outsider),
            "given_name": "Feil",
            "family_name": "Utenfor",
            "evidence": "court",
            "reference": "26/77",
            "valid_to": str(clock.today() + timedelta(days=60)),
        }
        response = client.post(reverse("guardians:propose", args=[world.pupils["own"].uuid]), sent)
        text = response.content.decode()
        assert response.status_code == 422 and "Navnet stemmer ikke" in text and "Voksen" not in text
        assert not GuardianRelation.objects.filter(guardian=outsider).exists()

    @pytest.mark.parametrize(
        ("typed", "known", "is_same"),
        [
            ("Kari Nordmann", "Kari Anne Nordmann", True),
            ("kari anne NORDMANN", "Kari Nordmann", True),
            ("Nordmann Kari", "Kari Nordmann", True),
            ("Haakon Ødegård", "Håkon Ødegaard", True),
            ("René Lie-Berg", "Rene Lie Berg", True),
            ("Ola Nordmann", "Kari Nordmann", False),
            ("Nordmann", "Kari Nordmann", False),
            ("Kari Hansen", "Kari Nordmann", False),
        ],
    )
    def test_names_are_compared_as_people_write_them(self, typed, known, is_same):
        given, _space, family = known.rpartition(" ")
        assert may_be_called(Person(given_name=given, family_name=family), typed) is is_same

    def test_a_wrong_number_is_not_repeated(self, client, world, officers):
        log_in(client, world.user("officer"))
        response = client.post(reverse("guardians:propose", args=[world.pupils["own"].uuid]), {"number": ELEVEN})
        text = response.content.decode()
        assert response.status_code == 422 and "kontrollsiffer" in text
        assert not any(ELEVEN in message for message in text.split('value="')[0:1])

    def test_a_refused_proposal_needs_a_reason_and_gives_nothing(self, world, officers, outsider):
        relation = actions.propose_by_hand(
            outsider,
            student=world.pupils["own"],
            evidence="other",
            reference="1",
            valid_to=clock.today(),
            by=world.user("officer"),
        )
        actions.reject_relation(relation, reason="Mangler avtale", by=world.user("second_officer"))
        relation.refresh_from_db()
        assert (relation.state, relation.end_reason, children(outsider)) == ("ended", "Mangler avtale", set())

    def test_the_other_guardian_is_told_that_but_not_who(self, client, world, by_hand, outsider):
        log_in(client, world.user("guardian"))
        assert "En ny foresatt har fått tilgang" not in client.get("/foresatt/").content.decode()
        by_hand(outsider, world.pupils["own"])
        text = client.get("/foresatt/").content.decode()
        assert text.count("En ny foresatt har fått tilgang") == 1
        assert "Utenfor" not in text
        assign_role(outsider.user, role="foresatt", by=None)
        log_in(client, world.user("utenfor"))
        assert "En ny foresatt" not in client.get("/foresatt/").content.decode()


class TestWithoutResponsibility:
    @pytest.mark.parametrize("name", ["guardian_proposed", "guardian_former"])
    def test_there_is_no_account_and_no_message(self, world, name):
        person = world.people[name]
        assert login(person) is None
        assert not GuardianRelation.objects.receiving().filter(guardian=person).exists()
        with pytest.raises(LoginFailed) as refused:
            find_user(provider("idporten"), subject="s", claims={"pid": number_of(person), "sub": "s"})
        page = f"{refused.value.failure.title} {refused.value.failure.text} {refused.value.failure.advice}"
        assert "har ikke tilgang" in page and "foreldreansvaret i Folkeregisteret" in page
        assert "Skole A" not in page

    def test_a_new_partner_or_grandparent_is_nobody_here(self, world, outsider):
        assert login(outsider) is None and children(outsider) == set()


class TestBlocks:
    @pytest.fixture
    def blocked(self, world):
        fields = {"kind": "no_contact", "reference": "26/9", "by": world.user("principal")}
        return actions.block_guardian(world.people["guardian"], student=world.pupils["own"], **fields)

    def test_it_works_at_once_and_for_that_child_only(self, client, world):
        guardian = world.people["guardian"]
        log_in(client, world.user("guardian"))
        assert str(world.pupils["own"].uuid) in client.get("/foresatt/").content.decode()
        actions.block_guardian(
            guardian, student=world.pupils["own"], kind="lost_right", reference="1", by=world.user("principal")
        )
        assert str(world.pupils["own"].uuid) not in client.get("/foresatt/").content.decode()
        assert children(guardian) == {world.pupils["other_school"].pk}
        assert not GuardianRelation.objects.receiving().filter(guardian=guardian, student=world.pupils["own"]).exists()

    def test_an_order_that_ends_opens_nothing_but_becomes_a_task(self, client, world, blocked):
        """INC-VIG2: an expired order is not access."""
        actions.prolong_block(blocked, order_ends_on=clock.today(), by=world.user("principal"))
        with time_machine.travel(clock.now() + timedelta(days=400)):
            assert world.pupils["own"].pk not in children(world.people["guardian"])
            assert list(RelationBlock.objects.run_out()) == [blocked]
            log_in(client, world.user("principal"))
            assert "Ett vedtak om sperre har gått ut" in client.get("/i-dag/").content.decode()

    def test_only_the_municipality_lifts_it_and_with_a_reason(self, client, world, blocked):
        url = reverse("guardians:lift", args=[blocked.uuid])
        log_in(client, world.user("principal"))
        assert client.post(url, {"reason": "Feil"}).status_code == 403
        log_in(client, world.user("municipal_admin"))
        assert client.post(url, {"reason": " "}).status_code == 422
        assert world.pupils["own"].pk not in children(world.people["guardian"])
        client.post(url, {"reason": "Opphevet av retten"})
        assert world.pupils["own"].pk in children(world.people["guardian"])

    def test_an_attempt_to_log_in_is_one_task_a_day_at_the_school(self, client, world, blocked):
        GuardianRelation.objects.filter(student=world.pupils["other_school"]).delete()
        person = world.people["guardian"]
        assert login(person) is None and login(person) is None
        assert BlockedAttempt.objects.count() == 1
        log_in(client, world.user("principal"))
        assert "forsøkt å logge inn" in client.get("/i-dag/").content.decode()
        assert "Foresatt Guardian" in client.get(reverse("guardians:blocks")).content.decode()
        client.post(reverse("guardians:seen", args=[BlockedAttempt.objects.get().uuid]))
        assert "forsøkt å logge inn" not in client.get("/i-dag/").content.decode()

    def test_another_school_sees_neither_block_nor_attempt(self, client, world, blocked):
        actions.note_attempt(world.people["guardian"])
        log_in(client, world.user("school_admin_b"))
        assert "Foresatt Guardian" not in client.get(reverse("guardians:blocks")).content.decode()

    def test_the_list_of_blocks_comes_in_pages_and_costs_the_same(self, client, world, blocked, monkeypatch):
        monkeypatch.setattr("guardians.views.blocks.PAGE_SIZE", 2)
        log_in(client, world.user("principal"))
        url = reverse("guardians:blocks")
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            assert len(client.get(url).context["page"].object_list) == 1
        for pupil in ("own", "classmate"):
            for kind, ends in (("lost_right", None), ("other", clock.today() - timedelta(days=1))):
                RelationBlock.objects.create(
                    student=world.pupils[pupil],
                    guardian=world.people["guardian"],
                    kind=kind,
                    reference="26/2",
                    order_ends_on=ends,
                    valid_from=clock.today() - timedelta(days=9),
                )
        with CaptureQueriesContext(connection) as many:
            first = client.get(url).context
        last = client.get(url, {"side": 2}).context
        assert [len(first["page"].object_list), len(last["page"].object_list)] == [2, 1]
        assert len(first["run_out"]) == len(last["run_out"]) == 2
        assert len(many) == len(few) <= 25

    def test_a_blocked_guardian_is_named_in_no_letter_and_is_no_recipient(self, world, blocked):
        letter = world.add_draft("own")
        named = record_values(letter, author=world.user("contact_teacher"))["foresatte"]
        assert named == [] and relations_of([world.pupils["own"]]) == {}

    def test_logging_in_for_another_child_is_no_attempt(self, world, blocked):
        assert is_guardian(world.people["guardian"])
        assert not BlockedAttempt.objects.exists()

    def test_the_school_blocks_somebody_without_a_relation(self, client, world, outsider, by_hand):
        log_in(client, world.user("principal"))
        sent = {
            "guardian": "annen",
            "number": number_of(outsider),
            "given_name": "Voksen",
            "family_name": "Utenfor",
            "kind": "no_contact",
            "reference": "26/4",
            "valid_from": str(clock.today()),
        }
        response = client.post(reverse("guardians:block", args=[world.pupils["own"].uuid]), sent)
        assert response.status_code == 302, response.content.decode()
        by_hand(outsider, world.pupils["own"])
        assert children(outsider) == set()

    def test_the_same_block_twice_is_refused(self, world, blocked):
        with pytest.raises(BlockError, match="allerede"):
            actions.block_guardian(
                world.people["guardian"],
                student=world.pupils["own"],
                kind="no_contact",
                reference="2",
                by=world.user("principal"),
            )


class TestCare:
    def test_all_are_kept_out_until_each_is_let_in(self, world, by_hand):
        own, mother = world.pupils["own"], world.people["guardian"]
        father = world.add_guardian("father", "own")
        actions.take_over_care(own, reference="26/2", by=world.user("principal"))
        assert own.pk not in children(mother) | children(father)
        later = world.add_guardian("later", "own")
        assert children(later) == set()
        foster = by_hand(new_adult(world, "Fostermor"), own, evidence="child_welfare")
        assert children(foster.guardian) == {own.pk}
        relation = GuardianRelation.objects.get(guardian=mother, student=own)
        with pytest.raises(RelationError):
            actions.let_in_despite_care(relation, reason=" ", by=world.user("municipal_admin"))
        actions.let_in_despite_care(relation, reason="Samvær avklart", by=world.user("municipal_admin"))
        assert own.pk in children(mother) and children(father) == set()

    def test_a_block_of_one_holds_though_let_in(self, world):
        own, mother = world.pupils["own"], world.people["guardian"]
        actions.take_over_care(own, reference="26/2", by=world.user("principal"))
        relation = GuardianRelation.objects.get(guardian=mother, student=own)
        actions.let_in_despite_care(relation, reason="Avklart", by=world.user("municipal_admin"))
        actions.block_guardian(mother, student=own, kind="no_contact", reference="3", by=world.user("principal"))
        assert own.pk not in children(mother)


class TestAge:
    def test_responsibility_ends_on_the_eighteenth_birthday(self, world):
        pupil, guardian = world.pupils["own"], world.people["guardian"]
        born = date(2008, 5, 20)
        pupil.person.birth_date = born
        pupil.person.save()
        with time_machine.travel(date(2026, 5, 19)):
            assert pupil.pk in children(guardian)
        with time_machine.travel(date(2026, 5, 20)):
            assert pupil.pk not in children(guardian)

    def test_an_unknown_birth_date_opens_nothing(self, world):
        pupil = world.pupils["own"]
        pupil.person.birth_date = None
        pupil.person.save()
        assert pupil.pk not in children(world.people["guardian"])
        assert not decides_on_schooling(pupil)

    def test_a_pupil_decides_from_fifteen(self, world):
        pupil = world.pupils["own"]
        pupil.person.birth_date = date(2010, 9, 1)
        with time_machine.travel(date(2025, 8, 31)):
            assert not decides_on_schooling(pupil)
        with time_machine.travel(date(2025, 9, 1)):
            assert decides_on_schooling(pupil)


class TestSharedHome:
    def test_each_sees_and_changes_own_contact_details_only(self, client, world):
        mother, father = world.people["guardian"], world.add_guardian("father", "own")
        log_in(client, world.user("guardian"))
        pages = ["/foresatt/", "/foresatt/mine-opplysninger/", f"/foresatt/barn/{world.pupils['own'].uuid}/tilgang/"]
        text = "".join(client.get(page).content.decode() for page in pages).replace(" ", "")
        assert mother.contact.email in text
        assert father.contact.email not in text and father.contact.phone not in text
        before = father.contact.email
        client.post("/foresatt/mine-opplysninger/", {"email": "ny@example.test", "phone": "41 23 45 67"})
        mother.contact.refresh_from_db(), father.contact.refresh_from_db()
        assert (mother.contact.email, mother.contact.phone) == ("ny@example.test", "41234567")
        assert father.contact.email == before
        assert AccessEvent.objects.filter(action="change_contact", user=world.users["guardian"]).count() == 1

    def test_both_are_equal(self, world):
        father = world.add_guardian("father", "own")
        assert world.pupils["own"].pk in children(father) & children(world.people["guardian"])


class TestWhoHasAccess:
    def url(self, world, key: str = "own") -> str:
        return f"/foresatt/barn/{world.pupils[key].uuid}/tilgang/"

    def test_roles_and_numbers_without_names_of_staff(self, client, world):
        log_in(client, world.user("guardian"))
        text = client.get(self.url(world)).content.decode()
        assert "Lærer" in text and "Rektor" in text and "Ansatt " not in text

    def test_who_has_rights_is_not_counted_by_where_they_work(self, client, world):
        for name in ("principal", "contact_teacher"):
            assign_role(world.user(name), role="grunntilgang", by=None, school=world.school_a)
        log_in(client, world.user("guardian"))
        text = client.get(self.url(world)).content.decode()
        assert "Lærer" in text and "Rektor" in text and "Grunntilgang" not in text

    def test_a_protected_guardian_is_counted_not_named(self, client, world):
        father = world.add_guardian("father", "own")
        father.protection = Protection.STRICT
        father.save()
        log_in(client, world.user("guardian"))
        text = client.get(self.url(world)).content.decode()
        assert "Father" not in text and "En foresatt til" in text

    def test_only_own_children(self, client, world):
        log_in(client, world.user("guardian_b"))
        assert client.get(self.url(world)).status_code == 404


def test_receiving_information_is_switched_by_those_who_may(client, world):
    relation = GuardianRelation.objects.get(guardian=world.people["guardian"], student=world.pupils["own"])
    assert relation in GuardianRelation.objects.receiving()
    url = reverse("guardians:receiving", args=[relation.uuid])
    log_in(client, world.user("school_admin"))
    assert client.post(url, {"mottar": "nei"}).status_code == 403
    actions.set_receiving(relation, receives=False, by=world.user("school_admin"))
    assert relation not in GuardianRelation.objects.receiving()
    assert relation in GuardianRelation.objects.giving_access()


def test_no_screen_leads_from_a_guardian_to_the_other_children(client, world):
    """INC-ITS: the guardian has a child at school B too; nobody at school A is shown the way there."""
    relation = GuardianRelation.objects.get(guardian=world.people["guardian"], student=world.pupils["own"])
    pages = [
        reverse("students:pupil", args=[world.pupils["own"].uuid]),
        reverse("guardians:tab", args=[world.pupils["own"].uuid]),
        reverse("guardians:relation", args=[relation.uuid]),
        reverse("guardians:block", args=[world.pupils["own"].uuid]),
        reverse("guardians:shield", args=[world.pupils["own"].uuid]),
    ]
    other = world.pupils["other_school"]
    for viewer in ("contact_teacher", "principal", "municipal_admin"):
        log_in(client, world.user(viewer))
        for page in pages:
            text = client.get(page).content.decode()
            assert str(other.uuid) not in text and other.person.family_name not in text, (viewer, page)
    assert Student.objects.filter(guardian_relations__guardian=relation.guardian).count() == 2
