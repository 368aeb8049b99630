"""From draft to archive: what freezes, what is refused, and what two people or two workers at once bring about."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from archive.models import Delivery
from documents import actions, render_actions, tasks
from documents.guide import decide
from documents.models import Attachment, Document, DocumentType, TemplateVersion
from documents.uploads import Accepted
from guardians.models import GuardianRelation
from people.models import Protection
from tests.documents.conftest import FILLED, finalise, make_draft, type_called
from tests.pronom import puids
from tests.world import World

State = Document.State


def printed(document: Document, *, by) -> Document:
    finalise(document, by=by)
    tasks.render(document.pk)
    return Document.objects.get(pk=document.pk)


def test_a_form_sent_twice_gives_one_draft(school: World) -> None:
    series = uuid4()
    made = {
        actions.start_draft(
            school.pupils["own"],
            document_type=type_called(),
            language="nb",
            by=school.user("contact_teacher"),
            series=series,
        ).pk
        for _ in range(2)
    }
    assert len(made) == 1


def test_finalising_freezes_text_signature_bytes_and_promises_delivery(draft: Document, school: World) -> None:
    teacher = school.user("contact_teacher")
    document = printed(draft, by=teacher)
    assert document.state == State.FINALISED
    with default_storage.open(document.pdf.name) as file:
        content = file.read()
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.size == len(content)
    assert [document.puid] == puids(content) == ["fmt/354"]
    assert document.signature["name"] == teacher.display_name
    assert document.signature["method"] == "ID-porten (høyt nivå)"
    assert teacher.display_name in document.frozen_html
    assert "14.09.2026" in document.frozen_html
    assert document.delivery is not None
    assert document.delivery.state == Delivery.State.READY
    assert document.delivery.external_key == f"dok:{document.series}:v1"


def test_what_the_archive_gets(draft: Document, school: World) -> None:
    document = printed(draft, by=school.user("contact_teacher"))
    delivery = document.delivery
    assert delivery is not None
    record, student = delivery.record, school.pupils["own"]
    assert delivery.about == student.uuid
    assert record["folder"]["key"] == f"elevmappe:{student.uuid}"
    assert record["access_code"] == "UO"
    assert record["public_title"] == "Innkalling til møte på skolen"
    assert student.person.full_name not in record["public_title"]
    assert [c["name"] for c in record["correspondents"]] == [school.people["guardian"].full_name]
    assert record["files"][0]["sha256"] == document.sha256
    assert record["files"][0]["file_format"] == "RA-PDF"
    number = student.person.national_ids.get().number
    assert number not in str(record)
    assert delivery.folder.national_id == number
    assert number not in document.frozen_html


def test_missing_fields_stop_finalising_and_are_named(school: World) -> None:
    document = make_draft(school, fields={"sted": "Rommet"})
    with pytest.raises(actions.FieldsMissing) as missing:
        finalise(document, by=school.user("contact_teacher"))
    assert [str(label) for label in missing.value.labels] == ["Dato for møtet", "Klokkeslett", "Tema"]
    assert Document.objects.get(pk=document.pk).state == State.DRAFT


def test_a_value_the_register_lacks_stops_finalising_too(school: World) -> None:
    student = school.pupils["own"]
    student.home_class_name = ""
    student.save()
    document = make_draft(school)
    with pytest.raises(actions.FieldsMissing) as missing:
        finalise(document, by=school.user("contact_teacher"))
    assert [str(label) for label in missing.value.labels] == ["Elevens klasse"]


def test_an_old_form_never_overwrites(draft: Document, school: World) -> None:
    teacher = school.user("contact_teacher")
    actions.save_draft(draft, fields={"sted": "Biblioteket"}, revision=draft.revision, by=teacher)
    with pytest.raises(actions.Changed) as changed:
        actions.save_draft(draft, fields={"sted": "Gymsalen"}, revision=draft.revision, by=teacher)
    assert changed.value.document.fields["sted"] == "Biblioteket"
    assert Document.objects.get(pk=draft.pk).fields["sted"] == "Biblioteket"


def test_what_somebody_has_not_seen_is_not_finalised(draft: Document, school: World) -> None:
    actions.save_draft(draft, fields={"sted": "Nytt"}, revision=draft.revision, by=school.user("principal"))
    with pytest.raises(actions.Changed):
        finalise(draft, by=school.user("contact_teacher"))


def test_a_finalised_document_takes_no_more_text_or_files(draft: Document, school: World) -> None:
    teacher = school.user("contact_teacher")
    finalise(draft, by=teacher)
    with pytest.raises(actions.NotADraft):
        actions.save_draft(draft, fields={"sted": "x"}, revision=draft.revision + 1, by=teacher)
    with pytest.raises(actions.NotADraft):
        actions.attach(draft, file=Accepted(b"x", "png", "fmt/11"), title="x", by=teacher)
    with pytest.raises(actions.NotADraft):
        actions.delete_draft(draft, by=teacher)


def test_the_database_refuses_what_the_code_refuses(draft: Document, school: World) -> None:
    document = printed(draft, by=school.user("contact_teacher"))
    for change in ({"frozen_html": "x"}, {"sha256": "0" * 64}, {"state": State.DRAFT}, {"title": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=document.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.objects.create(document=document, title="x", file="x", sha256="x", size=1, puid="x")


def test_later_changes_in_the_register_do_not_reach_a_finalised_letter(draft: Document, school: World) -> None:
    finalise(draft, by=school.user("contact_teacher"))
    person = school.pupils["own"].person
    person.given_name = "Nytt"
    person.save()
    tasks.render(draft.pk)
    assert "Nytt" not in Document.objects.get(pk=draft.pk).frozen_html


def test_rung_twice_it_is_made_once(draft: Document, school: World) -> None:
    document = printed(draft, by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    again = Document.objects.get(pk=draft.pk)
    assert (again.pdf.name, again.sha256) == (document.pdf.name, document.sha256)
    assert len(default_storage.listdir("dokumenter")[1]) == 1


def test_while_one_worker_has_it_no_other_takes_it(draft: Document, school: World) -> None:
    finalise(draft, by=school.user("contact_teacher"))
    assert render_actions.claim(draft.pk) is not None
    assert render_actions.claim(draft.pk) is None
    assert tasks.sweep() == 0


def expire_lease(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(render_lease_until=timezone.now() - timedelta(seconds=1))


def test_a_worker_that_died_is_found_by_the_sweeper(draft: Document, school: World, monkeypatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(actions, "ring", rung.append)
    finalise(draft, by=school.user("contact_teacher"))
    first = render_actions.claim(draft.pk)
    expire_lease(draft)
    assert tasks.sweep() == 1
    assert rung == [draft.pk]
    tasks.render(draft.pk)
    assert Document.objects.get(pk=draft.pk).state == State.FINALISED
    assert first is not None
    assert not render_actions.complete([(first, render_actions.StoredPdf("late.pdf", "0" * 64, 1, "fmt/354"))])


def test_three_dead_workers_and_it_is_a_draft_with_a_reason(draft: Document, school: World) -> None:
    finalise(draft, by=school.user("contact_teacher"))
    for _ in range(render_actions.MAX_ATTEMPTS):
        assert render_actions.claim(draft.pk) is not None
        expire_lease(draft)
    assert render_actions.claim(draft.pk) is None
    document = Document.objects.get(pk=draft.pk)
    assert (document.state, document.render_error, document.signature) == (State.DRAFT, "crash", {})


def test_a_letter_that_is_too_long_becomes_a_draft_again_and_can_be_mended(school: World) -> None:
    teacher = school.user("contact_teacher")
    document = make_draft(
        school, document_type=type_called("brev-personopplysninger"), fields={"overskrift": "Brev", "tekst": "Kort."}
    )
    finalise(document, by=teacher)
    Document.objects.filter(pk=document.pk).update(frozen_html="<p style='break-after:page'>x</p>" * 201)
    tasks.render(document.pk)
    document.refresh_from_db()
    assert (document.state, document.render_error) == (State.DRAFT, "pages")
    assert default_storage.exists("dokumenter") is False
    assert printed(document, by=teacher).state == State.FINALISED


@pytest.mark.parametrize(
    ("mode", "chosen", "goes"), [("optional", True, True), ("optional", False, False), ("never", True, False)]
)
def test_archive_modes(school: World, mode: str, chosen: bool, goes: bool) -> None:
    DocumentType.objects.filter(slug="innkalling-moete").update(archive_mode=mode)
    document = make_draft(school, send_to_archive=chosen)
    assert (printed(document, by=school.user("contact_teacher")).delivery is not None) is goes


def refused(document: Document) -> Document:
    Delivery.objects.filter(pk=document.delivery_id).update(
        state=Delivery.State.PARKED, failure="refused", failure_text="Ugyldig tittel"
    )
    return Document.objects.get(pk=document.pk)


def test_a_corrected_version_takes_the_place_of_a_refused_one(draft: Document, school: World) -> None:
    teacher = school.user("contact_teacher")
    first = refused(printed(draft, by=teacher))
    second = actions.correct(first, by=teacher)
    assert actions.correct(first, by=teacher).pk == second.pk
    assert (second.version, second.fields, second.series) == (2, first.fields, first.series)
    assert Delivery.objects.get(pk=first.delivery_id).state == Delivery.State.PARKED
    second = actions.save_draft(second, fields={"sted": "Riktig sted"}, revision=0, by=teacher)
    second = printed(second, by=teacher)
    assert Delivery.objects.get(pk=first.delivery_id).state == Delivery.State.WITHDRAWN
    assert second.delivery is not None
    assert second.delivery.external_key == f"dok:{first.series}:v2"
    first.refresh_from_db()
    assert "Riktig sted" not in first.frozen_html


def test_an_archived_version_stays_when_a_correction_follows(draft: Document, school: World) -> None:
    teacher = school.user("contact_teacher")
    first = printed(draft, by=teacher)
    Delivery.objects.filter(pk=first.delivery_id).update(state="archived", archived_at=timezone.now())
    printed(actions.correct(first, by=teacher), by=teacher)
    assert Delivery.objects.get(pk=first.delivery_id).state == Delivery.State.ARCHIVED


def test_a_first_draft_is_not_corrected_but_edited(draft: Document, school: World) -> None:
    with pytest.raises(actions.NotFinalised):
        actions.correct(draft, by=school.user("contact_teacher"))


def test_versions_share_files_until_the_last_lets_go(draft: Document, school: World) -> None:
    teacher = school.user("contact_teacher")
    attachment = actions.attach(draft, file=Accepted(b"innhold", "png", "fmt/11"), title="Kart", by=teacher)
    decide(draft, by=teacher, word_reason="Kartet viser veien")
    first = printed(draft, by=teacher)
    assert [f["puid"] for f in first.delivery.record["files"]] == ["fmt/354", "fmt/11"]
    second = actions.correct(first, by=teacher)
    assert second.sending_choice.word_reason == "Kartet viser veien"
    actions.detach(second.attachments.get(), by=teacher)
    assert default_storage.exists(attachment.path)
    assert "Kart" in first.frozen_html


def test_a_protected_guardian_is_never_named_in_a_letter_but_flagged_to_the_archive(school: World) -> None:
    hidden = school.add_guardian("hidden", "own")
    hidden.protection = Protection.STRICT
    hidden.save()
    GuardianRelation.objects.filter(guardian=hidden).update(portal_enabled=False)
    template = TemplateVersion.objects.get(document_type=type_called(), language="nb", is_current=True)
    template.body += "\n{% for f in foresatte %}- {{ f.navn }}\n{% slutt %}"
    template.save()
    document = printed(make_draft(school), by=school.user("contact_teacher"))
    assert hidden.full_name not in document.frozen_html
    assert school.people["guardian"].full_name in document.frozen_html
    assert {c["name"]: c["protected"] for c in document.delivery.record["correspondents"]}[hidden.full_name] is True


def test_no_letter_holds_an_address_or_number_from_the_register(school: World) -> None:
    person = school.pupils["own"].person
    for slug in (
        TemplateVersion.objects.filter(is_current=True).values_list("document_type__slug", flat=True).distinct()
    ):
        document = make_draft(school, document_type=type_called(slug), fields=None)
        letter = actions.draft_letter(document, author=school.user("contact_teacher"))
        assert person.addresses.get().street not in letter.body
        assert person.contact.phone not in letter.body
        assert person.national_ids.get().number not in letter.body


def test_nynorsk_letters_are_nynorsk(school: World) -> None:
    document = printed(make_draft(school, language="nn"), by=school.user("contact_teacher"))
    assert 'lang="nn"' in document.frozen_html
    assert "Kva de må gjere" in document.frozen_html
    assert document.title == "Innkalling til møte på skulen"


def test_values_are_text_in_the_letter(school: World) -> None:
    document = make_draft(school, fields=FILLED | {"tema": "<script>alert(1)</script> **x** {{ kommune }}"})
    finalise(document, by=school.user("contact_teacher"))
    html = Document.objects.get(pk=document.pk).frozen_html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **x** {{ kommune }}" in html
