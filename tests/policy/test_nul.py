"""PostgreSQL keeps no NUL in text. Wherever one can be typed, it is refused or dropped, never a server error."""

import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image

from documents.installing import install_types
from documents.models import Document
from tests.documents.conftest import make_draft
from tests.login import log_in
from tests.world import World

NUL = "a\x00b"
LETTER = {"moetedato": "2026-09-14", "klokkeslett": "08:30", "sted": "Rom 2", "tema": "Skolen", "saker": "Fag"}
TEMPLATE = {"title": "Tittel", "body": "Hei.", "based_on": "1"}
OWNER = {"from_date": "2027-01-01", "name": "Ny Rektor", "initials": "NYR", "signs_as": "rektor", "user": ""}
SETUP = {
    "administrative_unit": "A",
    "registry_unit": "A",
    "pupil_series": "A",
    "school_series": "A",
    "access_group": "A",
}
# Address, method, fields that are right, and the names of those that get a NUL, one at a time.
INPUTS: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("/sok/", "GET", {}, ["q"]),
    ("/sok/", "POST", {}, ["q"]),
    ("/elever/", "GET", {}, ["sok", "skole", "trinn", "klasse", "side"]),
    ("/rapporter/arkiv/", "GET", {}, ["sok", "skole", "fane", "side"]),
    ("/rapporter/arkiv/klar/", "POST", {}, ["gruppe", "valgt", "etter", "satt"]),
    ("/rapporter/arkiv/oppsett/{school}/", "POST", SETUP, list(SETUP)),
    ("/rapporter/arkiv/saksansvarlig/{school}/", "POST", OWNER, list(OWNER)),
    ("/rapporter/arkiv/skolemapper/", "GET", {}, ["ar"]),
    ("/rapporter/arkiv/skolemapper/opprett/", "POST", {}, ["ar", "skole"]),
    ("/rapporter/arkiv/elevmapper/", "POST", {}, ["elev", "igjen"]),
    ("/spraak/", "POST", {"spraak": "nn"}, ["spraak", "neste"]),
    ("/elever/{student}/dokumenter/nytt/", "POST", {}, ["document_type", "language", "series"]),
    ("/dokumenter/{draft}/rediger/", "POST", LETTER, [*LETTER, "revision", "sett", "handling", "send_to_archive"]),
    ("/dokumenter/{draft}/vedlegg/", "POST", {"title": "Kart", "file": ""}, ["title", "file"]),
    ("/maler/innkalling-moete/nb/", "POST", TEMPLATE, list(TEMPLATE)),
    ("/maler/innkalling-moete/nb/forhandsvis/", "POST", TEMPLATE, ["title", "body"]),
    ("/maler/innkalling-moete/n%00b/", "GET", {}, ["felt"]),
    ("/maler/innkalling-moete/n%00b/1/", "GET", {}, ["felt"]),
    ("/maler/innkalling-moete/n%00b/forhandsvis/", "POST", {}, ["felt"]),
    ("/nytt-skolear/tidlig-skolestart/", "GET", {}, ["sok"]),
    ("/logg-inn/", "GET", {}, ["neste"]),
    ("/logg-inn/fortsett/send/", "POST", {}, ["kast-utkast"]),
    ("/logg-inn/idporten/", "GET", {}, ["neste", "bekreft"]),
    ("/logg-inn/idporten/svar/", "GET", {"state": "x", "code": "x"}, ["state", "code", "iss", "error", "neste"]),
    ("/logg-ut/ferdig/", "GET", {}, ["state"]),
    ("/logg-ut/fra-leverandor/idporten/", "GET", {"sid": "x"}, ["iss", "sid"]),
    ("/administrasjon/accessctl/user/", "GET", {}, ["q", "o", "p"]),
]


def address(pattern: str, world: World, draft: Document) -> str:
    student = world.pupils["own"]
    return pattern.format(student=student.uuid, school=student.school.uuid, draft=draft.uuid)


def fields(right: dict[str, str], name: str, draft: Document) -> dict[str, object]:
    """What is right, with a NUL in one field. A draft's revision is the stored one, so that the text gets through."""
    data: dict[str, object] = {"revision": str(draft.revision), **right, name: NUL}
    if name == "iss":
        return data
    data |= {"iss": settings.LOGIN_PROVIDERS["idporten"]["issuer"]} if name == "sid" else {}
    if "file" in data:
        data["file"] = SimpleUploadedFile(f"{NUL}.png" if name == "file" else "a.png", picture(), "image/png")
    return data


def picture() -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (2, 2)).save(output, "PNG")
    return output.getvalue()


@pytest.mark.parametrize("who", ["municipal_admin", "contact_teacher", "anonymous"])
@pytest.mark.parametrize(("path", "method", "right", "names"), INPUTS, ids=[case[0] for case in INPUTS])
def test_a_nul_is_never_a_server_error(
    world: World, path: str, method: str, right: dict[str, str], names: list[str], who: str
) -> None:
    install_types()
    draft = make_draft(world)
    client = Client(raise_request_exception=False)
    if who != "anonymous":
        log_in(client, world.user(who))
    found = {}
    for name in names:
        with transaction.atomic():
            send = client.post if method == "POST" else client.get
            found[name] = send(address(path, world, draft), fields(right, name, draft)).status_code
            transaction.set_rollback(True)
    assert not {name: status for name, status in found.items() if status >= 500 and status != 503}
