"""The form for IKT is a task until somebody has delivered: first for the principal, then for the municipality."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Person, Protection
from schoolapp.lib import clock
from schools.today import lines_for
from staff.equipment import OrderError, deliver, drop_order, reopen_order, send_order, undo_delivery
from staff.models import IctOrder
from tests.login import log_in
from tests.staff.feed import Row, csv_file, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(world, unit_a) -> IctOrder:
    take(csv_file(Row(starts=(clock.today() - timedelta(days=2)).isoformat())))
    return IctOrder.objects.get()


def titles(world, name: str) -> list[str]:
    """The lines that count forms; the year wheel has a deadline that speaks of them too."""
    return [line.title for line in lines_for(world.user(name)) if re.search(r"IKT-skjema (for|skal)", str(line.title))]


def send(order: IctOrder, world) -> None:
    needed_from = order.needed_from
    send_order(order, equipment=["laptop"], systems="", comment="", needed_from=needed_from, by=world.user("principal"))


def test_the_task_goes_from_the_principal_to_the_municipality_and_is_gone_when_delivered(world, order):
    assert titles(world, "principal") == ["IKT-skjema for 1 ny ansatt"]
    assert titles(world, "municipal_admin") == []
    send(order, world)
    assert titles(world, "principal") == []
    assert titles(world, "municipal_admin") == ["1 IKT-skjema skal leveres"]
    deliver(order, by=world.user("municipal_admin"))
    assert titles(world, "municipal_admin") == []
    order.refresh_from_db()
    assert (order.state, order.delivered_by) == (IctOrder.State.DELIVERED, world.user("municipal_admin"))


def test_what_is_delivered_is_undone_by_those_who_delivered_first(world, order):
    send(order, world)
    deliver(order, by=world.user("municipal_admin"))
    with pytest.raises(OrderError, match="er levert"):
        reopen_order(order, by=world.user("principal"))
    undo_delivery(order, by=world.user("municipal_admin"))
    reopen_order(order, by=world.user("principal"))
    order.refresh_from_db()
    assert (order.state, order.delivered_by, order.delivered_at) == (IctOrder.State.WAITING, None, None)


def test_only_what_is_sent_is_delivered_and_once(world, order):
    admin = world.user("municipal_admin")
    with pytest.raises(OrderError):
        deliver(order, by=admin)
    send(order, world)
    deliver(order, by=admin)
    with pytest.raises(OrderError):
        deliver(order, by=admin)


def test_nothing_needed_reaches_nobody(world, order):
    drop_order(order, by=world.user("principal"))
    assert titles(world, "municipal_admin") == []


def test_the_screens_tell_who_waits_and_who_has_been_forgotten(world, order):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    page = client.get(reverse("staff:deliveries")).content.decode()
    assert "Skolen har ikke sendt skjemaet" in page and "Ny Ansatt" in page
    assert client.get(reverse("staff:delivery", args=[order.uuid])).status_code == 404
    send(order, world)
    page = client.get(reverse("staff:delivery", args=[order.uuid])).content.decode()
    assert "bærbar PC" in page and "Alt er levert" in page
    client.post(reverse("staff:delivery", args=[order.uuid]), {"valg": "levert"})
    order.refresh_from_db()
    assert order.state == IctOrder.State.DELIVERED


def test_nobody_with_address_protection_is_told_of(world, order):
    send(order, world)
    Person.objects.filter(employee__ict_orders=order).update(protection=Protection.STRICT)
    client = Client()
    log_in(client, world.user("municipal_admin"))
    assert "Ny Ansatt" not in client.get(reverse("staff:deliveries")).content.decode()
    assert client.get(reverse("staff:delivery", args=[order.uuid])).status_code == 404
