"""The log in words: what each action is called, and a line as a sentence somebody outside can read."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import AccessEvent
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
    "archive_set_ready": _("satte til Klar for arkiv"),
    "archive_withdraw": _("trakk fra arkivkøen"),
    "archive_settings": _("endret arkivoppsett"),
    "save_template": _("lagret dokumentmal"),
    "give_grant": _("ga særskilt tilgang"),
    "staff_group": _("ga ansvar for gruppe"),
    "end_staffing": _("avsluttet ansvar for gruppe"),
    "console_add": _("la til i administrasjonen"),
    "console_change": _("endret i administrasjonen"),
    "console_delete": _("slettet i administrasjonen"),
}


def action_name(slug: str) -> str:
    return str(ACTIONS.get(slug, slug.replace("_", " ")))


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
    about = f" {event.what}" if event.what else ""
    because = f". Begrunnelse: {event.reason}" if event.reason else ""
    return f"{moment(event.at)}: {who}{in_role} {action_name(event.action)}{about}{because}".rstrip(".") + "."
