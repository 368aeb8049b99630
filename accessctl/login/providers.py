"""The two login providers as configured, with what is fixed for each of them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from schoolapp.lib.origins import page_origins

FEIDE_TWO_FACTOR = "urn:mace:feide.no:auth:level:fad08:3"
# Lowest first. The old names Level3 and Level4 are substantial and high.
IDPORTEN_LEVELS = ("idporten-loa-low", "idporten-loa-substantial", "idporten-loa-high")
TWO_FACTOR_LEVELS = frozenset({"idporten-loa-substantial", "idporten-loa-high", FEIDE_TWO_FACTOR})


@dataclass(frozen=True)
class Provider:
    """One provider. `levels` are its levels of assurance, lowest first; `minimum_acr` empty means none is demanded."""

    slug: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    private_jwk: str = field(default="", repr=False)
    client_auth: str = "client_secret_basic"
    scopes: str = "openid"
    requested_acr: str = ""
    minimum_acr: str = ""
    levels: tuple[str, ...] = ()
    max_age: timedelta = timedelta(minutes=120)
    national_id_claim: str = ""
    asks_userinfo: bool = False
    logs_out_by_post: bool = False

    @property
    def origins(self) -> list[str]:
        return page_origins(self.issuer)

    def is_issuer(self, value: str) -> bool:
        """Whether `value` names this provider; ID-porten's own example has a slash at the end."""
        return value.rstrip("/") == self.issuer.rstrip("/")

    def meets(self, acr: str, minimum: str) -> bool:
        """Whether the level reached is at least `minimum`. A level nobody knows meets nothing."""
        if not minimum:
            return True
        return acr in self.levels and minimum in self.levels and self.levels.index(acr) >= self.levels.index(minimum)


# What follows from each provider's documentation. The installation's own values come on top from LOGIN_PROVIDERS.
FIXED: dict[str, dict[str, Any]] = {
    "idporten": {
        "name": "ID-porten",
        "scopes": "openid profile",
        "requested_acr": "idporten-loa-high",
        "minimum_acr": "idporten-loa-substantial",
        "levels": IDPORTEN_LEVELS,
        "max_age": timedelta(minutes=120),
        "national_id_claim": "pid",
        # The id_token carries the national id, which must not stand in an address; ID-porten recommends POST.
        "logs_out_by_post": True,
    },
    "feide": {
        "name": "Feide",
        "scopes": "openid userid userid-nin userinfo-name",
        "requested_acr": FEIDE_TWO_FACTOR,
        "levels": (FEIDE_TWO_FACTOR,),
        "max_age": timedelta(hours=9),
        "national_id_claim": "https://n.feide.no/claims/nin",
        "asks_userinfo": True,
    },
}

DOORS = {
    "idporten": _("For foresatte og ansatte. Du bruker BankID, MinID eller en annen elektronisk ID."),
    "feide": _("For ansatte og elever. Du bruker samme brukernavn og passord som ellers på skolen."),
}


def provider(slug: str) -> Provider:
    """The provider called `slug`. Raises KeyError when this installation has not been given a client there."""
    configured = settings.LOGIN_PROVIDERS[slug]
    if not configured["client_id"]:
        raise KeyError(slug)
    return Provider(slug=slug, **(FIXED[slug] | configured))


def providers() -> list[Provider]:
    """Those this installation has a client at; no other is offered."""
    return [provider(slug) for slug, configured in settings.LOGIN_PROVIDERS.items() if configured["client_id"]]
