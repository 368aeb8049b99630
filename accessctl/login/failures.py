"""Why a login did not succeed, and what each reason says to the person and to the log.

A page says what happened, what to do now and whom to contact. Nothing from the provider's message is shown.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Failure:
    """One kind of failure. `again` offers a new attempt, `leave` offers to log out at the provider."""

    slug: str
    status: int
    title: str | Promise
    text: str | Promise
    advice: str | Promise
    again: bool = True
    leave: bool = False


class LoginFailed(Exception):
    """Ends the login with the page of `failure`. `detail` is for the security log and holds no personal data."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure.slug)
        self.failure = failure
        self.detail = detail


CANCELLED = Failure(
    "cancelled",
    200,
    _("Du avbrøt innloggingen"),
    _("Du er ikke logget inn, og ingenting er endret."),
    _("Prøv igjen når du er klar, eller velg en annen måte å logge inn på."),
)
NEEDS_LOGIN = Failure(
    "login_required",
    200,
    _("Du må logge inn på nytt"),
    _("%(provider)s husker ikke lenger at du har logget inn."),
    _("Velg «Prøv igjen» og logg inn."),
)
PROVIDER_ERROR = Failure(
    "provider_error",
    503,
    _("%(provider)s svarer ikke som det skal"),
    _("Feilen ligger hos %(provider)s, ikke hos deg. Du er ikke logget inn."),
    _("Vent noen minutter og prøv igjen."),
)
UNREACHABLE = Failure(
    "unreachable",
    503,
    _("Vi får ikke kontakt med %(provider)s"),
    _("Derfor kan du ikke logge inn akkurat nå."),
    _("Vent noen minutter og prøv igjen. Hjelper ikke det, kan du prøve den andre måten å logge inn på."),
)
UNKNOWN = Failure(
    "unknown_error",
    502,
    _("Innloggingen stoppet"),
    _("%(provider)s ga et svar vi ikke kjenner. Du er ikke logget inn."),
    _("Prøv igjen. Skjer det flere ganger, kontakter du kommunen."),
)
NOT_OURS = Failure(
    "invalid",
    400,
    _("Innloggingen ble ikke fullført"),
    _("Svaret fra %(provider)s hører ikke til en innlogging som er i gang i denne nettleseren."),
    _("Kanskje du brukte tilbakeknappen eller ventet lenge. Start innloggingen på nytt."),
)
REJECTED = Failure(
    "rejected",
    400,
    _("Innloggingen ble ikke godkjent"),
    _("Vi kunne ikke bekrefte at svaret kommer fra %(provider)s. For sikkerhets skyld er du ikke logget inn."),
    _("Prøv igjen. Skjer det flere ganger, kontakter du kommunen."),
)
LEVEL_TOO_LOW = Failure(
    "level_too_low",
    403,
    _("Du må logge inn med en sikrere metode"),
    _("Måten du logget inn på, gir ikke sikkert nok svar på hvem du er."),
    _("Prøv igjen med BankID, MinID eller en annen metode på høyt nivå."),
)
NO_NATIONAL_ID = Failure(
    "no_national_id",
    403,
    _("Vi fikk ikke vite hvem du er"),
    _("%(provider)s sendte ikke fødselsnummer eller D-nummer, og da kan vi ikke finne deg i registrene."),
    _(
        "Logg inn med en elektronisk ID som er knyttet til fødselsnummer eller D-nummer. Er du ansatt, kan du bruke "
        "ID-porten i stedet for Feide. Kontakt skolen hvis du ikke har noen slik ID."
    ),
    leave=True,
)
NO_ACCOUNT = Failure(
    "no_account",
    403,
    _("Du har ikke tilgang her"),
    _("Du er logget inn hos %(provider)s, men er verken registrert som foresatt, ansatt eller elev i denne kommunen."),
    _(
        "Foresatte: Kontakt skolen til barnet. Har dere nettopp flyttet hit, kan det ta noen dager før du er "
        "registrert.\n\nAnsatte: Kontakt lederen din, som kan be kommunens administrator om tilgang."
    ),
    again=False,
    leave=True,
)
CLOSED = Failure(
    "closed",
    403,
    _("Tilgangen din er stengt"),
    _("Kommunen har stengt brukeren din."),
    _("Kontakt skolen eller lederen din hvis du mener at det er feil."),
    again=False,
    leave=True,
)
SOMEBODY_ELSE = Failure(
    "somebody_else",
    403,
    _("Du bekreftet med en annen person"),
    _("Den som bekreftet, er ikke den samme som er logget inn. Ingenting er endret."),
    _("Bekreft med din egen elektroniske ID, eller logg ut først."),
    again=False,
)
IDENTITY_CONFLICT = Failure(
    "identity_conflict",
    403,
    _("Innloggingen må rettes av kommunen"),
    _("Opplysningene fra %(provider)s stemmer ikke med dem vi har fra før."),
    _("Kontakt kommunen, så retter de det. Logg inn på den andre måten hvis det haster."),
    again=False,
    leave=True,
)

FROM_PROVIDER: dict[str, Failure] = {
    "access_denied": CANCELLED,
    "login_required": NEEDS_LOGIN,
    "interaction_required": NEEDS_LOGIN,
    "server_error": PROVIDER_ERROR,
    "temporarily_unavailable": PROVIDER_ERROR,
}
