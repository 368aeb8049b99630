"""Production does not start on values that would open it up."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings

from schoolapp.checks import unsafe_values

SEAL_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
KEY = "q7Rk2vX9mB4nT8wZ1cJ6hL3pD5sF0gY-aEuViOtNxWzQbMrCkPdH"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": KEY,
    "DEBUG": False,
    "SYNTHETIC_IDS_ALLOWED": False,
    "ALLOWED_HOSTS": ["skole.example.kommune.no"],
    "BASE_URL": "https://skole.example.kommune.no",
    "LOGIN_PROVIDERS": {"idporten": {"issuer": "https://idporten.no", "client_id": "abc", "client_secret": "x"}},
    "NCORE": {"object_model_url": "https://arkiv.example/V3", "document_url": "https://arkiv.example/D3"},
    "KSFIKS": {
        "url": "https://api.example",
        "role_id": "rolle",
        "integration_id": "integrasjon",
        "integration_password": "x",
        "municipality": "9999",
    },
    "MASKINPORTEN": {"token_url": "https://token.example", "client_id": "abc", "private_jwk": "{}"},
    "SVARUT": {
        "account_id": "konto",
        "integration_id": "i",
        "integration_password": "x",
        "url": "https://svarut.example",
    },
    "SVARUT_CLIENT_TIMEOUT": 960,
    "SVARUT_QUIET_SECONDS": 1260,
    "SEAL": {"pkcs12": ""},
    "FIKS_IO": {"url": ""},
    "LOG_SEAL_KEY": SEAL_KEY,
}


BY_FIKS = {
    "url": "https://api.example",
    "integration_id": "integrasjon",
    "integration_password": "x",
    "amqp_url": "amqps://io.example:5671/",
    "private_keys": ["/run/secrets/fiks.pem"],
    "signing_key": "/run/secrets/sign.pem",
    "signing_certificate": "/run/secrets/sign.crt",
}


def problems(**changes):
    return unsafe_values(SimpleNamespace(**PRODUCTION | changes))


def provider(**changes):
    return {"LOGIN_PROVIDERS": {"idporten": PRODUCTION["LOGIN_PROVIDERS"]["idporten"] | changes}}


def population(**changes):
    return {"KSFIKS": PRODUCTION["KSFIKS"] | changes}


def by_fiks(**changes):
    return {"FIKS_IO": BY_FIKS | changes}


def letters(**changes):
    return {"SVARUT": PRODUCTION["SVARUT"] | changes}


def test_safe_values_are_accepted():
    assert problems() == []


def test_the_population_register_may_be_left_out_whole():
    nothing = dict.fromkeys(("role_id", "integration_id", "integration_password", "municipality"), "")
    key = PRODUCTION["MASKINPORTEN"] | {"client_id": "", "private_jwk": ""}
    assert problems(**population(**nothing), **letters(account_id=""), MASKINPORTEN=key) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": KEY[:40]}, "SECRET_KEY"),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY"),
        ({"SECRET_KEY": "development-only-" + KEY}, "SECRET_KEY"),
        ({"SYNTHETIC_IDS_ALLOWED": True}, "SYNTHETIC_IDS_ALLOWED"),
        ({"DEBUG": True}, "DEBUG"),
        ({"ENVIRONMENT": "prod"}, "ENVIRONMENT"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": ["skole.example.kommune.no", "*"]}, "ALLOWED_HOSTS has the pattern"),
        ({"ALLOWED_HOSTS": ["skole.example.kommune.no", ".kommune.no"]}, "ALLOWED_HOSTS has the pattern"),
        ({"BASE_URL": "http://skole.example.kommune.no"}, "BASE_URL"),
        ({"BASE_URL": "https://annet.example"}, "BASE_URL"),
        (provider(issuer="http://idporten.no"), "IDPORTEN_ISSUER"),
        (provider(client_id=""), "client id"),
        ({"NCORE": PRODUCTION["NCORE"] | {"document_url": "http://arkiv.example/D3"}}, "NCORE_DOCUMENT_URL"),
        (population(integration_password=""), "half set up: KSFIKS_INTEGRATION_PASSWORD"),
        (population(municipality="Prøve"), "KSFIKS_MUNICIPALITY"),
        (population(url="http://api.example"), "KSFIKS_URL"),
        (
            {"MASKINPORTEN": PRODUCTION["MASKINPORTEN"] | {"client_id": ""}, **letters(account_id="")},
            "half set up: MASKINPORTEN_CLIENT_ID",
        ),
        (by_fiks(private_keys=[]), "Fiks Arkiv is half set up: FIKS_IO_PRIVATE_KEYS"),
        (by_fiks(url="http://api.example"), "FIKS_IO_URL"),
        (by_fiks(amqp_url="amqp://io.example/"), "FIKS_IO_AMQP_URL"),
        (letters(integration_id=""), "half set up: SVARUT_INTEGRATION_ID"),
        (letters(url="http://svarut.example"), "SVARUT_URL"),
        ({"SVARUT_QUIET_SECONDS": 960}, "SVARUT_QUIET_SECONDS"),
        ({"LOG_SEAL_KEY": ""}, "LOG_SEAL_KEY"),
        ({"LOG_SEAL_KEY": SEAL_KEY[:20]}, "LOG_SEAL_KEY"),
    ],
)
def test_each_unsafe_value_is_named(changes, named):
    assert len(problems(**changes)) == 1
    assert named in problems(**changes)[0]


def test_a_test_installation_may_use_synthetic_persons():
    assert problems(ENVIRONMENT="staging", SYNTHETIC_IDS_ALLOWED=True) == []


@pytest.mark.parametrize("module", ["schoolapp.wsgi", "schoolapp.celery"])
@pytest.mark.parametrize("safe", [True, False])
def test_the_processes_of_production_start_on_safe_values_only(module, safe):
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "ENVIRONMENT": "production",
        "SECRET_KEY": KEY if safe else "short",
        "BASE_URL": PRODUCTION["BASE_URL"],
        "ALLOWED_HOSTS": "skole.example.kommune.no",
        "IDPORTEN_CLIENT_ID": "abc",
        "LOG_SEAL_KEY": SEAL_KEY,
    }
    starts = f"import {module}; from celery import current_app; current_app.loader.import_default_modules()"
    done = subprocess.run(
        [sys.executable, "-c", starts],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is safe, done.stderr
    assert safe or "SECRET_KEY must be" in done.stderr
