"""The screens people work on all day, with something in them: accessible, without errors, and within their width."""

from typing import Any

import pytest

from archive.models import Delivery
from documents.installing import install_types
from documents.models import Document
from schoolapp.lib import clock
from tests.documents.conftest import FILLED, make_draft
from tests.journeys.browser import PHONE, WIDE
from tests.world import World


@pytest.fixture
def screens(world: World, transactional_db) -> dict[str, dict[str, str]]:
    """Every screen by area and name; each state in which a delivery rests has a row."""
    install_types()
    ready, archived, refused, also_refused = (world.add_document("own") for _n in range(4))
    now = clock.now()
    rest_in(archived, state="archived", archived_at=now, journal_year=now.year, journal_number=17)
    for document in (refused, also_refused):
        rest_in(document, state="parked", failure="refused", failure_text="Feil: ugyldig tilgangskode UOX.")
    draft = make_draft(world, fields=FILLED | {"tema": "Et tema med et ordentlig langt navn om trivsel på skolen"})
    student = f"/elever/{world.pupils['own'].uuid}/dokumenter/"
    return {
        "documents": {
            "tab": student,
            "new": f"{student}nytt/",
            "editor": f"/dokumenter/{draft.uuid}/rediger/",
            "ready": f"/dokumenter/{ready[0].uuid}/",
            "archived": f"/dokumenter/{archived[0].uuid}/",
            "refused": f"/dokumenter/{refused[0].uuid}/",
            "templates": "/maler/",
            "template": "/maler/innkalling-moete/nb/",
        },
        "archive": {
            "log-ready": "/rapporter/arkiv/",
            "log-archived": "/rapporter/arkiv/?fane=arkivert",
            "log-failed": "/rapporter/arkiv/?fane=feilet",
            "receipt": f"/rapporter/arkiv/{archived[1].uuid}/",
            "receipt-refused": f"/rapporter/arkiv/{refused[1].uuid}/",
            "set-up": "/rapporter/arkiv/oppsett/",
            "set-up-school": f"/rapporter/arkiv/oppsett/{world.school_a.uuid}/",
        },
        "console": {"index": "/administrasjon/"},
    }


def rest_in(sent: tuple[Document, Delivery], **values: Any) -> None:
    Delivery.objects.filter(pk=sent[1].pk).update(**values)


@pytest.mark.parametrize("area", ["documents", "archive", "console"])
def test_the_screens_of_the_day(reading, screens, area):
    with reading("municipal_admin") as admin:
        for name, path in screens[area].items():
            page = admin.open(path, name=f"{area}-{name}")
            if name.startswith("log-"):
                assert page.locator("tbody tr").count() > 0
            admin.resize(PHONE, name=f"{area}-{name}")
            admin.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_a_choice_is_a_small_circle_beside_its_text(reading, screens):
    """Text fields fill their column; radio buttons never do."""
    with reading("municipal_admin") as admin:
        page = admin.open(screens["documents"]["new"])
        for size in (WIDE, PHONE):
            admin.resize(size)
            box = page.get_by_role("radio").first.bounding_box()
            assert box["width"] == box["height"] < 32
