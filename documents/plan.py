"""The documentation plan (arkivlova § 8): what arises here, where it goes and why, read from the settings in force."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.login.providers import providers
from accessctl.models import Municipality, Role, School
from accessctl.permissions import Permission
from archive import systems
from archive.models import SchoolArchiveSettings
from documents import sealing
from documents.models import DocumentType, OlderSource
from documents.where import day_in_words, is_coming
from schoolapp.lib import clock

Text = str | Promise
DOCUMENT_RIGHTS = (
    Permission.VIEW_DOCUMENT,
    Permission.WRITE_DOCUMENT,
    Permission.DELETE_DOCUMENT,
    Permission.VIEW_ARCHIVE_LOG,
    Permission.RUN_ARCHIVE,
    Permission.EDIT_ARCHIVE_SETTINGS,
    Permission.EDIT_TEMPLATES,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what it is about, and a table. Every cell is text in the language of the reader."""

    slug: str
    title: str
    intro: str
    head: list[str]
    rows: list[list[str]]

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Each cell with the heading of its column, for narrow screens."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Plan:
    """`version` is the same as long as what the plan says is the same."""

    municipality: str
    day: date
    version: str
    sections: list[Section]


def plan() -> Plan:
    municipality = Municipality.objects.first()
    sections = [
        schools(),
        document_types(),
        archiving(),
        folders(),
        retention(),
        integrations(),
        roles(),
        storage(),
        older(),
    ]
    said = json.dumps([asdict(section) for section in sections], ensure_ascii=False, sort_keys=True)
    number = hashlib.sha256(said.encode()).hexdigest()[:8]
    return Plan(municipality.name if municipality else "", clock.today(), number, sections)


def section(slug: str, title: str, intro: str, head: Iterable[Text], rows: Iterable[Iterable[Text]]) -> Section:
    return Section(slug, title, intro, [str(each) for each in head], [[str(cell) for cell in row] for row in rows])


def yes_or_no(value: object) -> str:
    return _("Ja") if value else _("Nei")


def schools() -> Section:
    rows = ((school.name, school.org_number, label_of(school, "kind")) for school in School.objects.order_by("name"))
    intro = _("Arkivskaper er kommunen. Disse enhetene lager dokumenter i systemet.")
    return section("enheter", _("Enheter"), intro, (_("Skole"), _("Org.nr."), _("Skoleslag")), rows)


def label_of(row: Model, field: str) -> str:
    """A choice in words."""
    return str(getattr(row, f"get_{field}_display")())


def document_types() -> Section:
    kinds = DocumentType.objects.filter(is_active=True).select_related("basis").order_by("number", "slug")
    head = (
        *(_("Dokumenttype"), _("Hvor det lages"), _("Kanal"), _("Mappe"), _("Arkivering"), _("Arkiveres av")),
        *(_("Frist"), _("Journalpost"), _("Tilgangskode og hjemmel"), _("Følsomhet")),
    )
    intro = _("Alle dokumenttypene, med regelen hver av dem følger.")
    return section("dokumenttyper", _("Dokumenttyper"), intro, head, (type_row(kind) for kind in kinds))


def type_row(kind: DocumentType) -> list[Text]:
    owners = dict(DocumentType.Owner.choices)
    is_archived = kind.archive_mode != DocumentType.ArchiveMode.NEVER
    return [
        _("%(kind)s (ikke tatt i bruk ennå)") % {"kind": kind} if is_coming(kind) else str(kind),
        label_of(kind, "made_in"),
        label_of(kind, "channel"),
        label_of(kind, "folder"),
        label_of(kind, "archive_mode"),
        ", ".join(str(owners.get(owner, owner)) for owner in kind.archived_by) or "–",
        ", ".join(day_in_words(day) for day in kind.deadlines) or "–",
        f"{kind.registry_type}, {kind.registry_status}" if is_archived else "–",
        ", ".join(filter(None, (kind.access_code, kind.legal_basis))) or "–",
        label_of(kind, "sensitivity"),
    ]


def archiving() -> Section:
    times = ", ".join(settings.ARCHIVE_RUN_TIMES)
    rows = [
        (_("Arkivsystem"), str(systems.current())),
        (_("Overføring"), _("Til faste tider: %(times)s. Kan også startes for hånd.") % {"times": times}),
        (_("Når"), _("«Alltid» går når dokumentet er ferdigstilt. «Kan velges» går når saksbehandler ber om det.")),
        (_("Format"), _("PDF/A-1b (fmt/354). Filer uten godkjent arkivformat kan ikke ferdigstilles.")),
        (_("Uendret"), _("SHA-256 for hver fil. Databasen nekter endring av ferdigstilte dokumenter.")),
        (_("Rettelser"), _("En rettelse er en ny versjon og en ny journalpost. Den forrige blir stående.")),
        (_("Bevis"), _("Et dokument er arkivert først når arkivet på spørsmål oppgir samme fil og nøkkel.")),
        (_("Sletting"), _("Det som er arkivert, slettes aldri. Annet slettes med særskilt tilgang og begrunnelse.")),
    ]
    return section("arkivering", _("Arkivering"), "", (_("Regel"), _("Slik er det")), rows)


