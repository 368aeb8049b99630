"""Where a request is stopped. The gate knows who asks and for which view, and never the object in the address: what it
refuses for one object it refuses for all, in the same words for every view behind the same right.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.http import HttpRequest, HttpResponse

from accessctl.checks import all_views
from accessctl.guards import AnyOf, access_of
from accessctl.middleware import AccessMiddleware
from accessctl.models import User
from accessctl.permissions import Permission
from tests.policy.routes import Case


@dataclass
class Gate:
    """Whether the request that was last asked got no further than the gate. Say False before each request."""

    has_stopped: bool = False


@contextmanager
def watched_gate() -> Iterator[Gate]:
    watched, gate = Gate(), AccessMiddleware.gate

    def note(middleware: AccessMiddleware, request: HttpRequest, view) -> HttpResponse | None:
        watched.has_stopped = True
        answer = gate(middleware, request, view)
        watched.has_stopped = answer is not None
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AccessMiddleware, "gate", note)
        yield watched


def one_of_each_refusal(asked: list[Case], user: User | None) -> Iterator[Case]:
    """All that gets past the gate for `user`, None being nobody, and of what does not one with each right it lacks,
    method and kind of address. Beyond those three a refusal knows the address alone.
    """
    access = {route: access_of(entry.callback) for route, entry in all_views()}
    met = set()
    for case in asked:
        wanted = access[case.route]
        rights = wanted.permissions if isinstance(wanted, AnyOf) else (wanted,)
        lacks = all(isinstance(right, Permission) and not (user and user.holds(right)) for right in rights)
        kind = (rights, case.method, case.about)
        if not lacks or kind not in met:
            yield case
        if lacks:
            met.add(kind)
