"""Variable pay: four eyes, nobody's own, once, and the same bytes for ever."""

import csv
from datetime import date, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as fast
from hypothesis import strategies as st

from accessctl.actions import assign_role
from people.models import Person, Protection
from schoolapp.lib import clock
from schools.today import lines_for
from staff.models import OrgUnit, PayBatch, PayCode, PayLine, Position
from staff.numbers import as_decimal, from_decimal
from staff.pay import actions
from staff.pay.actions import PayError, Work
from staff.pay.file import COLUMNS, FORMULA, PayRow, batch_file, safe
from staff.pay.listing import totals
from tests.login import log_in

SAMPLE = Path(__file__).parents[3] / "shared" / "integrations" / "derived" / "hr" / "variabel_lonn_synthetic.csv"


@pytest.fixture
def positions(world) -> dict[str, Position]:
    """A position for everybody who matters, at school A; the teacher of B works at B."""
    found = {}
    for name in ("contact_teacher", "school_admin", "principal", "teacher_b"):
        school = world.school_b if name == "teacher_b" else world.school_a
        unit, _made = OrgUnit.objects.get_or_create(unit_id=f"U{school.pk}", defaults={"school": school})
        found[name] = Position.objects.create(
            employee=world.people[name].employee, reference="1", number=1, percent=8000, unit=unit, school=school,
            valid_from=date(2020, 1, 1), responsibility="4101", function="2020",
        )  # fmt: skip
    return found


@pytest.fixture
def code(db) -> PayCode:
    return PayCode.objects.create(code="1150", name="Vikartime", rate=41230)


@pytest.fixture
def work(positions, code):
    def of(name: str = "contact_teacher", quantity: int = 350, **extra) -> Work:
        day = extra.pop("day", clock.today())
        return Work(positions[name], code, day, day, quantity, extra.pop("comment", "Vikartime 5A"))

    return of


@pytest.fixture
def line(world, work) -> PayLine:
    return actions.record(work(), by=world.user("school_admin"))


def this_month() -> date:
    return clock.today().replace(day=1)


def send(world, period: date | None = None) -> PayBatch:
    period = period or this_month()
    seen = actions.digest_of(list(actions.ready(world.school_a, period)))
    return actions.transfer(world.school_a, period=period, seen=seen, by=world.user("principal"))


@pytest.fixture
def batch(world, line) -> PayBatch:
    actions.approve([line], by=world.user("principal"))
    return send(world)


def test_one_records_another_approves_and_it_is_sent_once(world, line):
    assert line.state == PayLine.State.RECORDED
    with pytest.raises(PayError, match="ingen godkjente"):
        send(world)
    actions.approve([line], by=world.user("principal"))
    made = send(world)
    line.refresh_from_db()
    assert (line.batch, made.number, made.line_count) == (made, 1, 1)
    with pytest.raises(PayError, match="overført"):
        send(world)
    assert sha256(bytes(made.content)).hexdigest() == made.sha256


def test_nobody_approves_what_they_recorded(world, line):
    user = world.user("school_admin")
    assign_role(user, role="rektor", by=None, school=world.school_a)
    with pytest.raises(PayError, match="En annen må godkjenne"):
        actions.approve([line], by=world.user("school_admin"))
    with pytest.raises(IntegrityError, match="pay_line_four_eyes"), transaction.atomic():
        PayLine.objects.update(state="approved", approved_by=line.recorded_by, approved_at=clock.now())


def test_nobody_records_or_approves_their_own(world, work):
    with pytest.raises(PayError, match="Ingen registrerer"):
        actions.record(work("school_admin"), by=world.user("school_admin"))
    own = actions.record(work("principal"), by=world.user("school_admin"))
    for act in (
        lambda: actions.approve([own], by=world.user("principal")),
        lambda: actions.send_back([own], answer="Mer", by=world.user("principal")),
    ):
        with pytest.raises(PayError, match="Ingen registrerer"):
            act()
    with pytest.raises(IntegrityError, match="pay_line_not_own"), transaction.atomic():
        PayLine.objects.update(state="approved", approved_by=world.users["principal"], approved_at=clock.now())
    with pytest.raises(IntegrityError, match="pay_line_not_own"), transaction.atomic():
        PayLine.objects.update(recorded_by=own.payee)


@pytest.mark.parametrize(
    ("name", "by"), [("teacher_b", "school_admin"), ("contact_teacher", "school_admin_b"), ("contact_teacher", "team")]
)
def test_only_for_employees_of_the_own_school(world, work, name, by):
    with pytest.raises(PayError, match="gjelder ikke for denne skolen"):
        actions.record(work(name), by=world.user(by))


def test_days_must_be_worked_and_within_the_position(world, work, positions):
    by = world.user("school_admin")
    with pytest.raises(PayError, match="gjort"):
        actions.record(work(day=clock.today() + timedelta(days=1)), by=by)
    Position.objects.filter(pk=positions["contact_teacher"].pk).update(valid_to=clock.today() - timedelta(days=9))
    positions["contact_teacher"].refresh_from_db()
    with pytest.raises(PayError, match="utenfor"):
        actions.record(work(), by=by)


