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
    "search_persons": _("søkte blant alle personer"),
    "search_log": _("søkte i innsynsloggen"),
    "search_changes": _("så på endringer"),
    "export_log": _("tok ut innsynsloggen"),
    "emergency": _("tok nødtilgang"),
    "emergency_refused": _("fikk ikke nødtilgang"),
    "assess_alert": _("vurderte et varsel"),
    "create_draft": _("begynte på"),
    "save_draft": _("lagret utkast til"),
    "delete_draft": _("slettet utkast til"),
    "delete_finalised": _("slettet ferdigstilt"),
    "attach": _("la vedlegg til"),
    "detach": _("tok vedlegg fra"),
    "finalise": _("ferdigstilte"),
    "correct": _("rettet"),
    "give_word_reason": _("ga en begrunnelse for"),
    "choose_paper": _("valgte papir for"),
    "choose_sending": _("valgte sending for"),
    "start_batch": _("satte i gang dokumenter til mange"),
    "cancel_batch": _("avbrøt dokumenter til mange"),
    "throw_away_batch": _("kastet dokumenter til mange"),
    "archive_later": _("sendte til arkivet"),
    "mark_sensitive": _("merket som sensitivt"),
    "dispatch_again": _("sendte på nytt"),
    "dispatch_withdraw": _("trakk tilbake"),
    "dispatch_decided": _("vurderte på nytt"),
    "dispatch_otherwise": _("merket som levert på annen måte"),
    "archive_set_ready": _("satte til Klar for arkiv"),
    "archive_withdraw": _("trakk fra arkivkøen"),
    "archive_settings": _("endret arkivoppsett"),
    "open_school_folder": _("opprettet skolemappe"),
    "make_school_document": _("laget dokument om skolen"),
    "change_school_folder": _("endret skolemappe"),
    "close_school_folder": _("avsluttet skolemappe"),
    "reopen_school_folder": _("åpnet skolemappe igjen"),
    "close_pupil_folder": _("avsluttet elevmappe"),
    "reopen_pupil_folder": _("åpnet elevmappe igjen"),
    "change_case_owner": _("registrerte ny saksansvarlig"),
    "undo_case_owner": _("tok tilbake ny saksansvarlig"),
    "archive_system": _("byttet arkivsystem"),
    "archive_system_codes": _("endret koder for arkivet"),
    "save_template": _("lagret dokumentmal"),
    "open_document_type": _("åpnet dokumenttype"),
    "change_document_type": _("endret dokumenttype"),
    "make_document_type": _("laget dokumenttype"),
    "activate_document_type": _("tok i bruk dokumenttype"),
    "deactivate_document_type": _("tok ut av bruk dokumenttype"),
    "test_archive": _("test-arkiverte dokumenttype"),
    "open_access_basis": _("åpnet unntakshjemmel"),
    "save_access_basis": _("lagret unntakshjemmel"),
    "save_letterhead": _("lagret brevhodet for"),
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
    "run_staff_sync": _("startet ansattsynk"),
    "close_missing_employee": _("avsluttet tilgangen til en ansatt som manglet i filen fra HR"),
    "keep_missing_employee": _("beholdt en ansatt som manglet i filen fra HR"),
    "map_org_unit": _("koblet en enhet i HR til en skole"),
    "send_ict_order": _("sendte IKT-skjema"),
    "record_pay": _("registrerte variabel lønn"),
    "change_pay": _("endret variabel lønn"),
    "remove_pay": _("slettet variabel lønn"),
    "correct_pay": _("rettet overført variabel lønn"),
    "approve_pay": _("godkjente variabel lønn"),
    "send_back_pay": _("sendte variabel lønn tilbake"),
    "transfer_pay": _("overførte variabel lønn"),
    "fetch_pay_file": _("hentet lønnsfilen"),
    "plan_lessons": _("planla undervisning"),
    "remove_lessons": _("tok undervisning ut av planen"),
    "copy_lessons": _("kopierte undervisning fra et annet skoleår"),
    "drop_ict_order": _("meldte at IKT-skjema ikke trengs"),
    "reopen_ict_order": _("åpnet et IKT-skjema på nytt"),
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
    "share_contact": _("valgte hva som deles på klasselisten"),
    "answer_photo": _("svarte om skolefoto"),
    "save_photo": _("lagret skolefoto"),
    "staff_group": _("ga ansvar for gruppe"),
    "plan_place": _("avgjorde plass neste skoleår"),
    "plan_teacher": _("godtok kontaktlærer for neste skoleår"),
    "puzzle_rule": _("la inn regel om klasse neste skoleår"),
    "plan_year": _("satte i gang arbeid med skoleåret"),
    "end_staffing": _("avsluttet ansvar for gruppe"),
    "write_elsewhere": _("førte at eleven får opplæring et annet sted"),
    "remove_elsewhere": _("fjernet opplæring et annet sted"),
    "start_move": _("begynte på en flytting"),
    "decide_move": _("vedtok en flytting"),
    "move_step": _("endret et steg i en flytting"),
    "move_class": _("valgte klasse i en flytting"),
    "move_letter": _("begynte på vedtaksbrevet i en flytting"),
    "cancel_move": _("avbrøt en flytting"),
    "undo_move": _("angret en flytting"),
    "change_move_day": _("endret dagen for en flytting"),
    "permit_notice": _("førte opp en tillatelse til en flyttemelding"),
    "oblige_notice": _("vurderte plikten til å dele opplysninger"),
    "make_notice": _("laget en flyttemelding"),
    "read_notice": _("leste en flyttemelding"),
    "file_notice": _("la inn en melding fra foresatte"),
    "arrival_refused": _("fikk ikke skrive inn eleven"),
    "remove_from_year": _("slettet eleven fra et skoleår"),
    "write_letters": _("skrev brev til flere"),
    "cancel_letters": _("avbrøt brev til flere"),
    "console_add": _("la til i administrasjonen"),
    "console_change": _("endret i administrasjonen"),
    "console_delete": _("slettet i administrasjonen"),
    "accept_short_staff_file": _("godtok en kort fil fra HR"),
    "calendar_address": _("laget ny kalenderadresse"),
    "cancel_register_run": _("avbrøt en innlesing fra Folkeregisteret"),
    "change_group": _("endret gruppe"),
    "close_group": _("avsluttet gruppe"),
    "confirm_register_run": _("godtok en stor innlesing fra Folkeregisteret"),
    "decide_register": _("avgjorde en sak fra Folkeregisteret"),
    "deliver_ict_order": _("meldte utstyr levert"),
    "import_subjects": _("leste inn fag"),
    "merge_persons": _("slo sammen to registreringer av samme person"),
    "open_group": _("opprettet gruppe"),
    "put_in_group": _("satte inn i gruppe"),
    "remove_calendar_entry": _("fjernet fra skoleruten"),
    "set_calendar_entry": _("førte i skoleruten"),
    "start_register_run": _("startet en innlesing fra Folkeregisteret"),
    "take_out_of_group": _("tok ut av gruppe"),
    "undo_group": _("angret en endring i gruppe"),
    "undo_ict_delivery": _("angret at utstyr er levert"),
    "undo_merge": _("angret en sammenslåing av personer"),
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
    "delete_finalised": _("slettet %(it)s, som var ferdigstilt"),
    "attach": _("la vedlegg til %(it)s"),
    "detach": _("tok vedlegg fra %(it)s"),
    "finalise": _("ferdigstilte %(it)s"),
    "correct": _("rettet %(it)s"),
    "archive_later": _("sendte %(it)s til arkivet"),
    "mark_sensitive": _("merket %(it)s som sensitivt"),
    "status": _("så statusen for %(it)s"),
    "dispatch_again": _("sendte %(it)s på nytt"),
    "dispatch_withdraw": _("trakk tilbake %(it)s"),
    "dispatch_decided": _("vurderte %(it)s på nytt"),
    "dispatch_otherwise": _("merket %(it)s som levert på annen måte"),
    "archive_set_ready": _("satte %(it)s til Klar for arkiv"),
    "archive_withdraw": _("trakk %(it)s fra arkivkøen"),
    "archive_settings": _("endret arkivoppsettet for %(it)s"),
    "open_school_folder": _("opprettet %(it)s"),
    "make_school_document": _("laget %(it)s"),
    "change_school_folder": _("endret %(it)s"),
    "close_school_folder": _("avsluttet %(it)s"),
    "reopen_school_folder": _("åpnet %(it)s igjen"),
    "close_pupil_folder": _("avsluttet %(it)s"),
    "reopen_pupil_folder": _("åpnet %(it)s igjen"),
    "change_case_owner": _("registrerte %(it)s"),
    "undo_case_owner": _("tok tilbake %(it)s"),
    "archive_system": _("byttet arkivsystem til %(it)s"),
    "archive_system_codes": _("endret koder for %(it)s"),
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
    "students.Elsewhere": _("opplæringen et annet sted"),
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
    "admissions.Move": _("flyttingen"),
    "admissions.LetterBatch": _("brevene til flere"),
    "documents.DocumentType": _("dokumenttypen"),
    "documents.TemplateVersion": _("dokumentmalen"),
    "documents.AccessBasis": _("unntakshjemmelen"),
    "documents.ArchiveTest": _("test-arkiveringen"),
    "documents.Letterhead": _("brevhodet"),
    "documents.Attachment": _("vedlegget"),
    "documents.SensitiveWord": _("ordet som varsler"),
    "documents.SendingChoice": _("valget for dokumentet"),
    "documents.DocumentBatch": _("dokumentet til mange"),
    "documents.DocumentBatchItem": _("en elev i et dokument til mange"),
    "documents.BatchFile": _("en fil med brev til mange"),
    "messaging.Dispatch": _("brevet"),
    "messaging.Price": _("prisen"),
    "archive.Delivery": _("arkivforsendelsen"),
    "archive.SchoolArchiveSettings": _("arkivoppsettet"),
    "archive.SchoolFolder": _("skolemappen"),
    "documents.SchoolDocument": _("dokumentet om skolen"),
    "archive.ArchiveFolder": _("elevmappen"),
    "archive.CaseOwner": _("den nye saksansvarlige"),
    "archive.Peer": _("arkivforbindelsen"),
    "archive.ArchiveSystem": _("arkivsystemet"),
    "archive.ArchiveClass": _("klassen i arkivet"),
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
