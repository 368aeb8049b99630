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
    **dict.fromkeys(("students:elsewhere", "students:change_elsewhere"), _("hvor eleven får opplæring")),
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
    **dict.fromkeys(("messaging:log", "messaging:export", "messaging:ask_status_all"), _("listen over utsendinger")),
    **dict.fromkeys((f"messaging:{name}" for name in ("letter", "ask_status")), _("et brev som er sendt")),
    **dict.fromkeys((f"messaging:{name}" for name in ("send_again", "send_many")), _("å sende brev på nytt")),
    "messaging:withdraw": _("å trekke tilbake et brev"),
    "messaging:costs": _("kostnadene for utsendinger"),
    **dict.fromkeys(("messaging:held", "messaging:decide"), _("brev til skjermede")),
    "archive:log": _("arkivlisten"),
    "archive:run_now": _("å sende dokumenter til arkivet"),
    "archive:set_ready_many": _("å sende dokumenter til arkivet på nytt"),
    "archive:set_ready": _("å sende et dokument til arkivet på nytt"),
    "archive:receipt": RECEIPT,
    "archive:setup": _("arkivoppsettet"),
    **dict.fromkeys((f"documents:{name}" for name in ("overviews", "overview_pdf")), _("gruppeoversiktene")),
    "archive:waiting": _("forhåndskontrollen for arkivet"),
    **dict.fromkeys(
        (f"archive:{name}" for name in ("folders", "open_folders", "folder", "close_folder", "reopen_folder")),
        _("skolemappene i arkivet"),
    ),
    "archive:pupil_folders": _("elevmapper som skal avsluttes"),
    **dict.fromkeys(
        (f"archive:{name}" for name in ("owner", "undo_owner", "handover", "handover_csv")),
        _("saksansvarlig i arkivet"),
    ),
    "archive:system": _("arkivsystemet"),
    "archive:system_switch": _("bytte av arkivsystem"),
    "archive:school_setup": _("arkivoppsettet for en skole"),
    "documents:tab": _("elevens dokumenter"),
    "documents:new": _("å skrive et nytt dokument om eleven"),
    "documents:correct": _("å rette et dokument"),
    "documents:send_to_archive": _("å sende et dokument til arkivet"),
    "documents:mark_sensitive": _("å merke et dokument som sensitivt"),
    "documents:delete_finalised": _("å slette et dokument"),
    **dict.fromkeys((f"documents:{name}" for name in ("edit", "delete", "preview_pdf")), _("et utkast til dokument")),
    **dict.fromkeys((f"documents:{name}" for name in ("attach", "detach", "attachment")), ATTACHMENT),
    **dict.fromkeys((f"documents:{who}_attachment" for who in ("guardian", "pupil")), ATTACHMENT),
    **dict.fromkeys((f"documents:{name}" for name in ("page", "status", "pdf")), DOCUMENT),
    **dict.fromkeys((f"documents:guardian_{name}" for name in ("page", "pdf")), _("et dokument i foresattportalen")),
    **dict.fromkeys(
        (f"documents:pupil_{name}" for name in ("list", "page", "pdf")), _("et dokument på elevens egen side")
    ),
    **dict.fromkeys(
        (
            f"documents:{name}"
            for name in (
                *("batches", "batch_new", "batch_for_group", "batch_page", "batch_write", "batch_review"),
                "batch_attach",
                *("batch_progress", "batch_cancel", "batch_retry", "batch_throw_away", "batch_ask_file", "batch_file"),
            )
        ),
        _("et dokument til mange elever"),
    ),
    "documents:where": _("oversikten over hva som lages hvor"),
    "documents:templates": _("dokumentmalene"),
    **dict.fromkeys(("documents:plan", "documents:plan_pdf"), _("dokumentasjonsplanen")),
    "documents:verify": _("kontroll av et dokument"),
    **dict.fromkeys((f"documents:{name}" for name in ("edit_type", "new_type", "switch_type")), _("en dokumenttype")),
    "documents:test_type": _("å test-arkivere en dokumenttype"),
    **dict.fromkeys((f"documents:{name}" for name in ("bases", "new_basis", "edit_basis")), _("unntakshjemlene")),
    **dict.fromkeys(
        (f"documents:{name}" for name in ("letterheads", "letterhead", "letterhead_logo")), _("brevhodet til en skole")
    ),
    **dict.fromkeys(
        (f"documents:{name}" for name in ("edit_template", "preview_template", "template_version", "try_template")),
        TEMPLATE,
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
    **dict.fromkeys(
        (f"staff:{name}" for name in ("sync", "sync_run", "sync_run_now", "missing", "units", "unit")),
        _("ansattsynk"),
    ),
    "staff": _("ansatte, IKT-skjema, lønn eller stillinger"),
    "admin": ADMINISTRATION,
    "accessctl": _("innlogging"),
    "calendar_feed": _("kalenderadressen sin"),
    "everybody": _("avansert personsøk"),
    "exchange": _("data til andre systemer"),
    "insight": _("innsynspakken om en elev"),
    "moves": _("flyttinger"),
    "search": _("søket"),
    "statistics": _("tallene til GSI"),
    "year": _("nytt skoleår"),
    "guardians:contact_list": _("kontaktlisten til en gruppe"),
    "guardians:emergency_list": _("nødlisten til en gruppe"),
    "guardians:own_photo_answer": _("eget svar om skolefoto"),
    "guardians:photo": _("bildet av en elev"),
    "guardians:photo_answer": _("svaret om skolefoto"),
    "guardians:photo_file": _("filen til fotografen"),
    "guardians:photo_sheet": _("bildearket til en gruppe"),
    "guardians:photographer": _("skolefoto"),
    **dict.fromkeys(
        (
            f"guardians:{name}"
            for name in ("photos_back", "photo_import", "photo_import_progress", "photo_import_cancel")
        ),
        _("innlesing av skolefoto"),
    ),
    "guardians:share": _("hva foresatte deler, i foresattportalen"),
    "schools:calendar": _("skoleruten"),
    "schools:calendar_entry": _("skoleruten"),
    "schools:calendar_new": _("skoleruten"),
    "schools:duty": _("årshjulet"),
    "schools:wheel": _("årshjulet"),
    "schools:subjects": _("fagene"),
    "schools:subjects_preview": _("innlesing av fag"),
    "schools:subjects_upload": _("innlesing av fag"),
    "students:bulk": _("utkast for flere elever"),
    "students:contact": _("kontaktopplysningene til en elev"),
    "students:delete_view": _("lagrede visninger"),
    "students:views": _("lagrede visninger"),
    "students:groups": _("gruppene til en elev"),
    "students:history": _("historikken til en elev"),
    "students:step": _("veien til neste elev"),
    "students:take_out": _("uttak av elevlisten"),
    "guardians:register": _("Folkeregisteret"),
    "guardians:register_cancel": _("Folkeregisteret"),
    "guardians:register_confirm": _("Folkeregisteret"),
    "guardians:register_decide": _("Folkeregisteret"),
    "guardians:register_fetch": _("Folkeregisteret"),
    "guardians:register_progress": _("Folkeregisteret"),
    "guardians:register_run": _("Folkeregisteret"),
    "guardians:register_undo_merge": _("Folkeregisteret"),
    "guardians:register_upload": _("Folkeregisteret"),
    "guardians:register_waiting": _("Folkeregisteret"),
    "guardians:register_merge": _("samme person to ganger"),
    "guardians:register_merges": _("samme person to ganger"),
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