def test_what_was_sent_never_changes(world, batch, line):
    """Not by a save, not in bulk, not by SQL."""
    tries = (
        "UPDATE staff_payline SET quantity = 1",
        "DELETE FROM staff_payline",
        "UPDATE staff_paybatch SET content = 'x'",
        "DELETE FROM staff_paybatch",
    )
    for statement in tries:
        refused = pytest.raises(DatabaseError, match="does not change|append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    line.refresh_from_db()
    for act in (
        lambda: actions.remove(line, by=world.user("school_admin")),
        lambda: actions.send_back([line], answer="x", by=world.user("principal")),
    ):
        with pytest.raises(PayError):
            act()


def test_the_file_is_the_same_however_often_and_whatever_changed_since(world, batch, line):
    client = Client()
    log_in(client, world.user("principal"))
    url = reverse("staff:pay_file", args=[batch.uuid])
    first = client.get(url)
    Person.objects.filter(pk=world.people["contact_teacher"].pk).update(family_name="Gift")
    PayCode.objects.update(rate=1, name="Noe annet")
    Position.objects.update(function="9999")
    again = client.get(url)
    assert first.content == again.content == bytes(batch.content)
    assert sha256(again.content).hexdigest() == batch.sha256
    log_in(client, world.user("school_admin"))
    assert client.get(url).status_code == 403


def test_the_file_has_the_form_pay_wants(world, batch, line):
    content = bytes(batch.content)
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n") and content.count(b"\n") == 2
    (row,) = csv.DictReader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    number = world.people["contact_teacher"].employee.employee_number
    assert row["ansattnummer"] == number and row["arbeidsforhold"] == f"{number}-1"
    assert (row["antall"], row["sats"], row["belop"]) == ("3,50", "412,30", "1443,05")
    assert row["attestant"] == world.people["school_admin"].employee.employee_number != row["anviser"]
    assert row["kilde_id"] == line.source_id and row["ansvar"] == "4101"


@pytest.mark.skipif(not SAMPLE.exists(), reason=f"the sample {SAMPLE} is not here")
def test_the_columns_are_those_of_the_sample():
    head = SAMPLE.read_bytes().split(b"\r\n")[0].decode("utf-8-sig")
    assert tuple(head.split(";")) == COLUMNS


def test_what_changes_between_look_and_send_stops_the_transfer(world, work, line):
    actions.approve([line], by=world.user("principal"))
    seen = actions.digest_of(list(actions.ready(world.school_a, this_month())))
    later = actions.record(work(quantity=100), by=world.user("school_admin"))
    actions.approve([later], by=world.user("principal"))
    with pytest.raises(PayError, match="endret siden"):
        actions.transfer(world.school_a, period=this_month(), seen=seen, by=world.user("principal"))
    assert not PayBatch.objects.exists()


def test_a_correction_is_negative_refers_to_the_first_and_never_takes_more(world, batch, line):
    line.refresh_from_db()
    by = world.user("school_admin")
    made = actions.correct(line, quantity=150, comment="For mye", by=by)
    assert (made.quantity, made.corrects, made.amount) == (-150, line, -61845)
    with pytest.raises(PayError, match="ikke igjen"):
        actions.correct(line, quantity=201, comment="For mye", by=by)
    assert actions.correct(line, quantity=200, comment="Alt", by=by).quantity == -200
    assert actions.left_of(line) == 0
    with pytest.raises(IntegrityError, match="negative_when_correcting"), transaction.atomic():
        PayLine.objects.filter(pk=made.pk).update(quantity=5)
    actions.approve([made], by=world.user("principal"))
    following = date(this_month().year + this_month().month // 12, this_month().month % 12 + 1, 1)
    row = bytes(send(world, following).content).decode().split("\r\n")[1]
    assert ";-1,50;412,30;-618,45;" in row


def test_a_line_sent_back_is_mended_and_approved_anew(world, work, line):
    principal = world.user("principal")
    with pytest.raises(PayError, match="Skriv hva"):
        actions.send_back([line], answer=" ", by=principal)
    actions.approve([line], by=principal)
    actions.send_back([line], answer="Feil dag", by=principal)
    line.refresh_from_db()
    assert (line.state, line.approved_by) == ("returned", None)
    changed = actions.change(line, work(quantity=200), by=world.user("school_admin"))
    assert (changed.state, changed.quantity, changed.answer) == ("recorded", 200, "")


def test_approving_many_is_all_or_none(world, work, line):
    own = actions.record(work("principal"), by=world.user("school_admin"))
    with pytest.raises(PayError):
        actions.approve([line, own], by=world.user("principal"))
    assert set(PayLine.objects.values_list("state", flat=True)) == {"recorded"}


def test_nobody_with_address_protection_is_chosen_or_listed(world, work, line, positions):
    Person.objects.filter(pk=world.people["contact_teacher"].pk).update(
        protection=Protection.STRICT, family_name="Hemmelig"
    )
    client = Client()
    log_in(client, world.user("school_admin"))
    for name in ("staff:pay", "staff:pay_new"):
        assert "Hemmelig" not in client.get(reverse(name)).content.decode()
    assert client.get(reverse("staff:pay_line", args=[line.uuid])).status_code == 404


def test_the_way_through_the_screens(world, positions, code):
    admin, principal = Client(), Client()
    log_in(admin, world.user("school_admin"))
    log_in(principal, world.user("principal"))
    form = {"stilling": positions["contact_teacher"].uuid, "lonnsart": "1150", "fra": clock.today().isoformat()}
    assert admin.post(reverse("staff:pay_new"), form | {"antall": "=1+1"}).status_code == 422
    assert admin.post(reverse("staff:pay_new"), form | {"antall": "3,5"}).status_code == 302
    made = PayLine.objects.get()
    assert made.quantity == 350
    assert [line.count for line in lines_for(world.user("principal")) if "/variabel-lonn/" in line.url] == [1]
    principal.post(reverse("staff:pay_decide"), {"valgt": [made.key, "tull"], "valg": "godkjenn"})
    page = principal.get(reverse("staff:pay_transfer"))
    assert "Overfør 1 linje" in page.content.decode()
    assert f">{clock.today():%m.%Y}, {world.school_a}</option>" in page.content.decode()
    sent = {"maaned": page.context["month"].key, "sett": page.context["seen"]}
    assert principal.post(reverse("staff:pay_transfer"), sent).status_code == 302
    batch = PayBatch.objects.get()
    assert batch.sha256 in principal.get(reverse("staff:pay_batch", args=[batch.uuid])).content.decode()
    answer = admin.post(
        reverse("staff:pay_line", args=[made.uuid]), {"valg": "rett", "antall": "9", "kommentar": "Feil"}
    )
    assert "Så mye er ikke igjen" in answer.content.decode()
    assert admin.get(reverse("staff:pay_transfer")).status_code == 403


TEXT = st.text(max_size=40)


@given(TEXT)
def test_no_text_begins_a_formula_or_breaks_a_row(text):
    """Property: read back as CSV the cell is one cell, and a spreadsheet takes it for text."""
    found = safe(text)
    assert not found or found[0] not in FORMULA
    assert "\n" not in found and "\r" not in found and "\t" not in found
    row = PayRow(text, text, 1, text, date(2026, 1, 1), date(2026, 1, 1), 1, None, None, text, text, text, text,
                 clock.now(), text, clock.now(), text, text)  # fmt: skip
    content = batch_file([row])
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == 2 and len(rows[1]) == len(COLUMNS)
    assert batch_file([row]) == content
    for name, cell in zip(COLUMNS, rows[1], strict=True):
        assert not cell or cell[0] not in FORMULA, name


@given(st.integers(1, 99_999_999))
def test_hundredths_come_back_as_they_went(value):
    assert from_decimal(as_decimal(value)) == value


@given(st.lists(st.tuples(st.integers(1, 10_000), st.one_of(st.none(), st.integers(0, 200_000))), max_size=30))
def test_totals_are_the_sum_of_the_lines_and_corrections_undo_them(numbers):
    """Property: every line with its full correction gives nought, to the øre."""
    code = PayCode(code="1", name="x")
    lines = [PayLine(pay_code=code, quantity=quantity, rate=rate) for quantity, rate in numbers]
    undone = [PayLine(pay_code=code, quantity=-quantity, rate=rate) for quantity, rate in numbers]
    if not lines:
        assert totals(lines) == []
        return
    (total,) = totals(lines)
    assert (total.count, total.quantity) == (len(lines), sum(quantity for quantity, _rate in numbers))
    (nought,) = totals([*lines, *undone])
    assert nought.quantity == 0
    assert nought.amount == (None if any(rate is None for _q, rate in numbers) else 0)


@fast(deadline=None)
@given(st.integers(1, 10_000), st.integers(0, 500_000))
def test_an_amount_is_the_nearest_ore(quantity, rate):
    amount = PayLine(quantity=quantity, rate=rate).amount
    assert abs(amount * 100 - quantity * rate) <= 50


def test_whoever_answers_for_several_schools_sees_which_each_line_is_of(world, work):
    actions.record(work(), by=world.user("school_admin"))
    url = reverse("staff:pay")
    client = Client()
    log_in(client, world.user("principal"))
    assert '<th scope="col">Skole</th>' not in client.get(url).content.decode().partition("Siste overf")[0]
    assign_role(world.user("principal"), role="rektor", school=world.school_b, by=None)
    page = client.get(url).content.decode()
    assert '<th scope="col">Skole</th>' in page and f'data-label="Skole">{world.school_a.name}<' in page
