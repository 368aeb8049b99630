"""Rapporter → Arkiv, as the people who use it see it."""

import pytest
from celery import current_app
from django.test import Client
from django.urls import reverse

from accessctl.models import AccessEvent
from archive.models import ArchiveRun, Delivery, DeliveryAttempt
from documents.models import Document
from people.models import Person
from schoolapp.lib import clock
from schools.today import lines_for
from students.models import Student
from tests.login import log_in
from tests.roles import after_request

LOG = reverse("archive:log")


@pytest.fixture
def rows(world) -> dict[str, Delivery]:
    made = {}
    for about in ("own", "classmate", "protected", "other_school"):
        _document, made[about] = world.add_document(about)
    return made


def fail(*deliveries: Delivery, words: str = "Saksbehandler REK er ikke en aktiv bruker i Elements.") -> None:
    for delivery in deliveries:
        Delivery.objects.filter(pk=delivery.pk).update(
            state="parked", failure="refused", failure_text=words, attempt=1, claimed_at=clock.now()
        )


def as_user(world, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


@pytest.fixture
def rung(monkeypatch, settings) -> list[str]:
    """The workers that are woken."""
    names: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_more: names.append(name))
    settings.ARCHIVE_CONCURRENCY = 4
    return names


def test_a_run_by_hand_wakes_workers_at_once(world, rows, rung, django_capture_on_commit_callbacks):
    """Once the request is committed it sees no rows any more, and must count all the same."""
    client = as_user(world, "team")
    with django_capture_on_commit_callbacks() as waiting:
        client.post(reverse("archive:run_now"))
    taken = ArchiveRun.objects.get().deliveries.count()
    with after_request():
        for ring in waiting:
            ring()
    assert taken > 1 and rung == ["archive.tasks.work"] * taken


def test_log_shows_own_schools_without_protected_pupils(world, rows):
    page = as_user(world, "school_admin").get(LOG)
    shown = {line["delivery"].pk for line in page.context["lines"]}
    assert shown == {rows["own"].pk, rows["classmate"].pk}
    assert [(pane.slug, pane.count) for pane in page.context["panes"]] == [("klar", 2), ("arkivert", 0), ("feilet", 0)]


def test_the_log_says_whom_each_document_is_about_to_those_who_may_open_it(world, rows):
    named = world.pupils["own"].person.full_name
    client = as_user(world, "school_admin")
    for page in (client.get(LOG), client.get(reverse("archive:receipt", args=[rows["own"].uuid]))):
        text = page.content.decode()
        assert (
            named in text and reverse("documents:page", args=[Document.objects.get(delivery=rows["own"]).uuid]) in text
        )
    Student.objects.filter(pk=world.pupils["own"].pk).update(school=world.school_b)  # the log is the old school's
    page = client.get(LOG)
    (line,) = [line for line in page.context["lines"] if line["delivery"].pk == rows["own"].pk]
    assert line["origin"] is None and named not in page.content.decode()


