"""What a run could not understand or leaves to a person. A remark names a record by number, never a person."""

import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

# A value is repeated in a remark only when it can be nothing but a code word.
CODE_WORD = re.compile(r"[A-Za-zÆØÅæøå_-]{1,40}")


class Code(StrEnum):
    UNKNOWN_VALUE = "unknown_value"
    NAME_MISSING = "name_missing"
    BIRTH_DATE_MISSING = "birth_date_missing"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    REPEATED_RECORD = "repeated_record"
    SUPERSEDED = "superseded"
    TWO_PERSONS = "two_persons"
    NOT_RESIDENT = "not_resident"
    PROTECTION_ON = "protection_on"
    PROTECTION_LOWER = "protection_lower"
    RESPONSIBILITY_OTHERS = "responsibility_others"
    RESPONSIBILITY_UNCLEAR = "responsibility_unclear"
    GUARDIAN_WITHOUT_NUMBER = "guardian_without_number"
    GUARDIAN_DECEASED = "guardian_deceased"
    NO_GUARDIAN = "no_guardian"
    RELATION_ENDED = "relation_ended"
    GUARDIAN_LOST = "guardian_lost"
    RELATION_BACK = "relation_back"
    PORTAL_CLOSED = "portal_closed"
    NOT_ENROLLED = "not_enrolled"
    ALREADY_PLACED = "already_placed"


@dataclass(frozen=True, order=True)
class Remark:
    """`record` counts from 1 in the file; `detail` is a field or a code word, never personal data."""

    record: int
    code: str
    detail: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def code_word(value: str) -> str:
    """The value when it can only be a code, otherwise three dots: a misplaced name or number must not be repeated."""
    return value if CODE_WORD.fullmatch(value) else "…"


def sentence(code: str, detail: str = "") -> str:
    """What a remark means and what to do about it."""
    return SENTENCES[Code(code)]().format(detail=detail)


SENTENCES = {
    Code.UNKNOWN_VALUE: lambda: _("Ukjent verdi: {detail}. Den er behandlet på den strengeste måten."),
    Code.NAME_MISSING: lambda: _("Navn mangler. Legg inn navnet for hånd."),
    Code.BIRTH_DATE_MISSING: lambda: _("Fødselsdato mangler."),
    Code.BIRTH_DATE_DIFFERS: lambda: _("Fødselsdatoen stemmer ikke med nummeret. Kontroller den i Folkeregisteret."),
    Code.REPEATED_RECORD: lambda: _("Samme post står også tidligere i filen, og er lest én gang."),
    Code.SUPERSEDED: lambda: _("Nummeret er opphørt. Personen leses fra posten med det nye nummeret."),
    Code.TWO_PERSONS: lambda: _("Nytt og tidligere nummer hører til to personer her. Slå dem sammen for hånd."),
    Code.NOT_RESIDENT: lambda: _("Personstatus er {detail}. Vurder om eleven skal meldes ut."),
    Code.PROTECTION_ON: lambda: _("Adressesperre er slått på. Åpne portalen for hver foresatt som skal ha tilgang."),
    Code.PROTECTION_LOWER: lambda: _(
        "Registeret har lavere adressesperre enn her. Sperren står; to personer må oppheve den."
    ),
    Code.RESPONSIBILITY_OTHERS: lambda: _(
        "Foreldreansvaret ligger hos andre. Dokumenter ansvaret og opprett relasjonen for hånd."
    ),
    Code.RESPONSIBILITY_UNCLEAR: lambda: _("Foreldreansvaret er ikke avklart ({detail}). Ingen tilgang er gitt."),
    Code.GUARDIAN_WITHOUT_NUMBER: lambda: _("En foreldreansvarlig mangler nummer. Følg opp for hånd."),
    Code.GUARDIAN_DECEASED: lambda: _("En foreldreansvarlig er registrert som død. Ingen tilgang."),
    Code.NO_GUARDIAN: lambda: _("Barnet har ingen foresatt med tilgang etter denne innlesingen. Følg opp for hånd."),
    Code.RELATION_ENDED: lambda: _("En foresatt har ikke lenger foreldreansvar. Relasjonen og tilgangen er avsluttet."),
    Code.GUARDIAN_LOST: lambda: _(
        "En foresatt har ikke lenger foreldreansvar. Tilgangen er stengt til noen har avgjort saken."
    ),
    Code.RELATION_BACK: lambda: _(
        "En foresatt har fått foreldreansvar igjen. Relasjonen er foreslått og må bekreftes."
    ),
    Code.PORTAL_CLOSED: lambda: _(
        "Foreldreansvaret er endret til en ukjent verdi. Tilgangen er stengt til den er vurdert."
    ),
    Code.NOT_ENROLLED: lambda: _("Barnet er ikke satt i klassen, fordi det ikke er bosatt i landet."),
    Code.ALREADY_PLACED: lambda: _("Barnet har allerede en annen plass eller klasse i år, og er ikke flyttet."),
}
