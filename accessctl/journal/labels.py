"""What columns and jobs are called in the change history, where the model says nothing of it itself."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Text = str | Promise

COLUMNS: dict[str, Text] = {
    "about": _("elev"),
    "archived_at": _("arkivert"),
    "at": _("tidspunkt"),
    "base": _("bygger på"),
    "by": _("av"),
    "case_year": _("saksår"),
    "city": _("poststed"),
    "confirmed_at": _("godkjent"),
    "confirmed_by": _("godkjent av"),
    "content_object": _("gjelder"),
    "content_sha256": _("kontrollsum"),
    "created_at": _("laget"),
    "created_by": _("laget av"),
    "decided_at": _("avgjort"),
    "decided_by": _("avgjort av"),
    "delivery": _("arkivforsendelse"),
    "document_type": _("dokumenttype"),
    "external_key": _("nøkkel i arkivet"),
    "failure": _("feil"),
    "failure_text": _("feilmelding"),
    "fields": _("det som er fylt ut"),
    "file": _("fil"),
    "finalised_at": _("ferdigstilt"),
    "folder": _("arkivmappe"),
    "followed_up_at": _("fulgt opp"),
    "followed_up_by": _("fulgt opp av"),
    "frozen_html": _("ferdigstilt tekst"),
    "given_by": _("gitt av"),
    "guardian": _("foresatt"),
    "is_current": _("gjelder nå"),
    "is_home_class": _("er basisklasse"),
    "issuer": _("innloggingstjeneste"),
    "journal_number": _("journalnummer"),
    "journal_year": _("journalår"),
    "key": _("nøkkel"),
    "kind": _("type"),
    "language": _("målform"),
    "lifted_at": _("opphevet"),
    "lifted_by": _("opphevet av"),
    "national_id": _("fødselsnummer"),
    "number": _("nummer"),
    "pdf": _("PDF-fil"),
    "permission": _("rettighet"),
    "permissions": _("rettigheter"),
    "person": _("person"),
    "postal_code": _("postnummer"),
    "proposed_at": _("foreslått"),
    "proposed_by": _("foreslått av"),
    "protection": _("skjerming"),
    "public_title": _("offentlig tittel"),
    "puid": _("filformat"),
    "record": _("journalpost"),
    "render_error": _("feil ved laging av PDF"),
    "sequence_number": _("sekvensnummer"),
    "series": _("dokumentserie"),
    "sha256": _("kontrollsum"),
    "signature": _("signatur"),
    "signed_by": _("signert av"),
    "size": _("størrelse"),
    "slug": _("kortnavn"),
    "state": _("status"),
    "steps": _("kvitteringer fra arkivet"),
    "street": _("gateadresse"),
    "subject": _("bruker hos innloggingstjenesten"),
    "system_id": _("id i arkivet"),
    "template": _("dokumentmal"),
    "title": _("tittel"),
    "user": _("bruker"),
    "valid_from": _("fra og med"),
    "valid_to": _("til og med"),
    "version": _("versjon"),
}
JOBS: dict[str, Text] = {
    "accessctl.tasks.look_for_alerts": _("Jobb som ser etter varsler"),
    "accessctl.tasks.seal_log": _("Nattlig forsegling av loggene"),
    "archive.tasks.start_run": _("Arkivkjøring til fast tid"),
    "archive.tasks.sweep": _("Arkivkjøring"),
    "archive.tasks.work": _("Arkivkjøring"),
    "documents.tasks.render": _("Laging av PDF"),
    "documents.tasks.sweep": _("Laging av PDF"),
    "manage.py archive_work": _("Arkivkjøring"),
    "manage.py demo": _("Prøvedata"),
    "manage.py import_oppvekst": _("Import fra det oppvekstadministrative systemet"),
    "manage.py install_defaults": _("Oppsett av systemet"),
    "manage.py migrate": _("Oppgradering av systemet"),
}
COMMAND, DATABASE = "manage.py ", "database: "


def job_name(job: str) -> str:
    """«Arkivkjøring» for a task of ours, «Direkte i databasen (postgres)» for what came past the system."""
    if job in JOBS:
        return str(JOBS[job])
    if job.startswith(DATABASE):
        return gettext("Direkte i databasen (%(who)s)") % {"who": job.removeprefix(DATABASE)}
    if job.startswith(COMMAND):
        return gettext("Kommando i driften (%(name)s)") % {"name": job.removeprefix(COMMAND)}
    return job
