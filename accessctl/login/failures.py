"""Why a login did not succeed, and what each reason says to the person and to the log.

A page says what happened, what to do now and whom to contact. Nothing from the provider's message is shown.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.login.providers import Provider


class Contact(StrEnum):
    """Who can help; the page shows how to reach them (templates/accessctl/contacts.html)."""

    SUPPORT = "support"
    SCHOOL = "school"
    REGISTER = "register"
    ACCESS = "access"
    EID = "eid"
    FEIDE = "feide"


@dataclass(frozen=True)
class Failure:
    """One kind of failure. `again` offers a new attempt, `leave` offers to log out at the provider."""

    slug: str
    status: int
    title: str | Promise
    text: str | Promise
    advice: str | Promise
    contacts: tuple[Contact, ...] = ()
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
    (Contact.EID,),
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
    (Contact.SUPPORT,),
)
UNREACHABLE = Failure(
    "unreachable",
    503,
    _("Vi får ikke kontakt med %(provider)s"),
    _("Derfor kan du ikke logge inn akkurat nå."),
    _(
        "Vent noen minutter og prøv igjen. Hjelper ikke det, kan du prøve den andre måten å logge inn på. Haster det, "
        "ringer du skolen."
    ),
    (Contact.SCHOOL, Contact.SUPPORT),
)
UNKNOWN = Failure(
    "unknown_error",
    502,
    _("Innloggingen stoppet"),
    _("%(provider)s ga et svar vi ikke kjenner. Du er ikke logget inn."),
    _("Prøv igjen. Skjer det flere ganger, kontakter du kommunens brukerstøtte."),
    (Contact.SUPPORT,),
)
NOT_OURS = Failure(
    "invalid",
    400,
    _("Innloggingen ble ikke fullført"),
    _("Svaret fra %(provider)s hører ikke til en innlogging som er i gang i denne nettleseren."),
    _(
        "Kanskje du brukte tilbakeknappen, ventet lenge eller har slått av informasjonskapsler. Start innloggingen på "
        "nytt."
    ),
)
REJECTED = Failure(
    "rejected",
    400,
    _("Innloggingen ble ikke godkjent"),
    _("Vi kunne ikke bekrefte at svaret kommer fra %(provider)s. For sikkerhets skyld er du ikke logget inn."),
    _("Prøv igjen. Skjer det flere ganger, kontakter du kommunens brukerstøtte."),
    (Contact.SUPPORT,),
)
LEVEL_TOO_LOW = Failure(
    "level_too_low",
    403,
    _("Du må logge inn med en sikrere metode"),
    _("Måten du logget inn på, gir ikke sikkert nok svar på hvem du er."),
    _(
        "Prøv igjen, og velg BankID, Buypass eller en annen elektronisk ID på høyt nivå. Har du ingen slik, kan skolen "
        "hjelpe deg på andre måter."
    ),
    (Contact.EID, Contact.SCHOOL),
)
NOT_CONFIRMED = Failure(
    "not_confirmed",
    403,
    _("Vi kunne ikke bekrefte hvem du er"),
    _("%(provider)s sa ikke at du logget inn nå, bare at du har logget inn tidligere. Ingenting er åpnet."),
    _("Prøv igjen. Spør %(provider)s ikke etter innlogging da heller, logger du ut og bruker ID-porten."),
    (Contact.SUPPORT,),
)
NO_NATIONAL_ID = Failure(
    "no_national_id",
    403,
    _("Vi fikk ikke vite hvem du er"),
    _("%(provider)s sendte ikke fødselsnummer eller D-nummer, og da kan vi ikke finne deg i registrene."),
    _(
        "Logg inn med en elektronisk ID som er knyttet til fødselsnummer eller D-nummer. Har du ingen slik ID, "
        "kontakter du skolen."
    ),
    (Contact.EID, Contact.SCHOOL),
    leave=True,
)
NO_NATIONAL_ID_AT_FEIDE = Failure(
    "no_national_id_feide",
    403,
    _("Feide fortalte oss ikke hvem du er"),
    _("Fødselsnummeret mangler i opplysningene Feide har om deg, og uten det kan vi ikke finne deg i registrene."),
    _("Ansatte kan logge inn med ID-porten i stedet. Den som har ansvar for Feide i kommunen, må rette feilen."),
    (Contact.FEIDE,),
    leave=True,
)
NO_ACCOUNT = Failure(
    "no_account",
    403,
    _("Du har ikke tilgang her"),
    _("Du er logget inn hos %(provider)s, men er verken registrert som foresatt, ansatt eller elev i denne kommunen."),
    _(
        "Er du foresatt? Tilgangen følger foreldreansvaret i Folkeregisteret. Har dere nettopp flyttet hit, kan det ta "
        "noen dager. Kontakt skolen til barnet hvis du venter på tilgang.\n\nEr du ansatt? Tilgang må bestilles før du "
        "kan logge inn. Be lederen din eller skoleadmin ved skolen om å gjøre det."
    ),
    (Contact.SCHOOL, Contact.REGISTER, Contact.ACCESS),
    again=False,
    leave=True,
)
NO_ACCOUNT_AT_FEIDE = Failure(
    "no_account_feide",
    403,
    _("Du har ikke tilgang her"),
    _("Du er logget inn med Feide, men er verken registrert som ansatt eller elev i denne kommunen."),
    _(
        "Er du ansatt? Tilgang må bestilles før du kan logge inn. Be lederen din eller skoleadmin ved skolen om å "
        "gjøre det.\n\nEr du elev? Si fra til kontaktlæreren din.\n\nEr du foresatt? Logg inn med ID-porten i stedet."
    ),
    (Contact.ACCESS,),
    again=False,
    leave=True,
)
CLOSED = Failure(
    "closed",
    403,
    _("Tilgangen din er stengt"),
    _("Kommunen har stengt brukeren din."),
    _(
        "Er du ansatt og mener at det er feil, ber du lederen din eller skoleadmin om å bestille tilgang på nytt. Er "
        "du foresatt, kontakter du skolen til barnet."
    ),
    (Contact.ACCESS, Contact.SCHOOL),
    again=False,
    leave=True,
)
SOMEBODY_ELSE = Failure(
    "somebody_else",
    403,
    _("En annen person bekreftet"),
    _(
        "Den som bekreftet, er ikke den samme som var logget inn. For sikkerhets skyld er begge logget ut her. "
        "Ingenting er åpnet eller endret."
    ),
    _("Logg inn på nytt med din egen elektroniske ID."),
    again=False,
    leave=True,
)
IDENTITY_CONFLICT = Failure(
    "identity_conflict",
    403,
    _("Innloggingen må rettes av kommunen"),
    _("Opplysningene fra %(provider)s stemmer ikke med dem vi har fra før."),
    _("Kontakt kommunens brukerstøtte, så retter de det. Logg inn på den andre måten hvis det haster."),
    (Contact.SUPPORT,),
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
# What the answer to a request to confirm is when another person than the one logged in gave it.
ANOTHER_PERSON = (SOMEBODY_ELSE, NO_ACCOUNT, NO_ACCOUNT_AT_FEIDE, CLOSED, IDENTITY_CONFLICT)


def no_account(provider: Provider) -> Failure:
    return NO_ACCOUNT_AT_FEIDE if provider.slug == "feide" else NO_ACCOUNT


def no_national_id(provider: Provider) -> Failure:
    return NO_NATIONAL_ID_AT_FEIDE if provider.slug == "feide" else NO_NATIONAL_ID
