"""What families decide: the contact list, consent to photos, and whose address a list keeps back."""

import random

import pytest
from django.core.files.base import ContentFile

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from guardians.actions.sharing import SharingError, answer_photo, share_contact
from guardians.household import hides_addresses, hides_addresses_of, in_protected_families
from guardians.models import ContactShare, GuardianRelation, PhotoConsent
from guardians.photos import Consent, consents, decided
from people.models import Person, Protection
from schoolapp.lib import clock
from students.models import Photo, Student
from tests.login import log_in


def path(world, sheet: str, group: str = "5A") -> str:
    return f"/klasser/{world.groups[group].uuid}/{sheet}/"


def page(client, world, name: str, address: str) -> str:
    log_in(client, world.user(name))
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def shares(world, key: str = "own", who: str = "guardian", **told) -> None:
    given = {"name": True, "phone": True, "email": False} | told
    share_contact(world.pupils[key], by=world.user(who), **given)


class TestTheContactList:
    def test_nothing_is_shared_before_somebody_chooses(self, client, world):
        assert "Ingen har delt noe ennå" in page(client, world, "contact_teacher", path(world, "klasseliste"))

    def test_it_holds_what_was_chosen_and_nothing_else(self, client, world):
        shares(world, phone=False, email=True)
        text = page(client, world, "contact_teacher", path(world, "klasseliste"))
        contact = world.people["guardian"].contact
        assert "Foresatt Guardian" in text
        assert contact.email in text
        assert "40 00" not in text
        assert "Classmate" not in text
        assert AccessEvent.objects.filter(about=world.pupils["own"].uuid, what="klasseliste").exists()
        assert not AccessEvent.objects.filter(about=world.pupils["classmate"].uuid, what="klasseliste").exists()

    def test_to_choose_nothing_takes_one_off_it(self, client, world):
        shares(world)
        shares(world, name=False, phone=False)
        assert not ContactShare.objects.exists()

    @pytest.mark.parametrize("who", ["own", "guardian", "brother"])
    def test_a_family_with_protection_is_never_on_it(self, client, world, who):
        world.add_pupil("brother", world.groups["5B"])
        world.add_guardian("guardian", "brother")
        shares(world)
        Person.objects.filter(pk=world.people[who].pk).update(protection=Protection.STRICT)
        GuardianRelation.objects.update(portal_enabled=True)
        give_grant(world.users["contact_teacher"], Permission.SEE_PROTECTED, on=world.municipality, by=None, reason="x")
        assert "Foresatt Guardian" not in page(client, world, "contact_teacher", path(world, "klasseliste"))

    def test_a_guardian_who_has_lost_access_is_off_it(self, client, world):
        shares(world)
        GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(state="ended", valid_to=clock.today())
        assert "Foresatt Guardian" not in page(client, world, "contact_teacher", path(world, "klasseliste"))

    @pytest.mark.parametrize("who", ["guardian_b", "guardian_former", "guardian_proposed", "contact_teacher"])
    def test_nobody_else_decides(self, client, world, who):
        with pytest.raises(SharingError):
            shares(world, who=who)
        log_in(client, world.user(who))
        answer = client.post(f"/foresatt/barn/{world.pupils['own'].uuid}/klasseliste/", {"navn": "on"})
        assert answer.status_code in (403, 404)
        assert not ContactShare.objects.exists()


class TestTheColumnInTheListOfPupils:
    ASKED = "/elever/?kol=foresattes_telefon"

    def told(self, client, world, who="contact_teacher"):
        log_in(client, world.user(who))
        return " ".join(client.get(self.ASKED).content.decode().split())

    def test_it_holds_the_telephones_guardians_share_and_no_other(self, client, world):
        assert "40 00" not in self.told(client, world)
        shares(world)
        text = self.told(client, world)
        assert "Telefon foresatte deler" in text
        assert "Foresatt Guardian 40 00" in text
        shares(world, phone=False, email=True)
        assert "40 00" not in self.told(client, world)

    @pytest.mark.parametrize("who", ["own", "guardian"])
    def test_a_family_with_protection_is_never_in_it(self, client, world, who):
        shares(world)
        Person.objects.filter(pk=world.people[who].pk).update(protection=Protection.STRICT)
        give_grant(world.users["contact_teacher"], Permission.SEE_PROTECTED, on=world.municipality, by=None, reason="x")
        assert "40 00" not in self.told(client, world)

    def test_it_says_nothing_to_those_who_do_not_see_the_guardians(self, client, world):
        shares(world)
        assert "40 00" not in self.told(client, world, "subject_teacher")

    def test_to_take_it_out_asks_what_for(self, client, world):
        shares(world)
        log_in(client, world.user("contact_teacher"))
        fields = {"handling": "uttrekk", "utvalg": "alle"}
        answer = client.post("/elever/handling/?kol=foresattes_telefon", fields)
        assert "Hva skal listen brukes til?" in answer.content.decode()


