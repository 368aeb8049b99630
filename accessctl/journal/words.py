"""The log in words: what each action is called, and a line as a sentence somebody outside can read."""

from datetime import datetime
from functools import cache

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import camel_case_to_spaces
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accessctl.journal.pages import login_refused, refused
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from schoolapp.lib import clock

ACTIONS: dict[str, str | Promise] = {
    "open": _("åpnet"),
    "list": _("så i en liste"),
    "download": _("lastet ned"),
    "preview": _("forhåndsviste"),
    "export": _("tok ut"),
    "denied": _("ble nektet"),
    "login": _("logget inn"),
    "confirm": _("bekreftet hvem de er"),
    "login_refused": _("fikk ikke logge inn"),
    "logout": _("logget ut"),
    "link_identity": _("logget inn for første gang"),
    "search_log": _("søkte i innsynsloggen"),
    "search_changes": _("så på endringer"),
    "export_log": _("tok ut innsynsloggen"),
    "emergency": _("tok nødtilgang"),
    "emergency_refused": _("fikk ikke nødtilgang"),
    "assess_alert": _("vurderte et varsel"),
    "create_draft": _("begynte på"),
    "save_draft": _("lagret utkast til"),
    "delete_draft": _("slettet utkast til"),
    "attach": _("la vedlegg til"),
    "detach": _("tok vedlegg fra"),
    "finalise": _("ferdigstilte"),
    "correct": _("rettet"),
    "mark_sensitive": _("merket som sensitivt"),
    "archive_set_ready": _("satte til Klar for arkiv"),
    "archive_withdraw": _("trakk fra arkivkøen"),
    "archive_settings": _("endret arkivoppsett"),
    "save_template": _("lagret dokumentmal"),
    "open_template": _("åpnet dokumentmal"),
    "status": _("så statusen for"),
    "give_role": _("ga en rolle"),
    "end_role": _("avsluttet en rolle"),
    "change_role_end": _("endret sluttdatoen for en rolle"),
    "give_grant": _("ga særskilt tilgang"),
    "end_grant": _("avsluttet særskilt tilgang"),
    "propose_grant": _("foreslo særskilt tilgang"),
    "reject_grant": _("avviste et forslag om særskilt tilgang"),
    "withdraw_grant": _("trakk et forslag om særskilt tilgang"),
    "open_grant_proposal": _("åpnet et forslag om særskilt tilgang"),
    "open_role": _("åpnet en rolle"),
    "open_role_change": _("åpnet et forslag om å endre en rolle"),
    "open_rights": _("åpnet tilgangene til en ansatt"),
    "look_up_employee": _("slo opp en ansatt"),
    "look_up_pupil": _("slo opp eleven på navn og fødselsdato"),
    "employ": _("registrerte en ansatt"),
    "propose_role_change": _("foreslo å endre en rolle"),
    "change_role": _("endret en rolle"),
    "reject_role_change": _("avviste et forslag om å endre en rolle"),
    "withdraw_role_change": _("trakk et forslag om å endre en rolle"),
    "make_role": _("laget en rolle"),
    "retire_role": _("tok en rolle ut av bruk"),
    "close_user": _("stengte en bruker"),
    "reopen_user": _("åpnet en stengt bruker igjen"),
    "end_logins": _("avsluttet innlogginger"),
    "shield": _("skjermet en person straks"),
    "open_portal": _("åpnet portalen for en foresatt"),
    "close_portal": _("stengte portalen for en foresatt"),
    "change_contact": _("endret kontaktopplysninger"),
    "import_row": _("leste inn en rad"),
    "import_register": _("leste inn et register"),
    "staff_group": _("ga ansvar for gruppe"),
    "end_staffing": _("avsluttet ansvar for gruppe"),
    "console_add": _("la til i administrasjonen"),
    "console_change": _("endret i administrasjonen"),
    "console_delete": _("slettet i administrasjonen"),
}


# Actions whose sentence names what was acted on. The others say all they need by themselves.
PHRASES: dict[str, str | Promise] = {
    "open": _("åpnet %(it)s"),
    "list": _("så %(it)s i en liste"),
    "download": _("lastet ned %(it)s"),
    "preview": _("forhåndsviste %(it)s"),
    "export": _("tok ut %(it)s"),
    "emergency": _("tok nødtilgang til %(it)s"),
    "create_draft": _("begynte på %(it)s"),
    "save_draft": _("lagret utkastet til %(it)s"),
    "delete_draft": _("slettet utkastet til %(it)s"),
    "attach": _("la vedlegg til %(it)s"),
    "detach": _("tok vedlegg fra %(it)s"),
    "finalise": _("ferdigstilte %(it)s"),
    "correct": _("rettet %(it)s"),
    "mark_sensitive": _("merket %(it)s som sensitivt"),
    "status": _("så statusen for %(it)s"),
    "archive_set_ready": _("satte %(it)s til Klar for arkiv"),
    "archive_withdraw": _("trakk %(it)s fra arkivkøen"),
    "archive_settings": _("endret arkivoppsettet for %(it)s"),
    "shield": _("skjermet %(it)s straks"),
    "console_add": _("la til %(it)s i administrasjonen"),
    "console_change": _("endret %(it)s i administrasjonen"),
    "console_delete": _("slettet %(it)s i administrasjonen"),
    "import_row": _("leste inn %(it)s"),
}

