"""The channel guide: words that warn, reasons that are kept, the line that says how a document goes."""

import string
import time
import unicodedata

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from documents import dispatch, flows, guide, words
from documents.models import Document, DocumentType, SendingChoice, SensitiveWord
from documents.shipped.words import STEMS
from messaging.models import Price
from tests.documents.conftest import FILLED, finalise, make_draft

LETTERS = string.ascii_lowercase + "æøå"


@given(st.sampled_from(STEMS), st.text(LETTERS, max_size=8), st.sampled_from([str.upper, str.title, str.lower]))
def test_a_stem_finds_its_words_whatever_their_case(stem, ending, case):
    assert words.found([f"I dag: {case(stem + ending)}, sa hun."], STEMS)


@given(st.sampled_from(STEMS), st.sampled_from("\u0301\u0300\u0308\u00ad\u200b"))
def test_accents_and_invisible_letters_hide_nothing(stem, mark):
    hidden = stem[0] + mark + stem[1:] if stem[0] in "bcdfghjklmnpqrstvwxz" else stem[:2] + "\u00ad" + stem[2:]
    assert words.found([unicodedata.normalize("NFD", hidden)], STEMS)


@given(st.text(), st.text(LETTERS, min_size=1, max_size=5))
def test_what_is_found_begins_with_a_stem_and_stands_in_the_text(text, stem):
    for word in words.found([text], [stem]):
        assert word.startswith(words.plain(stem)) and word in words.plain(text)


@pytest.mark.parametrize("harmless", ["sykkel", "russisk", "Volda", "vurdering", "lege seg", "støttekontakt"])
def test_ordinary_words_do_not_warn(harmless):
    assert words.found([f"Elevene tar med {harmless}."], STEMS) == []


def test_a_letter_is_different_from_its_neighbour():
    assert words.found(["håp"], ["hap"]) == [] and words.found(["HÅPET"], ["håp"]) == ["håpet"]


def test_a_long_letter_is_read_in_no_time():
    text = "Vi ser fram til et godt samarbeid om skolestarten. " * 400
    words.found([text], STEMS)
    started = time.process_time()
    words.found([text], STEMS)
    assert time.process_time() - started < 0.25


@pytest.fixture
def listed(school):
    guide.install_words()
    return school


def post(client, document, **more):
    data = {**FILLED, "revision": document.revision, "valg": "1", "handling": "ferdigstill", **more}
    return client.post(reverse("documents:edit", args=[document.uuid]), data)


@pytest.mark.django_db
def test_a_word_stops_finalising_until_a_reason_is_given(listed, browser):
    draft, teacher = make_draft(listed), browser("contact_teacher")
    refused = post(teacher, draft, tema="Diagnosen til Elev")
    page = refused.content.decode()
    assert refused.status_code == 422 and "diagnosen" in page and "lages i Elements" in page
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert post(teacher, draft, tema="Diagnosen til Elev", word_reason="Etter ønske fra mor").status_code == 302
    draft.refresh_from_db()
    assert draft.state == "rendering" and draft.sending_choice.word_reason == "Etter ønske fra mor"
    [event] = AccessEvent.objects.filter(action="give_word_reason")
    assert "mor" not in f"{event.what} {event.reason}"


@pytest.mark.django_db
def test_the_field_for_the_reason_comes_and_goes_with_the_warning_while_one_writes(listed, browser):
    draft, client = make_draft(listed), browser("contact_teacher")
    field = 'name="word_reason"'
    assert field not in client.get(reverse("documents:edit", args=[draft.uuid])).content.decode()

    def saved(**changed: str) -> str:
        draft.refresh_from_db()
        data = {**FILLED, "revision": draft.revision, "valg": "1", **changed}
        answer = client.post(reverse("documents:edit", args=[draft.uuid]), data, headers={"HX-Request": "true"})
        return answer.content.decode()

    assert field not in saved(tema="Trivsel")
    warned = saved(tema="Diagnosen til Elev")
    assert 'id="varsel"' in warned and field in warned
    # Once it is there it is not replaced under whoever writes in it.
    writing = saved(tema="Diagnosen til Eleven", word_reason="Avtalt")
    assert 'id="varsel"' in writing and "hvorfor-herfra" not in writing
    calm = saved(tema="Trivsel", word_reason="Avtalt")
    assert "hvorfor-herfra" in calm and field not in calm


@pytest.mark.django_db
def test_a_nul_in_a_reason_is_dropped(listed, browser):
    """PostgreSQL keeps no NUL in text."""
    draft = make_draft(listed)
    said = {"word_reason": "Av\x00talt", "on_paper": "on", "paper_reason": "De\x00les ut"}
    assert post(browser("contact_teacher"), draft, handling="lagre", **said).status_code == 200
    choice = SendingChoice.objects.get(document=draft)
    assert (choice.word_reason, choice.paper_reason) == ("Avtalt", "Deles ut")


@pytest.mark.django_db
def test_the_rule_holds_whoever_finalises(listed):
    draft = make_draft(listed, fields={**FILLED, "saker": "Melding til barnevernet"})
    with pytest.raises(guide.NeedsReason):
        finalise(draft, by=listed.user("contact_teacher"))
    SensitiveWord.objects.filter(stem="barnevern").update(is_active=False)
    assert finalise(draft, by=listed.user("contact_teacher")).state == "rendering"
    assert guide.install_words() == 0 and not SensitiveWord.objects.get(stem="barnevern").is_active


@pytest.mark.django_db
def test_what_is_made_in_elements_is_never_finalised_here(listed):
    draft = make_draft(listed)
    DocumentType.objects.filter(pk=draft.document_type_id).update(made_in="elements")
    with pytest.raises(guide.MadeElsewhere):
        finalise(Document.objects.get(pk=draft.pk), by=listed.user("contact_teacher"))


