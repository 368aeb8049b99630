import pytest

from staff.models import OrgUnit


@pytest.fixture(autouse=True)
def synthetic_people(settings):
    settings.SYNTHETIC_IDS_ALLOWED = True


@pytest.fixture
def unit_a(world) -> OrgUnit:
    return OrgUnit.objects.create(unit_id="4101", name="Skole A", school=world.school_a)


@pytest.fixture
def unit_b(world) -> OrgUnit:
    return OrgUnit.objects.create(unit_id="4102", name="Skole B", school=world.school_b)