# What was acted on, in the definite form. Console and import reach more registers; those go by their own name.
OBJECTS: dict[str, str | Promise] = {
    "students.Student": _("eleven"),
    "students.Group": _("gruppen"),
    "students.StudentGrant": _("den særskilte tilgangen"),
    "students.GroupGrant": _("den særskilte tilgangen"),
    "students.GrantProposal": _("forslaget om særskilt tilgang"),
    "accessctl.SchoolGrant": _("den særskilte tilgangen"),
    "accessctl.MunicipalityGrant": _("den særskilte tilgangen"),
    "accessctl.School": _("skolen"),
    "accessctl.Municipality": _("kommunen"),
    "accessctl.Role": _("rollen"),
    "accessctl.RoleAssignment": _("rolletildelingen"),
    "accessctl.RoleChange": _("endringen av rollen"),
    "accessctl.User": _("brukeren"),
    "accessctl.Alert": _("varselet"),
    "people.Person": _("personen"),
    "people.Shielding": _("skjermingen"),
    "people.ProtectionChange": _("forslaget om å oppheve skjerming"),
    "schools.SchoolYear": _("skoleåret"),
    "staff.Employee": _("den ansatte"),
    "guardians.GuardianRelation": _("den foresatte"),
    "guardians.RelationBlock": _("sperren av en foresatt"),
    "guardians.BlockedAttempt": _("forsøket fra en sperret person"),
    "documents.Document": _("dokumentet"),
    "documents.DocumentType": _("dokumenttypen"),
    "documents.TemplateVersion": _("dokumentmalen"),
    "documents.Attachment": _("vedlegget"),
    "archive.Delivery": _("arkivforsendelsen"),
    "archive.SchoolArchiveSettings": _("arkivoppsettet"),
    "archive.Peer": _("arkivforbindelsen"),
}


# What the log keeps of these is a code, and the words say all of it.
IN_FULL = {"denied": refused, "login_refused": login_refused}
# Those of them who are people: what was opened is not they themselves.
PEOPLE = frozenset({"students.Student", "people.Person", "staff.Employee", "guardians.GuardianRelation"})
OPENED = _("åpnet opplysninger om %(it)s")


def action_name(slug: str) -> str:
    return str(ACTIONS.get(slug, slug.replace("_", " ")))


def act(event: AccessEvent) -> str:
    """«så eleven i en liste», «ga særskilt tilgang (se fravær)»: what was done, to what, and what more is known."""
    if event.action in IN_FULL and event.what:
        return IN_FULL[event.action](event.what)
    detail = "" if event.what in names_of(event.object_type) else event.what
    if detail in Permission.values:
        detail = str(Permission(detail).label)
    phrase = OPENED if event.action == "open" and event.object_type in PEOPLE else PHRASES.get(event.action)
    if phrase is None:
        return with_detail(action_name(event.action), detail)
    known = OBJECTS.get(event.object_type)
    if known is None:
        return str(phrase) % {"it": event.what or _("opplysninger")}
    return with_detail(str(phrase) % {"it": known}, detail)


def with_detail(phrase: str, detail: str) -> str:
    return f"{phrase} ({detail})" if detail else phrase


@cache
def names_of(object_type: str) -> frozenset[str]:
    """What a line says of its object when it says nothing but what kind of record it is."""
    if not object_type:
        return frozenset()
    try:
        model = apps.get_model(object_type)
    except LookupError:
        return frozenset()
    with override("nb"):
        return frozenset({str(model._meta.verbose_name), camel_case_to_spaces(model._meta.object_name)})


def moment(at: datetime) -> str:
    local = at.astimezone(clock.OSLO)
    return f"{local:%d.%m.%Y} kl. {local:%H.%M}"


def sentence(event: AccessEvent, who: str) -> str:
    """«14.08.2026 kl. 08.30: Kari Nordmann (Lærer, kontaktlærer i 5A) åpnet dokument.»"""
    ground = event.ground[:1].lower() + event.ground[1:] if event.role else event.ground
    capacity = ", ".join(part for part in (event.role, ground) if part)
    if capacity.casefold() == f"{event.role}, {event.role}".casefold():
        capacity = event.role
    in_role = f" ({capacity})" if capacity else ""
    because = f". Begrunnelse: {event.reason}" if event.reason else ""
    return f"{moment(event.at)}: {who}{in_role} {act(event)}{because}".rstrip(".") + "."
