from collections.abc import Iterator

import pytest

from sandbox.svarut.server import Server
from tests.messaging.parts import give_address, running_svarut


@pytest.fixture
def svarut(settings, world) -> Iterator[Server]:
    """A local SvarUt, and a guardian who can be written to."""
    settings.SVARUT_REGRET_MINUTES = 0
    settings.SVARUT_CLIENT_TIMEOUT = 60
    give_address(world.people["guardian"])
    with running_svarut(settings) as server:
        yield server