def folders() -> Section:
    rows = SchoolArchiveSettings.objects.select_related("school").order_by("school__name")
    head = (_("Skole"), _("Arkivdel for elevmapper"), _("Arkivdel for skolemapper"), _("Tilgangsgruppe"))
    cells = ((row.school.name, row.pupil_series, row.school_series, row.access_group or "–") for row in rows)
    intro = _("Hver elev har en elevmappe, klassert på fødselsnummer. Hver skole har en skolemappe for hvert skoleår.")
    return section("mapper", _("Mapper og arkivdeler"), intro, head, cells)


def retention() -> Section:
    rows = [
        (_("Vitnemål, karakterprotokoller og klasselister"), _("Bevares")),
        (_("Vanlige elevsaker"), _("Vurderes etter 10 år")),
        (_("SFO"), _("Vurderes etter 10 år")),
        (_("Skoleskyss"), _("Vurderes etter 5 år")),
        (_("Prøver"), _("Vurderes etter 3 år")),
        (_("Eksamensbesvarelser"), _("Vurderes når klagefristen er ute")),
        (_("Meldinger, fravær og utkast"), _("Slettes her etter at det arkivverdige er overført")),
    ]
    intro = _(
        "Veiledende. Kommunens vedtatte bevarings- og kassasjonsplan går foran. Kassasjon i arkivet krever hjemmel i "
        "forskrift eller tillatelse fra Nasjonalarkivet (arkivlova § 13)."
    )
    return section("bevaring", _("Bevaring og kassasjon"), intro, (_("Hva"), _("Bevaring")), rows)


def integrations() -> Section:
    named = {provider.slug: provider for provider in providers()}
    rows = [
        (_("Innlogging: ID-porten"), yes_or_no("idporten" in named), _("innbyggere og ansatte")),
        (_("Innlogging: Feide"), yes_or_no("feide" in named), _("ansatte og elever")),
        (_("Arkiv"), str(systems.current()), _("dokumenter, journalposter og mapper")),
        (_("SvarUt"), yes_or_no(settings.SVARUT["account_id"]), _("brev til foresatte")),
        (_("Folkeregisteret gjennom KS Fiks"), yes_or_no(settings.KSFIKS["role_id"]), _("personer og foreldreansvar")),
        (_("Elektronisk segl"), yes_or_no(sealing.is_configured()), _("kommunens segl på ferdigstilte dokumenter")),
    ]
    head = (_("Integrasjon"), _("I bruk"), _("Hva som utveksles"))
    return section("integrasjoner", _("Integrasjoner"), "", head, rows)


def roles() -> Section:
    wanted = {right.value: right for right in DOCUMENT_RIGHTS}
    rows = []
    for role in Role.objects.filter(is_active=True).order_by("name"):
        rights = [str(right.label) for value, right in wanted.items() if value in role.permissions]
        if rights:
            rows.append((role.name, label_of(role, "reach"), ", ".join(rights)))
    intro = _(
        "Rollene som gir tilgang til dokumenter og arkiv. Særskilte tilganger kommer i tillegg, med slutt og grunn."
    )
    return section("roller", _("Roller"), intro, (_("Rolle"), _("Rekkevidde"), _("Rettigheter")), rows)


def storage() -> Section:
    backend = settings.STORAGES["default"]["BACKEND"].rpartition(".")[2]
    kind = _("lokal mappe") if backend == "FileSystemStorage" else _("objektlager (%(name)s)") % {"name": backend}
    rows = [
        (_("Filer"), kind),
        (_("Opplysninger"), "PostgreSQL"),
        (_("Innsyn"), _("Hver åpning av et dokument blir loggført, og loggen er forseglet.")),
        (_("Endringer"), _("Endringer av dokumenter, maler, typer og roller har en historikk som ikke kan endres.")),
    ]
    return section("lagring", _("Lagring"), "", (_("Hva"), _("Hvor og hvordan")), rows)


def older() -> Section:
    rows = ((str(source), source.text, source.url or "–") for source in OlderSource.objects.filter(is_active=True))
    intro = _("Dokumenter fra før dette systemet.")
    return section("eldre", _("Eldre dokumenter"), intro, (_("Sted"), _("Hva"), _("Lenke")), rows)