@pytest.mark.django_db
def test_paper_needs_a_reason_and_sends_nothing(listed, browser):
    draft, teacher = make_draft(listed), browser("contact_teacher")
    page = post(teacher, draft, handling="lagre", on_paper="on").content.decode()
    assert "Leveres på papir" in page and not is_sent(draft)
    refused = post(teacher, draft, handling="ferdigstill", on_paper="on")
    assert refused.status_code == 422 and "Skriv hvorfor dokumentet leveres på papir" in refused.content.decode()
    assert Document.objects.get(pk=draft.pk).state == "draft"
    page = post(teacher, draft, handling="lagre", on_paper="on", paper_reason="Møter familien").content.decode()
    assert "Leveres på papir" in page and not is_sent(draft)
    post(teacher, draft, handling="lagre")
    assert is_sent(draft) and SendingChoice.objects.get().paper_reason == ""


def is_sent(draft: Document) -> bool:
    return dispatch.is_for_dispatch(Document.objects.get(pk=draft.pk))


@pytest.mark.django_db
def test_the_line_counts_whom_one_may_know_of(listed):
    draft = make_draft(listed)
    user = listed.user("contact_teacher")
    shown = guide.line(draft.document_type, [draft.student], user=user)
    people = guide.recipients_of([draft.student])[draft.student_id]
    assert f"Sendes med SvarUt til {len(people)} mottaker" in shown.parts[0]
    assert shown.parts[-2:] == ["arkiveres i elevmappen", "unntatt offentlighet"]
    person = people[0]
    type(person).objects.filter(pk=person.pk).update(protection="strict")
    hidden = guide.line(draft.document_type, [draft.student], user=user)
    assert f"til {len(people) - 1} mottaker" in hidden.parts[0]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", DocumentType.Channel.values)
def test_every_channel_has_its_words(listed, kind):
    row = DocumentType(slug="x", channel=kind, archive_mode="never")
    assert guide.line(row, [], user=listed.user("contact_teacher")).parts[0]


@pytest.fixture
def messages_in_use(monkeypatch):
    """Some part of the system sends messages."""
    monkeypatch.setattr(flows, "_places", dict(flows._places))
    flows.begin_at("generell-beskjed", "documents:where", Permission.WRITE_DOCUMENT)


@pytest.mark.django_db
def test_a_message_is_not_offered_before_there_are_messages(listed, browser):
    """What is offered is what «Hva lages hvor» says can be made."""
    draft, client = make_draft(listed), browser("contact_teacher")
    DocumentType.objects.filter(pk=draft.document_type_id).update(archive_mode="never", basis=None)
    where = client.get(reverse("documents:where"), {"sok": "Generelle beskjeder"}).content.decode()
    page = client.get(reverse("documents:edit", args=[draft.uuid])).content.decode()
    assert "Ikke tatt i bruk ennå" in where
    assert "Sendes med SvarUt" in page and "Det koster 0 kr." not in page


@pytest.mark.django_db
@pytest.mark.usefixtures("messages_in_use")
@pytest.mark.parametrize(
    ("changed", "text", "offered"),
    [
        ({"archive_mode": "never", "basis": None}, "Trivsel", True),
        ({"archive_mode": "optional", "basis": None}, "Trivsel", True),
        ({"archive_mode": "always", "basis": None}, "Trivsel", False),
        ({"archive_mode": "never"}, "Trivsel", False),  # exempt from public access
        ({"archive_mode": "never", "basis": None, "sensitivity": "sensitive"}, "Trivsel", False),
        ({"archive_mode": "never", "basis": None}, "Diagnosen til Elev", False),
        ({"archive_mode": "never", "basis": None, "channel": "portal"}, "Trivsel", False),
    ],
)
def test_the_cheaper_way_is_told_of_where_a_message_would_do(listed, browser, changed, text, offered):
    draft = make_draft(listed, fields={**FILLED, "tema": text})
    DocumentType.objects.filter(pk=draft.document_type_id).update(**changed)
    page = browser("contact_teacher").get(reverse("documents:edit", args=[draft.uuid])).content.decode()
    assert ("Det koster 0 kr." in page) == offered
    assert (f"{reverse('documents:where')}#generell-beskjed" in page) == offered


@pytest.mark.django_db
@pytest.mark.usefixtures("messages_in_use")
def test_the_row_that_says_svarut_or_message_offers_it_and_paper_and_archive_do_not(listed):
    swimming = DocumentType.objects.get(slug="intensivuke-svoemming")
    assert guide.may_be_message(swimming) and not guide.may_be_message(swimming, sensitive=True)
    own = DocumentType(slug="x", archive_mode="optional", channel="svarut")
    assert guide.may_be_message(own) and not guide.may_be_message(own, archived=True)
    user = listed.user("contact_teacher")
    assert guide.line(own, [], user=user).may_be_message
    assert not guide.line(own, [], user=user, on_paper=True).may_be_message


@pytest.mark.django_db
def test_the_line_says_what_it_costs_digitally_and_printed(listed):
    Price.objects.create(kind="digital", ore=350)
    Price.objects.create(kind="print", ore=1900)
    draft, user = make_draft(listed), listed.user("contact_teacher")
    one = guide.line(draft.document_type, [draft.student], user=user).parts
    assert one[:2] == [
        "Sendes med SvarUt til 1 mottaker",
        "3,50\xa0kr digitalt, 19,00\xa0kr hvis brevet må skrives ut og postes",
    ]
    listed.add_guardian("father", "own")
    two = guide.line(draft.document_type, [draft.student], user=user).parts
    assert two[1].startswith("7,00\xa0kr digitalt (3,50\xa0kr per brev), 38,00\xa0kr hvis alle må")