def test_a_page_asks_again_while_a_run_goes_on_and_logs_no_rows_for_it(world, rows):
    client = as_user(world, "school_admin")
    assert 'hx-trigger="every' not in client.get(LOG).content.decode()
    client.post(reverse("archive:run_now"))
    assert 'hx-trigger="every' in client.get(LOG).content.decode()
    lines = AccessEvent.objects.count()
    asked = client.get(LOG, headers={"HX-Request": "true", "HX-Target": "framdrift"})
    assert "2 dokumenter gjenstår" in asked.content.decode() and "HX-Refresh" not in asked.headers
    assert AccessEvent.objects.count() == lines
    ArchiveRun.objects.update(finished_at=clock.now())
    assert client.get(LOG, headers={"HX-Request": "true", "HX-Target": "framdrift"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("who", ["classmate", "guardian"])
def test_protection_that_comes_after_queueing_hides_the_row_at_once(world, rows, who):
    """The guardian is the guardian of «own»."""
    Person.objects.filter(pk=world.people[who].pk).update(protection="strict")
    hidden = rows["own" if who == "guardian" else who]
    client = as_user(world, "school_admin")
    page = client.get(LOG)
    assert hidden.pk not in {line["delivery"].pk for line in page.context["lines"]}
    assert page.context["panes"][0].count == 1
    assert client.get(reverse("archive:receipt", args=[hidden.uuid])).status_code == 404


def test_municipal_view_has_all_schools_and_narrows_to_one(world, rows):
    client = as_user(world, "municipal_admin")
    assert client.get(LOG).context["shows_school"]
    page = client.get(LOG, {"skole": str(world.school_b.uuid)})
    assert [line["delivery"].pk for line in page.context["lines"]] == [rows["other_school"].pk]


def test_search_by_title_and_counts_follow(world, rows):
    Delivery.objects.filter(pk=rows["own"].pk).update(title="Vedtak om permisjon")
    page = as_user(world, "school_admin").get(LOG, {"sok": "permisjon"})
    assert page.context["panes"][0].count == 1
    assert "Vedtak om permisjon" in page.content.decode()


def test_the_list_is_logged_and_costs_few_queries(world, rows, django_assert_max_num_queries):
    client = as_user(world, "municipal_admin")
    client.get(LOG)
    before = AccessEvent.objects.count()
    with django_assert_max_num_queries(25):
        page = client.get(LOG)
    assert AccessEvent.objects.count() - before == len(page.context["lines"])


def test_failed_row_says_the_archives_words_and_what_to_do(world, rows):
    fail(rows["own"])
    page = as_user(world, "municipal_admin").get(LOG, {"fane": "feilet"}).content.decode()
    assert "Saksbehandler REK er ikke en aktiv bruker i Elements." in page
    assert "Saksansvarlig REK finnes ikke som aktiv bruker i arkivet." in page
    assert reverse("archive:owner", args=[world.school_a.uuid]) in page


def test_doubt_is_explained_calmly(world, rows):
    Delivery.objects.filter(pk=rows["own"].pk).update(state="sent_unknown", claimed_at=clock.now())
    page = as_user(world, "school_admin").get(LOG).content.decode()
    assert "Sjekkes" in page
    assert "Du trenger ikke gjøre noe." in page


def test_headline_tells_when_it_runs(world, rows, settings, time_machine):
    time_machine.move_to("2026-11-23T12:00:00+01:00", tick=False)
    settings.ARCHIVE_RUN_TIMES = ["15:30", "02:00"]
    run = ArchiveRun.objects.create(trigger="schedule", started_at="2026-11-23T02:00:00+01:00", finished_at=clock.now())
    ended = {"own": "refused", "classmate": "archived", "protected": "refused", "other_school": "archived"}
    for about, outcome in ended.items():
        DeliveryAttempt.objects.create(delivery=rows[about], run=run, number=1, outcome="unknown")
        DeliveryAttempt.objects.create(delivery=rows[about], run=run, number=2, outcome=outcome)
    page = as_user(world, "school_admin").get(LOG).content.decode()
    assert "Neste overføring til arkivet går 15.30. Forrige kjørte 02.00: 2 dokumenter, 1 feilet." in page
    time_machine.move_to("2026-11-23T16:00:00+01:00", tick=False)
    assert "går i morgen 02.00" in as_user(world, "school_admin").get(LOG).content.decode()


def test_receipt_shows_every_answer_and_explains_the_two_numbers(world, rows, django_assert_max_num_queries):
    DeliveryAttempt.objects.create(
        delivery=rows["own"], number=1, outcome="refused", receipt="<Fault>Nei & nei</Fault>"
    )
    client = as_user(world, "school_admin")
    with django_assert_max_num_queries(25):
        page = client.get(reverse("archive:receipt", args=[rows["own"].uuid])).content.decode()
    assert "&lt;Fault&gt;Nei &amp; nei&lt;/Fault&gt;" in page
    assert "Mappenummeret (år og sekvensnummer) gjelder hele mappen" in page


@pytest.mark.parametrize("about", ["other_school", "protected"])
def test_deliveries_out_of_reach_do_not_exist(world, rows, about):
    fail(rows[about])
    client = as_user(world, "school_admin")
    assert client.get(reverse("archive:receipt", args=[rows[about].uuid])).status_code == 404
    assert client.post(reverse("archive:set_ready", args=[rows[about].uuid])).status_code == 404
    client.post(reverse("archive:set_ready_many"), {"valgt": [str(rows[about].uuid)]})
    client.post(reverse("archive:set_ready_many"), {"gruppe": "owner_unknown:REK"})
    rows[about].refresh_from_db()
    assert rows[about].state == "parked"


def test_set_ready_one_ticked_and_all_with_the_same_cause(world, rows):
    client = as_user(world, "school_admin")
    fail(rows["own"], rows["classmate"])
    client.post(reverse("archive:set_ready", args=[rows["own"].uuid]))
    client.post(reverse("archive:set_ready_many"), {"valgt": [str(rows["classmate"].uuid), "tull"]})
    assert set(Delivery.objects.filter(school=world.school_a).values_list("state", flat=True)) == {"ready"}
    fail(rows["own"], rows["classmate"])
    page = client.get(LOG, {"fane": "feilet"})
    assert [cause.n for cause in page.context["shared"]] == [2]
    client.post(reverse("archive:set_ready_many"), {"gruppe": page.context["shared"][0].key})
    assert set(Delivery.objects.filter(school=world.school_a).values_list("state", flat=True)) == {"ready"}


def test_get_changes_nothing(world, rows):
    client = as_user(world, "school_admin")
    for name in ("run_now", "set_ready_many"):
        assert client.get(reverse(f"archive:{name}")).status_code == 405


def test_run_now_takes_what_one_may_run_even_without_a_broker(world, rows, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_user(world, "school_admin").post(reverse("archive:run_now"), follow=True)
    assert "Overfører 2 dokumenter nå." in answer.content.decode()
    taken = set(Delivery.objects.filter(run__isnull=False).values_list("pk", flat=True))
    assert taken == {rows["own"].pk, rows["classmate"].pk}
    assert ArchiveRun.objects.get().started_by == world.users["school_admin"]


def test_only_those_who_may_run_are_offered_it(world, rows):
    assert as_user(world, "contact_teacher").get(LOG).status_code == 403
    assert as_user(world, "adviser").post(reverse("archive:run_now")).status_code == 403


def test_settings_are_changed_and_logged(world):
    client = as_user(world, "municipal_admin")
    url = reverse("archive:school_setup", args=[world.school_a.uuid])
    assert client.get(reverse("archive:setup")).status_code == 200
    data = {"administrative_unit": "NY", "pupil_series": "ELEV", "school_series": "SAK"}
    assert client.post(url, data | {"pupil_series": ""}).status_code == 200
    assert client.post(url, data).status_code == 302
    world.school_a.archive_settings.refresh_from_db()
    assert world.school_a.archive_settings.administrative_unit == "NY"
    assert AccessEvent.objects.filter(action="archive_settings", object_id=world.school_a.uuid).exists()
    assert as_user(world, "school_admin").get(url).status_code == 403


def test_start_page_tells_of_failures(world, rows):
    def lines(name: str) -> list[tuple[int, str]]:
        failed = f"{reverse('archive:log')}?fane=feilet"
        return [(line.count, line.tone) for line in lines_for(world.user(name)) if line.url == failed]

    assert lines("school_admin") == []
    fail(rows["own"], rows["other_school"])
    assert lines("school_admin") == [(1, "bad")]
    assert lines("contact_teacher") == []
