"""Letters, and a local SvarUt that listens on a real socket."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from messaging import actions, worker
from messaging.channels.svarut.channel import SvarUt
from messaging.letter import Letter, LetterFile
from messaging.models import Dispatch, Peer
from people.models import Address
from sandbox.ksfiks import server as ksfiks
from sandbox.svarut import server as standin
from sandbox.svarut.store import Store
from schoolapp.lib import maskinporten

ADDRESS = {"street": "Brevveien 1", "postal_code": "0001", "city": "Prøvestad"}


def svarut_settings(url: str) -> dict[str, str]:
    neutral = {
        "return_name": "Prøve kommune",
        "return_org_number": "910000000",
        "return_address": "Postboks 1",
        "return_postal_code": "0001",
        "return_city": "Prøvestad",
    }
    return neutral | {
        "url": url,
        "account_id": standin.ACCOUNT,
        "integration_id": standin.INTEGRATION,
        "integration_password": standin.PASSWORD,
    }


def maskinporten_settings(url: str) -> dict[str, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private, as_dict=True) | {"kid": "prove", "alg": "RS256"}
    return {
        "issuer": "https://maskinporten.no/",
        "token_url": f"{url}/token",
        "client_id": "prove",
        "private_jwk": json.dumps(jwk),
        "consumer_org": "",
    }


@contextmanager
def running_svarut(settings, **options) -> Iterator[standin.Server]:
    """SvarUt and Maskinporten on this machine, and settings that lead to them."""
    maskinporten.forget_token()
    SvarUt._key = (b"", 0.0)
    with ksfiks.serve(ksfiks.Register()) as tokens, standin.serve(Store(**options)) as server:
        settings.SVARUT = svarut_settings(server.url)
        settings.MASKINPORTEN = maskinporten_settings(tokens.url)
        yield server
    maskinporten.forget_token()


def give_address(person, **changes) -> None:
    Address.objects.create(person=person, kind=Address.Kind.HOME, valid_from=date(2020, 1, 1), **ADDRESS | changes)


def make_file(name: str, content: bytes) -> LetterFile:
    path = default_storage.save(f"documents/{name}", ContentFile(content))
    return LetterFile(path, name, hashlib.sha256(content).hexdigest(), len(content))


def make_letter(
    world, key: str = "dok:1:v1:a", *, recipient: str = "guardian", about: str = "own", **changes
) -> Letter:
    fields = {
        "key": key,
        "title": "Brev fra skolen",
        "recipient": world.people[recipient].pk,
        "about": world.pupils[about].uuid,
        "files": (make_file("Brev fra skolen.pdf", b"%PDF brev"), make_file("Vedlegg 1.pdf", b"%PDF vedlegg")),
    }
    return Letter(**fields | changes)


def queue(world, key: str = "dok:1:v1:a", **changes) -> Dispatch:
    with transaction.atomic():
        return actions.queue(make_letter(world, key, **changes), school=world.pupils["own"].school)


def work() -> int:
    return worker.work(seconds=240)


def after_the_quiet_period() -> None:
    """As if so much time had passed that everything waiting is due, and the breaker lets a probe through."""
    Dispatch.objects.update(next_at=Now() - timedelta(seconds=1), next_poll_at=Now() - timedelta(seconds=1))
    Dispatch.objects.filter(lease_until__isnull=False).update(lease_until=Now() - timedelta(seconds=1))
    Peer.objects.filter(open_until__isnull=False).update(open_until=F("open_until") - timedelta(hours=1))


def stored(dispatch: Dispatch) -> Dispatch:
    return Dispatch.objects.get(pk=dispatch.pk)
