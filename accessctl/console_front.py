"""The front page of the municipal administration: what the administrator comes to do, in groups."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission as P

Text = str | Promise


@dataclass(frozen=True)
class Task:
    """One line: a screen made for the job when there is one, and else the register `model` ("app.Model")."""

    label: Text
    what_for: Text
    url_names: tuple[str, ...] = ()
    permission: P = P.ADMINISTER
    model: str = ""
    # What to say instead of a bare nought, of a register the system fills itself.
    when_empty: Text = ""


@dataclass(frozen=True)
class Line:
    label: Text
    what_for: Text
    url: str
    count: int | None


def register(model: str, label: Text, what_for: Text, *, permission: P = P.ADMINISTER, when_empty: Text = "") -> Task:
    url_name = f"admin:{model.lower().replace('.', '_')}_changelist"
    return Task(label, what_for, (url_name,), permission, model, when_empty)


GROUPS: tuple[tuple[Text, tuple[Task, ...]], ...] = (
    (
        _("Skoler og kommune"),
        (
            register("accessctl.School", _("Skoler"), _("Navn, adresse, telefon og målform for hver skole.")),
            register(
                "schools.SchoolYear", _("Skoleår"), _("Når skoleåret begynner og slutter, og hvilket som er i gang.")
            ),
            register("schools.Subject", _("Fag"), _("Fagene gruppene kan ha, også lokale fag.")),
            register(
                "accessctl.Municipality",
                _("Kommunen"),
                _("Navn og målform, og hvem folk skal kontakte når de ikke kommer inn."),
            ),
        ),
    ),
    (
        _("Folk og grupper"),
        (
            register("staff.Employee", _("Ansatte"), _("Hvem som er ansatt, med ansattnummer, initialer og stilling.")),
            Task(
                _("Ansattsynk"),
                _("Hva som ble lest inn fra HR, hvem som manglet i filen, og hvilken skole hver enhet er."),
                ("staff:sync",),
                P.SYNC_STAFF,
            ),
            register("staff.PayCode", _("Lønnsarter"), _("Lønnsartene skolene bruker i variabel lønn.")),
            register(
                "staff.TeachingNorm",
                _("Årsrammer for undervisning"),
                _("Timer i året for en full lærerstilling."),
                when_empty=_("tallene i arbeidstidsavtalen brukes"),
            ),
            register(
                "students.Group",
                _("Klasser og grupper"),
                _("Klassene og gruppene ved skolene."),
                permission=P.VIEW_GROUPS,
            ),
            register(
                "students.GroupStaffing",
                _("Hvem som har gruppene"),
                _("Kontaktlærere og faglærere. Dette gir lærerne tilgang til elevene."),
                permission=P.VIEW_GROUPS,
            ),
            Task(
                _("Foresatte og tilgang til barn"),
                _("Foreslå, godkjenne og avslutte tilgang for foresatte."),
                ("guardians:queue",),
                P.EDIT_RELATIONS,
            ),
            Task(
                _("Adressesperre"),
                _("Skjermede familier: åpne portalen og oppheve skjerming."),
                ("guardians:protected",),
                P.MANAGE_PROTECTION,
            ),
        ),
    ),
    (
        _("Roller og tilganger"),
        (
            Task(_("Roller"), _("Hva hver rolle gir rett til."), ("roles:list",), P.EDIT_ROLES),
            Task(
                _("Gi roller"),
                _("Gi og avslutte roller og særskilte tilganger."),
                ("rights:people",),
                P.GIVE_ROLES,
            ),
            Task(
                _("Rollekatalog"),
                _("Alle roller og rettigheter, klar for utskrift."),
                ("roles:catalogue",),
                P.EDIT_ROLES,
            ),
            register(
                "accessctl.User",
                _("Brukere og innlogginger"),
                _("Steng en bruker, eller avslutt innloggingene når en telefon er mistet."),
            ),
        ),
    ),
    (
        _("Dokumenter og arkiv"),
        (
            Task(
                _("Dokumenttyper og maler"),
                _("Arkivering, unntakshjemmel og følsomhet for hver type, og teksten i brev og vedtak."),
                ("documents:templates",),
                P.EDIT_TEMPLATES,
            ),
            Task(
                _("Brevhoder"),
                _("Det som står øverst i brevene fra skolene."),
                ("documents:letterheads",),
                P.EDIT_TEMPLATES,
            ),
            Task(
                _("Dokumentasjonsplan"),
                _("Hva som oppstår, hvor det går, og hvorfor, laget av oppsettet."),
                ("documents:plan",),
                P.EDIT_TEMPLATES,
            ),
            register(
                "documents.OlderSource",
                _("Eldre dokumenter"),
                _("Hvor dokumenter fra før dette systemet ligger, og hvilke elever det gjelder."),
                permission=P.EDIT_TEMPLATES,
            ),
            Task(
                _("Oppsett for arkiv"),
                _("Saksansvarlig og arkivdel for hver skole."),
                ("archive:setup",),
                P.EDIT_ARCHIVE_SETTINGS,
            ),
            register(
                "messaging.Price",
                _("Priser for utsendinger"),
                _("Hva ett brev og én SMS koster, og fra når."),
            ),
            Task(_("Utsendinger"), _("Brev som er sendt, og hva de koster."), ("messaging:log",), P.VIEW_ARCHIVE_LOG),
            Task(_("Arkivlogg"), _("Hva som er arkivert, og hva som må rettes."), ("archive:log",), P.VIEW_ARCHIVE_LOG),
        ),
    ),
    (
        _("Drift og logg"),
        (
            register(
                "archive.Peer",
                _("Forbindelsen til arkivet"),
                _("Om arkivsystemet svarer."),
                permission=P.EDIT_ARCHIVE_SETTINGS,
                when_empty=_("Ikke prøvd ennå. Det skjer når det første dokumentet sendes til arkivet."),
            ),
            Task(
                _("Innsynslogg"),
                _("Søk i hvem som har åpnet hva, og se varsler."),
                ("journal:search",),
                P.VIEW_ACCESS_LOG,
            ),
        ),
    ),
)


def front_page(user: Any, site: AdminSite) -> list[tuple[Text, list[Line]]]:
    """The groups with the lines `user` may open; a task whose screen does not exist is left out."""
    registers = {model._meta.label: admin for model, admin in site._registry.items()}
    groups = [
        (heading, [line for task in tasks if (line := line_of(user, task, registers))]) for heading, tasks in GROUPS
    ]
    files = [line for admin in registers.values() if (line := file_line(user, admin))]
    groups.insert(-1, (_("Import og eksport"), sorted(files, key=lambda line: str(line.label))))
    return [(heading, lines) for heading, lines in groups if lines]


def line_of(user: Any, task: Task, registers: dict[str, Any]) -> Line | None:
    url = first_url(task.url_names)
    if not url or not user.holds(task.permission):
        return None
    admin = registers.get(task.model)
    if admin is None:
        return Line(task.label, task.what_for, url, None)
    count = admin.reached(user, admin.view_permission).count()
    if not count and task.when_empty:
        return Line(task.label, task.when_empty, url, None)
    return Line(task.label, task.what_for, url, count)


def file_line(user: Any, admin: Any) -> Line | None:
    if not admin.columns or not user.holds(admin.change_permission):
        return None
    url = first_url((f"admin:{admin.opts.app_label}_{admin.opts.model_name}_import",))
    return Line(
        _("Importer %(name)s") % {"name": admin.opts.verbose_name_plural},
        _("Fra CSV eller Excel. Du ser alle endringer før noe lagres."),
        url,
        None,
    )


def first_url(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