class TestTheEmergencyList:
    def test_everybody_and_the_guardians_telephones(self, client, world):
        text = page(client, world, "contact_teacher", path(world, "nodliste"))
        assert "Own, Elev" in text
        assert "Classmate, Elev" in text
        assert "Protected" not in text
        assert "Foresatt Guardian 40 00" in text

    def test_a_protected_pupil_is_counted_by_those_who_see_them_and_not_reached(self, client, world):
        give_grant(*(world.users["contact_teacher"], Permission.SEE_PROTECTED), on=world.school_a, by=None, reason="x")
        text = page(client, world, "contact_teacher", path(world, "nodliste"))
        assert "Protected, Elev" in text
        assert "Guardian_Of_Protected 4" not in text
        assert "Ring rektor" in text

    @pytest.mark.parametrize("who", ["subject_teacher", "teacher_b"])
    def test_it_is_for_those_who_see_the_guardians(self, client, world, who):
        log_in(client, world.user(who))
        assert client.get(path(world, "nodliste")).status_code == 404


class TestConsent:
    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ([], Consent.UNANSWERED),
            ([True], Consent.YES),
            ([True, True], Consent.YES),
            ([False], Consent.NO),
            ([True, False], Consent.DISAGREED),
        ],
    )
    def test_a_no_stops_every_yes_and_silence_is_none(self, answers, expected):
        assert decided(answers) == expected

    def state(self, world, key: str = "own") -> Consent:
        student = Student.objects.select_related("person").get(pk=world.pupils[key].pk)
        return consents([student])[student.pk]

    def test_the_answers_are_dated_and_the_past_is_kept(self, world):
        answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
        assert self.state(world) == Consent.YES
        answer_photo(world.pupils["own"], is_given=False, by=world.user("guardian"))
        assert self.state(world) == Consent.NO
        rows = PhotoConsent.objects.order_by("pk").values_list("is_given", "valid_to")
        assert list(rows) == [(True, clock.today()), (False, None)]

    def test_parents_who_disagree_mean_no(self, world):
        world.add_guardian("father", "own")
        answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
        answer_photo(world.pupils["own"], is_given=False, by=world.user("father"))
        assert self.state(world) == Consent.DISAGREED

    def test_the_answer_of_somebody_who_is_no_guardian_any_more_is_none(self, world):
        answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
        GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(state="ended", valid_to=clock.today())
        assert self.state(world) == Consent.UNANSWERED

    def test_protection_is_a_no_that_nobody_gave(self, world):
        answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
        Person.objects.filter(pk=world.people["own"].pk).update(protection=Protection.CLIENT)
        assert self.state(world) == Consent.NEVER

    def test_from_15_the_pupil_answers_alone(self, client, world):
        pupil = world.pupils["other_school"]
        answer_photo(pupil, is_given=True, by=world.user("guardian"))
        Person.objects.filter(pk=pupil.person_id).update(birth_date=clock.years_ago(15))
        pupil = Student.objects.get(pk=pupil.pk)
        assert self.state(world, "other_school") == Consent.UNANSWERED
        with pytest.raises(SharingError):
            answer_photo(pupil, is_given=True, by=world.user("guardian"))
        log_in(client, world.user("guardian"))
        assert client.get(f"/foresatt/barn/{pupil.uuid}/skolefoto/").status_code == 404
        log_in(client, world.user("other_school"))
        assert client.post("/elev/skolefoto/", {"svar": "ja"}).status_code == 302
        assert self.state(world, "other_school") == Consent.YES


class TestWhoseAddressIsKeptBack:
    """`hides_addresses` for one pupil is the rule; what a list asks for many must say the same."""

    @pytest.mark.parametrize("seed", range(8))
    def test_many_at_once_get_the_answers_they_would_get_one_by_one(self, world, seed):
        chance = random.Random(seed)
        for number in range(6):
            world.add_pupil(f"p{number}", world.groups[chance.choice(["5A", "5B", "8A"])])
        for number in range(6):
            children = chance.sample([f"p{n}" for n in range(6)], chance.randint(1, 3))
            world.add_guardian(f"g{number}", *children, state=chance.choice(["verified", "verified", "proposed"]))
        for key in chance.sample([f"p{n}" for n in range(6)] + [f"g{n}" for n in range(6)], 2):
            Person.objects.filter(pk=world.people[key].pk).update(protection=Protection.STRICT)
        give_grant(world.users["adviser"], Permission.SEE_PROTECTED, on=world.school_a, by=None, reason="x")
        give_grant(world.users["principal"], Permission.SEE_PROTECTED, on=world.municipality, by=None, reason="x")
        students = list(Student.objects.select_related("person"))
        found = set()
        for name in ("contact_teacher", "adviser", "principal"):
            one_by_one = {s.pk for s in students if hides_addresses(world.user(name), s)}
            assert hides_addresses_of(world.user(name), students) == one_by_one
            found |= one_by_one
        assert in_protected_families(students) >= found
        assert found

    def test_a_list_shows_no_address_that_tells(self, client, world):
        log_in(client, world.user("school_admin"))
        shown = client.get("/elever/?kol=adresse&sok=own").content.decode()
        assert "Prøveveien" in shown
        Person.objects.filter(pk=world.people["guardian"].pk).update(protection=Protection.STRICT)
        assert "Prøveveien" not in client.get("/elever/?kol=adresse&sok=own").content.decode()


def test_withdrawn_consent_deletes_the_photo(world, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path
    answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
    photo = Photo(student=world.pupils["own"])
    photo.file.save("x.jpg", ContentFile(b"foto"))
    with django_capture_on_commit_callbacks(execute=True):
        answer_photo(world.pupils["own"], is_given=False, by=world.user("guardian"))
    assert not Photo.objects.exists()
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
