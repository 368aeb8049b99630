from collections.abc import Iterator

import pytest

from accessctl.models import School
from sandbox.elements.server import Elements
from tests.archive.parts import addresses, make_school, running_elements


@pytest.fixture
def elements(settings) -> Iterator[Elements]:
    """A local archive, and settings that lead to it."""
    with running_elements() as server:
        settings.NCORE = addresses(server)
        settings.ARCHIVE_CLIENT_TIMEOUT = 5
        yield server


@pytest.fixture
def school(db) -> School:
    return make_school()
