"""What is told of a protected family outside the officers' own screens."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from guardians import actions
from guardians.models import GuardianRelation
from people.models import Person
from schoolapp.lib import clock
from tests.login import give_reason, grow_old, log_in


class TestQueue:
    @pytest.fixture
    def waiting(self, world, officers, outsider):
        fields = {"evidence": "court", "reference": "1", "valid_to": clock.today() + timedelta(days=9)}
        by = world.user("second_officer")
        return actions.propose_by_hand(outsider, student=world.pupils["protected"], by=by, **fields)

    def test_a_protected_family_opens_it_after_a_fresh_login_only(self, client, world, waiting):
        url = reverse("guardians:queue")
        log_in(client, world.user("officer"))
        assert "Elev Protected" in client.get(url).content.decode()
        grow_old(client)
        response = client.get(url)
        assert response.status_code == 403 and "Elev Protected" not in response.content.decode()

    def test_those_who_do_not_see_the_family_are_neither_asked_nor_told(self, client, world, waiting):
        log_in(client, world.user("municipal_admin"))
        grow_old(client)
        response = client.get(reverse("guardians:queue"))
        assert response.status_code == 200 and "Elev Protected" not in response.content.decode()


class TestSightOfOnePupil:
    @pytest.fixture
    def family(self, world):
        pupil = world.pupils["protected"]
        world.add_guardian("other_parent", "protected", portal_enabled=False)
        return pupil, [world.people["guardian_of_protected"].contact, world.people["other_parent"].contact]

    def page(self, client, world, viewer: str, pupil) -> str:
        log_in(client, world.user(viewer))
        give_reason(client, pupil)
        response = client.get(reverse("students:pupil", args=[pupil.uuid]))
        assert response.status_code == 200
        return response.content.decode().replace(" ", "")

    def test_it_tells_who_the_guardians_are_but_not_how_to_reach_them(self, client, world, family):
        pupil, contacts = family
        give_grant(world.user("contact_teacher"), Permission.SEE_PROTECTED, on=pupil, by=None, reason="x")
        text = self.page(client, world, "contact_teacher", pupil)
        assert "Other_Parent" in text and "Kontaktmeddeforesattegårgjennom" in text
        assert not any(contact.email in text or contact.phone in text for contact in contacts)

    @pytest.mark.parametrize("page", ["students:pupil", "guardians:tab"])
    def test_it_tells_the_same_whether_or_not_a_guardian_is_hidden(self, client, world, page):
        pupil = world.pupils["protected"]
        give_grant(world.user("contact_teacher"), Permission.SEE_PROTECTED, on=pupil, by=None, reason="x")
        log_in(client, world.user("contact_teacher"))
        give_reason(client, pupil)
        mothers = GuardianRelation.objects.filter(student=pupil)
        Person.objects.filter(pk__in=mothers.values("guardian")).update(protection="strict")
        panels = []
        for _time in range(2):
            text = client.get(reverse(page, args=[pupil.uuid])).content.decode()
            start = text.index('<h2 id="foresatte')
            panels.append(text[start : text.index("</section>", start)])
            mothers.delete()
        assert panels[0] == panels[1]
        assert "vises ikke her" in panels[0] and "forvalter adressesperre i kommunen" in panels[0]
        assert "Folkeregisteret" not in panels[0]

    def test_those_who_see_all_protected_reach_them(self, client, world, officers, family):
        pupil, contacts = family
        text = self.page(client, world, "officer", pupil)
        assert all(contact.email in text and contact.phone in text for contact in contacts)

    def test_other_pupils_guardians_are_reached_as_before(self, client, world):
        text = self.page(client, world, "contact_teacher", world.pupils["own"])
        assert world.people["guardian"].contact.email in text
