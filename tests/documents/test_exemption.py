"""An author may tighten the exemption from public access, never loosen it: in the form, the action and the database."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import actions, tasks
from documents.exemption import Choice, TooLoose, allows, choices_for
from documents.models import AccessBasis, Document, DocumentType, stricter
from tests.documents.conftest import FILLED, finalise, make_draft, type_called
from tests.world import World

LEVELS = (None, 1, 2, 5)


@pytest.fixture
def register(school: World) -> dict[int | None, AccessBasis | None]:
    """One ground of each strictness; 1 is the shipped one, and None is none at all."""
    return {
        None: None,
        1: AccessBasis.objects.get(slug="taushetsplikt"),
        2: AccessBasis.objects.create(access_code="BV", legal_basis="offl. § 13, jf. barnevernsloven", strictness=2),
        5: AccessBasis.objects.create(access_code="SF", legal_basis="offl. § 13, strengt", strictness=5),
    }


def typed_as(basis: AccessBasis | None) -> DocumentType:
    kind = type_called()
    kind.basis = basis
    kind.save()
    return kind


def save(draft: Document, basis: AccessBasis | None, world: World) -> Document:
    return actions.save_draft(
        draft,
        fields=draft.fields,
        revision=draft.revision,
        exemption=Choice(basis),
        by=world.user("contact_teacher"),
    )


def rank(basis: AccessBasis | None) -> int:
    return basis.strictness if basis else 0


BASES = st.one_of(st.none(), st.builds(AccessBasis, pk=st.integers(1, 50), strictness=st.integers(1, 9)))


@given(least=BASES, chosen=BASES)
def test_what_is_allowed_is_never_looser_and_the_stricter_of_two_always_holds(least, chosen) -> None:
    held = stricter(least, chosen)
    assert rank(held) == max(rank(least), rank(chosen))
    if allows(least, chosen) and chosen is not None and chosen != least:
        assert rank(chosen) > rank(least)
    if chosen is not None and rank(chosen) < rank(least) and chosen != least:
        assert not allows(least, chosen)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    least=st.sampled_from(LEVELS),
    chosen=st.lists(st.sampled_from(LEVELS), max_size=4),
    later=st.sampled_from(LEVELS),
)
def test_whatever_is_chosen_in_whatever_order_the_document_is_never_less_exempt_than_its_type(
    school: World, register, least, chosen, later
) -> None:
    with transaction.atomic():
        typed_as(register[least])
        draft = make_draft(school, fields=None)
        for level in chosen:
            try:
                draft = save(draft, register[level], school)
            except TooLoose:
                assert level is not None
                assert rank(register[level]) < rank(register[least])
            assert rank(draft.exemption) >= rank(register[least])
        kind = typed_as(register[later])
        draft = Document.objects.get(pk=draft.pk)
        assert rank(draft.exemption) >= rank(kind.basis)
        transaction.set_rollback(True)


def test_the_database_refuses_a_looser_one_whoever_asks(school: World, register) -> None:
    typed_as(register[5])
    draft = make_draft(school, fields=None)
    for looser in (register[1], register[2]):
        with pytest.raises(IntegrityError, match="never less exempt"), transaction.atomic():
            Document.objects.filter(pk=draft.pk).update(basis=looser)
    Document.objects.filter(pk=draft.pk).update(basis=register[5])


def test_the_choice_is_frozen_and_reaches_the_archive(school: World, register) -> None:
    draft = save(make_draft(school), register[5], school)
    finalise(draft, by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    document = Document.objects.get(pk=draft.pk)
    assert document.delivery is not None
    record = document.delivery.record
    assert (record["access_code"], record["legal_basis"]) == ("SF", "offl. § 13, strengt")
    with pytest.raises(Exception, match="does not change"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(basis=None)


def test_a_type_without_exemption_can_be_made_exempt_by_the_author(school: World, register) -> None:
    kind = typed_as(None)
    assert choices_for(kind) == [register[1], register[2], register[5]]
    draft = save(make_draft(school), register[1], school)
    finalise(draft, by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    record = Document.objects.get(pk=draft.pk).delivery.record
    assert record["access_code"] == "UO"


def test_without_exemption_the_archive_gets_neither_code_nor_provision(school: World, register) -> None:
    typed_as(None)
    draft = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    record = Document.objects.get(pk=draft.pk).delivery.record
    assert (record["access_code"], record["legal_basis"]) == ("", "")


def test_a_corrected_version_keeps_the_stricter_one_also_when_the_type_has_overtaken_it(
    school: World, register
) -> None:
    draft = save(make_draft(school), register[2], school)
    finalise(draft, by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    kept = actions.correct(draft, by=school.user("contact_teacher"))
    assert kept.basis == register[2]
    actions.delete_draft(kept, by=school.user("contact_teacher"))
    typed_as(register[5])
    overtaken = actions.correct(draft, by=school.user("contact_teacher"))
    assert (overtaken.basis, overtaken.exemption) == (None, register[5])


def test_the_editor_offers_what_is_stricter_and_refuses_the_rest(school: World, register, browser) -> None:
    typed_as(register[2])
    draft = make_draft(school, fields=None)
    client, address = browser("contact_teacher"), reverse("documents:edit", args=[draft.uuid])
    html = client.get(address).content.decode()
    assert "Som typen sier: BV" in html
    assert "SF – offl. § 13, strengt" in html
    assert f'<option value="{register[1].pk}"' not in html
    posted = FILLED | {"revision": str(draft.revision)}
    assert client.post(address, posted | {"exemption": str(register[1].pk)}).status_code == 422
    assert client.post(address, posted | {"exemption": "99999999999999999999"}).status_code == 422
    assert Document.objects.get(pk=draft.pk).basis is None
    assert client.post(address, posted | {"exemption": str(register[5].pk)}).status_code == 200
    assert Document.objects.get(pk=draft.pk).basis == register[5]


def test_one_out_of_use_is_not_offered_but_kept_where_it_was_chosen(school: World, register) -> None:
    draft = save(make_draft(school), register[5], school)
    AccessBasis.objects.filter(pk=register[5].pk).update(is_active=False)
    assert register[5] not in choices_for(type_called())
    assert save(draft, register[5], school).basis == register[5]
    with pytest.raises(TooLoose):
        save(make_draft(school, "classmate"), AccessBasis.objects.get(pk=register[5].pk), school)
