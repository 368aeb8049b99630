"""Which merge fields each kind of letter has, and who fills them in: the register, or the person who writes.

This list is the whole world of a template; what is not listed here does not exist. No field holds an address or contact
detail that the register knows of a person, so address protection cannot leak through a letter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    ROWS = "rows"


class Source(StrEnum):
    RECORD = "record"
    AUTHOR = "author"
    FLOW = "flow"  # put in by what makes the document; nobody types it


@dataclass(frozen=True, slots=True)
class Field:
    """One merge field. `sample` is made up, for previews of a template; rows have one part, `tekst` unless told."""

    name: str
    label: Promise
    sample: str
    source: Source = Source.AUTHOR
    kind: Kind = Kind.LINE
    required: bool = True
    help: Promise | str = ""
    part: str = "tekst"
    initial: str = ""

    @property
    def parts(self) -> frozenset[str] | None:
        return frozenset({self.part}) if self.kind == Kind.ROWS else None


def record(name: str, label: Promise, sample: str, *, required: bool = True, rows_of: str = "") -> Field:
    kind = Kind.ROWS if rows_of else Kind.LINE
    return Field(name, label, sample, Source.RECORD, kind, required, part=rows_of)


RECORD_FIELDS: tuple[Field, ...] = (
    record("elev_fornavn", _("Elevens fornavn"), "Ola"),
    record("elev_navn", _("Elevens navn"), "Ola Eksempel"),
    record("klasse", _("Elevens klasse"), "5A"),
    record("trinn", _("Elevens trinn"), "5. trinn"),
    record("foresatte", _("Navn på foresatte"), "Kari Eksempel\nPer Eksempel", required=False, rows_of="navn"),
    record("skole", _("Skolens navn"), "Eksempel skole"),
    record("skole_adresse", _("Skolens adresse"), "Skoleveien 1, 0000 Eksempelby", required=False),
    record("skole_telefon", _("Skolens telefon"), "00 00 00 00", required=False),
    record("skole_epost", _("Skolens e-post"), "skole@eksempel.invalid", required=False),
    record("kommune", _("Kommunens navn"), "Eksempel kommune"),
    record("dato", _("Dagens dato"), "14.08.2026"),
    record("skoleaar", _("Skoleåret"), "2026/2027", required=False),
    record("avsender", _("Navnet ditt"), "Lise Lærer"),
)


def flow(name: str, label: Promise, sample: str, *, required: bool = False, is_list: bool = False) -> Field:
    return Field(name, label, sample, Source.FLOW, Kind.ROWS if is_list else Kind.LINE, required)


MEETING_DATE = Field("moetedato", _("Dato for møtet"), "14.09.2026", kind=Kind.DATE)
TIME = Field("klokkeslett", _("Klokkeslett"), "08.30", kind=Kind.TIME, help=_("For eksempel 08.30."))
PLACE = Field("sted", _("Sted"), "Møterom 2", help=_("Hvor på skolen, for eksempel «Møterom 2»."))
REPLY_BY = Field("svarfrist", _("Svarfrist"), "07.09.2026", kind=Kind.DATE)
START = Field("startdato", _("Første skoledag"), "18.08.2026", kind=Kind.DATE)
TOPIC = Field("tema", _("Tema"), "Hvordan Ola har det på skolen", help=_("Hva saken gjelder, i noen få ord."))
INTRO = Field(
    "innledning",
    _("Innledning"),
    "Vi ønsker å snakke med dere om hvordan skoleåret har begynt.",
    kind=Kind.TEXT,
    required=False,
    help=_("Noen setninger om hvorfor dere skriver. Lag et nytt avsnitt med en tom linje."),
)
ITEMS = Field(
    "saker",
    _("Dette skal vi snakke om"),
    "Trivsel og venner\nFaglig utvikling",
    kind=Kind.ROWS,
    required=False,
    help=_("Skriv én sak på hver linje."),
)
PARTICIPANTS = Field(
    "deltakere",
    _("Hvem som kommer fra skolen"),
    "Lise Lærer, kontaktlærer\nRolf Rektor, rektor",
    kind=Kind.ROWS,
    required=False,
    help=_("Skriv én person på hver linje, med rolle."),
)
REASONS = Field(
    "begrunnelse",
    _("Begrunnelse"),
    "Vi har lagt vekt på hvor familien bor, og på at det er ledig plass på trinnet.",
    kind=Kind.TEXT,
    help=_("Skriv hva dere har lagt vekt på. Lag et nytt avsnitt med en tom linje."),
)
SUBJECTS = Field("fag", _("Fag"), "Matematikk\nEngelsk", kind=Kind.ROWS, help=_("Skriv ett fag på hver linje."))
WHAT = Field(
    "hendelser",
    _("Hva varselet bygger på"),
    "Ola har kommet for sent til timen ni ganger siden skolestart.",
    kind=Kind.TEXT,
    help=_("Skriv nøytralt hva som har skjedd, og når."),
)
NEXT = Field(
    "tiltak",
    _("Hva skolen og eleven kan gjøre"),
    "Vi avtaler faste samtaler hver mandag.",
    kind=Kind.TEXT,
    help=_("Skriv hva som skal til for at dette skal bli bedre."),
)
TERM = Field("periode", _("Periode"), "første termin", help=_("For eksempel «første termin» eller «skoleåret»."))
CONTACT = Field("kontaktperson", _("Kontaktperson"), "Lise Lærer", required=False)
PHONE = Field("kontakttelefon", _("Telefon til kontaktperson"), "00 00 00 00", required=False)
HEADLINE = Field("overskrift", _("Overskrift"), "Innskriving av nye elever", help=_("Si hva brevet handler om."))
BODY = Field(
    "tekst",
    _("Tekst"),
    "Vi tar imot Ola i resepsjonen.\n\nTa gjerne kontakt om dere lurer på noe.",
    kind=Kind.TEXT,
    help=_("Lag et nytt avsnitt med en tom linje."),
)
PLACED_AT = Field("tildelt_skole", _("Skolen eleven får plass ved"), "Eksempel skole")
PLACED_IN = Field("plass_trinn", _("Trinnet eleven får plass på"), "5. trinn")
FROM = Field("fra_dato", _("Plassen gjelder fra"), "18.08.2026", kind=Kind.DATE)
TO = Field("til_dato", _("Til og med"), "21.08.2026", kind=Kind.DATE)
MEETING_POINT = Field("oppmoete", _("Oppmøtested"), "Svømmehallen, hovedinngangen")
BRING = Field("ta_med", _("Dette må eleven ha med"), "Badetøy\nHåndkle", kind=Kind.ROWS, required=False)

# A transfer notice holds what the law opens and nothing else, so no part of it is typed in the editor (handbook 2.3).
TRANSFER_NOTICE = (
    flow("mottaker", _("Mottaker"), "Eksempel skole i Eksempelby kommune"),
    flow("siste_dag", _("Siste dag på skolen"), "14.08.2026"),
    flow("grunnlag", _("Opplysninger om skolegangen"), "Trinn: 5. trinn\nMålform: bokmål", required=True, is_list=True),
    flow("tilpasning", _("Opplysninger for å tilpasse opplæringen"), "Ola arbeider best i liten gruppe."),
    flow("tillatelse", _("Hvem som har gitt tillatelse"), "Kari Eksempel, 10.08.2026"),
    flow("plikt", _("Opplysninger skolen har plikt til å dele"), "Ola trenger følge i friminuttene."),
    flow("plikt_grunn", _("Begrunnelse for plikten"), "Det trengs for at de andre elevene skal ha det trygt."),
)

# What guardians send is a file; this is the page in front of it.
GUARDIANS_NOTICE = (
    flow("gjelder", _("Hva meldingen gjelder"), "Overgang til privatskole", required=True),
    flow("fra", _("Hvem meldingen er fra"), "Kari Eksempel"),
    flow("mottatt", _("Mottatt"), "14.08.2026", required=True),
)

AUTHOR_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "enkeltvedtak-skoleplass": (PLACED_AT, PLACED_IN, FROM, REASONS, CONTACT, PHONE),
    "innkalling-moete": (MEETING_DATE, TIME, PLACE, TOPIC, INTRO, ITEMS, PARTICIPANTS, REPLY_BY, CONTACT, PHONE),
    "invitasjon-innskriving": (MEETING_DATE, TIME, PLACE, INTRO, REPLY_BY, CONTACT, PHONE),
    "intensivuke-svoemming": (FROM, TO, TIME, MEETING_POINT, BRING, REPLY_BY, CONTACT, PHONE),
    "varsel-orden-oppfoersel": (TERM, WHAT, NEXT, MEETING_DATE, CONTACT, PHONE),
    "varsel-manglende-grunnlag": (TERM, SUBJECTS, WHAT, NEXT, CONTACT, PHONE),
    "velkommen-skoleplass": (PLACED_AT, START, TIME, MEETING_POINT, INTRO, CONTACT, PHONE),
    "brev-personopplysninger": (HEADLINE, BODY, REPLY_BY, CONTACT, PHONE),
    "flyttemelding": TRANSFER_NOTICE,
    "melding-foresatte": GUARDIANS_NOTICE,
}
OPTIONAL_IN: Mapping[str, frozenset[str]] = {
    "innkalling-moete": frozenset({"svarfrist"}),
    "brev-personopplysninger": frozenset({"svarfrist"}),
    "varsel-orden-oppfoersel": frozenset({"moetedato"}),
}
GENERAL: tuple[Field, ...] = (HEADLINE, BODY, CONTACT, PHONE)


def fields_of(slug: str) -> dict[str, Field]:
    """All fields a template of this document type may use. A type the municipality made itself has the general ones."""
    return {field.name: field for field in (*RECORD_FIELDS, *AUTHOR_FIELDS.get(slug, GENERAL))}


def is_made_by_flow(slug: str) -> bool:
    """Whether documents of this type are made by a flow of another app, and never written or added to here."""
    return any(field.source == Source.FLOW for field in AUTHOR_FIELDS.get(slug, ()))


FLOW_TYPES = tuple(slug for slug in AUTHOR_FIELDS if is_made_by_flow(slug))


def allowed_in(slug: str) -> dict[str, frozenset[str] | None]:
    """What the merge language may see for this type."""
    return {name: field.parts for name, field in fields_of(slug).items()}


def is_required(slug: str, field: Field) -> bool:
    return field.required and field.name not in OPTIONAL_IN.get(slug, frozenset())


def author_fields(slug: str, used: Iterable[str]) -> list[Field]:
    """The fields the author fills in, in the order of the list: those the template uses."""
    wanted = set(used)
    return [f for f in fields_of(slug).values() if f.source == Source.AUTHOR and f.name in wanted]


def rows(text: str, part: str) -> list[dict[str, str]]:
    """A list field as it is typed, one row per line."""
    return [{part: line.strip()} for line in text.splitlines() if line.strip()]


def sample_data(slug: str) -> dict[str, str | list[dict[str, str]]]:
    """Made-up values for every field, for previews of a template."""
    return {f.name: rows(f.sample, f.part) if f.kind == Kind.ROWS else f.sample for f in fields_of(slug).values()}
