"""What a refused page is called in the log, and why it was refused. The log keeps «404 students:pupil»."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

CONFIRM, DENIED, MISSING = "confirm", "403", "404"
PUPIL, DOCUMENT, RECEIPT, TEMPLATE = (
    _("elevens side"),
    _("et dokument"),
    _("kvitteringen fra arkivet"),
    _("en dokumentmal"),
)
ATTACHMENT, GUARDIANS, RELATION = _("et vedlegg"), _("elevens foresatte"), _("en foresatts tilknytning til eleven")
RIGHTS, ROLES, GROUP, PROTECTION = _("tilgangene til en bruker"), _("roller"), _("en gruppe"), _("adressesperre")
LOG, ADMINISTRATION = _("innsynsloggen"), _("administrasjonen")

# By the name of the page, or else by the app it belongs to.
PAGES: dict[str, str | Promise] = {
    "schools:today": _("I dag"),
    "students:list": _("elevlisten"),
    "students:pupil": PUPIL,
    "students:own": _("elevens egen side"),
    "students:watchers": _("hvem som kan se eleven"),
    "students:find_watchers": _("hvem som kan se en elev"),
    "students:emergency": _("nødtilgang"),
    "guardians:home": _("foresattportalen"),
    "guardians:contact": _("egne kontaktopplysninger i foresattportalen"),
    "guardians:access": _("hvem som kan se barnet, i foresattportalen"),
    "guardians:tab": GUARDIANS,
    "guardians:propose": _("å foreslå en foresatt"),
    "guardians:block": _("å sperre en foresatt"),
    "guardians:care": _("å registrere at barnevernet har omsorgen"),
    "guardians:shield": _("å skjerme eleven"),
    "guardians:queue": _("foresatte til godkjenning"),
    "guardians:blocks": _("sperrede foresatte"),
    "guardians:lift": _("å oppheve en sperre"),
    "guardians:prolong": _("å forlenge en sperre"),
    "guardians:seen": _("et forsøk fra en sperret person"),
    "guardians:portal": _("å åpne eller stenge portalen for en foresatt"),
    **dict.fromkeys(
        (f"guardians:{name}" for name in ("relation", "confirm", "reject", "end", "recheck", "let_in", "receiving")),
        RELATION,
    ),
    **dict.fromkeys(
        (
            f"guardians:{name}"
            for name in (
                "protected",
                "shielded",
                "family",
                "give_sight",
                "end_sight",
                "lower",
                "review",
                "decide",
                "followed_up",
            )
        ),
        PROTECTION,
    ),
    "archive:log": _("arkivlisten"),
    "archive:run_now": _("å sende dokumenter til arkivet"),
    "archive:set_ready_many": _("å sende dokumenter til arkivet på nytt"),
    "archive:set_ready": _("å sende et dokument til arkivet på nytt"),
    "archive:receipt": RECEIPT,
    "archive:setup": _("arkivoppsettet"),
    "archive:school_setup": _("arkivoppsettet for en skole"),
    "documents:tab": _("elevens dokumenter"),
    "documents:new": _("å skrive et nytt dokument om eleven"),
    "documents:correct": _("å rette et dokument"),
    "documents:mark_sensitive": _("å merke et dokument som sensitivt"),
    **dict.fromkeys((f"documents:{name}" for name in ("edit", "delete", "preview_pdf")), _("et utkast til dokument")),
    **dict.fromkeys((f"documents:{name}" for name in ("attach", "detach", "attachment")), ATTACHMENT),
    **dict.fromkeys((f"documents:{who}_attachment" for who in ("guardian", "pupil")), ATTACHMENT),
    **dict.fromkeys((f"documents:{name}" for name in ("page", "status", "pdf")), DOCUMENT),
    **dict.fromkeys((f"documents:guardian_{name}" for name in ("page", "pdf")), _("et dokument i foresattportalen")),
    **dict.fromkeys(
        (f"documents:pupil_{name}" for name in ("list", "page", "pdf")), _("et dokument på elevens egen side")
    ),
    "documents:templates": _("dokumentmalene"),
    **dict.fromkeys(
        (f"documents:{name}" for name in ("edit_template", "preview_template", "template_version")), TEMPLATE
    ),
    "journal:handout": _("utskriften av innsynsloggen for en elev"),
    "journal:changes": _("endringsloggen"),
    "journal:alerts": _("varslene"),
    "journal:assess": _("å vurdere et varsel"),
    "roles:mine": _("egne tilganger"),
    "journal": LOG,
    "roles": ROLES,
    "rights": RIGHTS,
    "groups": GROUP,
    "admin": ADMINISTRATION,
    "accessctl": _("innlogging"),
}
WHY: dict[str, str | Promise] = {
    DENIED: _("har ikke tilgangen siden krever"),
    MISSING: _("finnes ikke, eller brukeren har ikke tilgang til det siden gjelder"),
}
LOGIN_REASONS: dict[str, str | Promise] = {
    "cancelled": _("avbrøt selv"),
    "login_required": _("måtte logge inn på nytt hos leverandøren"),
    "provider_error": _("feil hos leverandøren"),
    "unreachable": _("fikk ikke kontakt med leverandøren"),
    "unknown_error": _("ukjent svar fra leverandøren"),
    "invalid": _("svaret hørte ikke til en innlogging som var i gang"),
    "rejected": _("svaret fra leverandøren ble ikke godkjent"),
    "level_too_low": _("logget inn med en metode som ikke er sikker nok"),
    "not_confirmed": _("leverandøren bekreftet ikke hvem det var"),
    "no_national_id": _("leverandøren oppga ikke fødselsnummer"),
    "no_national_id_feide": _("leverandøren oppga ikke fødselsnummer"),
    "no_account": _("er verken foresatt, ansatt eller elev i kommunen"),
    "no_account_feide": _("er verken ansatt eller elev i kommunen"),
    "closed": _("brukeren er stengt"),
    "somebody_else": _("en annen person bekreftet"),
    "identity_conflict": _("opplysningene stemte ikke med dem vi har fra før"),
}


def refused(what: str) -> str:
    """«ble nektet elevens side (finnes ikke, …)», from what the log keeps of a refused page."""
    outcome, _space, view = what.partition(" ")
    page = PAGES.get(view) or PAGES.get(view.partition(":")[0]) or gettext("en side")
    if outcome == CONFIRM:
        return gettext("ble bedt om å bekrefte hvem de er før de fikk se %(page)s") % {"page": page}
    why = WHY.get(outcome)
    return gettext("ble nektet %(page)s") % {"page": page} + (f" ({why})" if why else "")


def login_refused(what: str) -> str:
    """«fikk ikke logge inn med ID-porten: er verken foresatt, …», from «ID-porten: no_account»."""
    provider, _colon, slug = what.rpartition(": ")
    why = LOGIN_REASONS.get(slug, slug)
    return gettext("fikk ikke logge inn med %(provider)s: %(why)s") % {"provider": provider, "why": why}
