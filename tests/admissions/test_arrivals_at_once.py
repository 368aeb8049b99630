"""The same child written in twice in the same moment, as by a double click: one person, one pupil, one case."""

import threading
from datetime import date

import pytest
from django.db import connection

from admissions.models import Move
from admissions.moves.arrivals import Child, receive
from people.models import NationalId
from tests.world import build_world, synthetic_id

AT_ONCE = 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_double_click_gives_one_case(is_known):
    world = build_world()
    born = date(world.year.starts_on.year - 10, 5, 5)
    number = synthetic_id(born, 77)
    if is_known:
        number = world.add_person("Aurora", "Ukjent", born=born).national_ids.get().number
    child = Child(number, "Aurora", "Ukjent", born)
    barrier, cases, errors = threading.Barrier(AT_ONCE), [], []

    def click() -> None:
        try:
            barrier.wait()
            cases.append(receive(child, school=world.school_a, by=world.user("school_admin")).pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(cases) == {Move.objects.get().pk}
    assert NationalId.objects.filter(number=child.number).count() == 1
