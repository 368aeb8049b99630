"""Every right in the system, with the sentence a principal can read. Roles are built of these and nothing else.

Rows follow the capabilities of handbook 7.2 and the special grants of 7.3. A right that no screen asks for yet is
listed all the same, so that the role catalogue is whole.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    # Elever
    VIEW_PUPIL = "view_pupil", _("Se elever med navn, klasse og trinn")
    EDIT_PUPIL = "edit_pupil", _("Skrive inn, flytte og rette opplysninger om elever")
    VIEW_CONTACT = "view_contact", _("Se kontaktopplysninger for elever")
    VIEW_GROUPS = "view_groups", _("Se klasser og grupper")
    EDIT_GROUPS = "edit_groups", _("Endre klasser, grupper og kontaktlærere")
    MAKE_PHOTO_FILE = "make_photo_file", _("Lage fil til skolefotografen")
    # Foresatte
    VIEW_GUARDIANS = "view_guardians", _("Se foresatte og kontaktopplysningene deres")
    EDIT_RELATIONS = "edit_relations", _("Foreslå, godkjenne og avslutte tilgang for foresatte")
    BLOCK_GUARDIAN = "block_guardian", _("Sperre en foresatt for innsyn i et barn")
    SET_RECEIVERS = "set_receivers", _("Slå av og på at en foresatt mottar informasjon")
    # Adressesperre
    SEE_PROTECTED = "see_protected", _("Se elever og foresatte som har adressesperre")
    MANAGE_PROTECTION = "manage_protection", _("Åpne portalen for skjermede familier og oppheve skjerming")
    SHIELD_NOW = "shield_now", _("Skjerme en person straks")
    # Fravær og anmerkninger
    VIEW_ABSENCE = "view_absence", _("Se fravær")
    RECORD_ABSENCE = "record_absence", _("Føre fravær")
    EDIT_ABSENCE = "edit_absence", _("Rette fravær som andre har ført")
    VIEW_REMARKS = "view_remarks", _("Se anmerkninger")
    WRITE_REMARKS = "write_remarks", _("Skrive anmerkninger")
    VIEW_LEAVE = "view_leave", _("Se permisjonssøknader")
    DECIDE_LEAVE = "decide_leave", _("Avgjøre permisjonssøknader")
    VIEW_TRANSPORT = "view_transport", _("Se skyssøknader")
    DECIDE_TRANSPORT = "decide_transport", _("Avgjøre skyssøknader")
    # Vurdering
    VIEW_GRADES = "view_grades", _("Se karakterer")
    SET_GRADES = "set_grades", _("Sette karakterer i fag")
    SET_CONDUCT = "set_conduct", _("Sette karakter i orden og i oppførsel")
    CHECK_GRADES = "check_grades", _("Kontrollere karakterer før publisering")
    DECIDE_GRADES = "decide_grades", _("Vedta at vurderingsgrunnlaget mangler, og be om ny vurdering")
    VIEW_ASSESSMENTS = "view_assessments", _("Se vurderinger og samtaler")
    WRITE_ASSESSMENTS = "write_assessments", _("Skrive vurderinger og samtalereferat")
    FINISH_ASSESSMENTS = "finish_assessments", _("Sette vurderinger til Avsluttet")
    VIEW_EXAMS = "view_exams", _("Se prøver og eksamener etter publisering")
    REGISTER_EXAMS = "register_exams", _("Melde elever opp til prøver og eksamen")
    COORDINATE_EXAMS = "coordinate_exams", _("Koordinere eksamen")
    ISSUE_CERTIFICATES = "issue_certificates", _("Lage vitnemål og protokoller")
    SIGN_CERTIFICATES = "sign_certificates", _("Underskrive vitnemål")
    # SFO
    VIEW_SFO = "view_sfo", _("Se SFO-plasser og SFO-søknader")
    DECIDE_SFO = "decide_sfo", _("Avgjøre SFO-søknader")
    VIEW_SFO_ATTENDANCE = "view_sfo_attendance", _("Se hvem som er på SFO, og hvem som kan hente")
    RECORD_SFO_ATTENDANCE = "record_sfo_attendance", _("Krysse inn og ut på SFO")
    DECIDE_FEE_REDUCTION = "decide_fee_reduction", _("Avgjøre søknader om redusert foreldrebetaling")
    PREPARE_INVOICES = "prepare_invoices", _("Lage og kontrollere fakturagrunnlag")
    TRANSFER_INVOICES = "transfer_invoices", _("Overføre fakturagrunnlag")
    # Meldinger
    READ_MESSAGES = "read_messages", _("Lese meldinger fra foresatte")
    SEND_MESSAGES = "send_messages", _("Sende meldinger")
    SEND_TO_MANY = "send_to_many", _("Sende meldinger til store grupper")
    SEND_EMERGENCY = "send_emergency", _("Sende nødmeldinger")
    # Dokumenter og arkiv
    VIEW_DOCUMENT = "view_document", _("Lese dokumenter om elever")
    WRITE_DOCUMENT = "write_document", _("Lage og ferdigstille dokumenter om elever")
    DELETE_DOCUMENT = "delete_document", _("Slette dokumenter som ikke er arkivert")
    VIEW_ARCHIVE_LOG = "view_archive_log", _("Se arkivloggen")
    RUN_ARCHIVE = "run_archive", _("Kjøre arkivoverføring og sette dokumenter til Klar")
    EDIT_ARCHIVE_SETTINGS = "edit_archive_settings", _("Endre oppsett for arkiv")
    EDIT_TEMPLATES = "edit_templates", _("Endre dokumenttyper og maler")
    # Søk og skoleår
    ADVANCED_SEARCH = "advanced_search", _("Søke i alle personer (avansert personsøk)")
    SEE_ALL_YEARS = "see_all_years", _("Se alle skoleår")
    REMOVE_FROM_YEAR = "remove_from_year", _("Slette en elev fra et skoleår")
    PLAN_YEAR = "plan_year", _("Planlegge neste skoleår ved skolen")
    OPEN_YEAR = "open_year", _("Fordele nye elever, publisere skoleår og sette skoleår til inneværende")
    BREAK_GLASS = "break_glass", _("Ta nødtilgang til en elev, med begrunnelse")
    # Ansatte
    VIEW_STAFF = "view_staff", _("Se ansatte og stillingene deres")
    PLAN_POSITIONS = "plan_positions", _("Planlegge stillinger og undervisning")
    ORDER_ICT = "order_ict", _("Sende IKT-skjema for nye ansatte")
    SYNC_STAFF = "sync_staff", _("Kontrollere og kjøre ansattsynk")
    RECORD_VARIABLE_PAY = "record_variable_pay", _("Registrere variabel lønn")
    APPROVE_VARIABLE_PAY = "approve_variable_pay", _("Godkjenne og overføre variabel lønn")
    # Administrasjon
    ADMINISTER = "administer", _("Bruke kommunens administrasjon")
    IMPORT_REGISTER = "import_register", _("Importere fra Folkeregisteret og rette dubletter")
    SET_DEADLINES = "set_deadlines", _("Sette frister og oppgaver i årshjulet")
    MOVE_DEADLINES = "move_deadlines", _("Flytte frister for egen skole")
    REPORT_STATISTICS = "report_statistics", _("Lage og rette tall til GSI")
    EXPORT_DATA = "export_data", _("Hente ut data til andre systemer")
    EXPORT_PUPIL = "export_pupil", _("Hente ut alt om en elev, for innsyn")
    EDIT_ROLES = "edit_roles", _("Endre hva en rolle gir rett til")
    GIVE_ROLES = "give_roles", _("Gi og avslutte roller og særskilte tilganger")
    VIEW_ACCESS = "view_access", _("Se hvem som har tilgang til en elev, og hvorfor")
    VIEW_ACCESS_LOG = "view_access_log", _("Søke i innsynsloggen")
    # Foresatte og elever, om seg og sine
    VIEW_OWN_CHILDREN = "view_own_children", _("Se egne barn og dokumentene deres")
    ACT_FOR_OWN_CHILDREN = "act_for_own_children", _("Søke, svare og melde fravær for egne barn")
    VIEW_OWN_RECORD = "view_own_record", _("Se opplysninger om seg selv")


AREAS: tuple[tuple[str | Promise, Permission], ...] = (
    (_("Elever og grupper"), Permission.VIEW_PUPIL),
    (_("Foresatte"), Permission.VIEW_GUARDIANS),
    (_("Adressesperre"), Permission.SEE_PROTECTED),
    (_("Fravær, anmerkninger, permisjon og skyss"), Permission.VIEW_ABSENCE),
    (_("Vurdering, eksamen og vitnemål"), Permission.VIEW_GRADES),
    (_("SFO"), Permission.VIEW_SFO),
    (_("Meldinger"), Permission.READ_MESSAGES),
    (_("Dokumenter og arkiv"), Permission.VIEW_DOCUMENT),
    (_("Søk, skoleår og nødtilgang"), Permission.ADVANCED_SEARCH),
    (_("Ansatte"), Permission.VIEW_STAFF),
    (_("Administrasjon og innsyn"), Permission.ADMINISTER),
    (_("Egne barn og egne opplysninger"), Permission.VIEW_OWN_CHILDREN),
)


def by_area() -> list[tuple[str | Promise, list[Permission]]]:
    """The rights under the headings of the role catalogue; each area begins at the right named in AREAS."""
    headings = {first: heading for heading, first in AREAS}
    found: list[tuple[str | Promise, list[Permission]]] = []
    for permission in Permission:
        if permission in headings:
            found.append((headings[permission], []))
        found[-1][1].append(permission)
    return found


# What may be given to one person beside a role, with an end and a reason (handbook 7.3).
SPECIAL_GRANTS = (
    Permission.ADVANCED_SEARCH,
    Permission.COORDINATE_EXAMS,
    Permission.SET_RECEIVERS,
    Permission.SEE_ALL_YEARS,
    Permission.DECIDE_TRANSPORT,
    Permission.DELETE_DOCUMENT,
    Permission.DECIDE_FEE_REDUCTION,
    Permission.DECIDE_LEAVE,
    Permission.REMOVE_FROM_YEAR,
)
# The officers' rights are never part of a role: one change of it must not open protected families to all who hold it.
OFFICER_GRANTS = (Permission.SEE_PROTECTED, Permission.MANAGE_PROTECTION)

# What concerns every school at once. Held for less than the whole municipality, these give nothing.
MUNICIPAL_RIGHTS = frozenset(
    {
        Permission.ADMINISTER,
        Permission.EDIT_ROLES,
        Permission.EDIT_TEMPLATES,
        Permission.EXPORT_DATA,
        Permission.IMPORT_REGISTER,
        Permission.OPEN_YEAR,
        Permission.SET_DEADLINES,
        Permission.SYNC_STAFF,
        Permission.TRANSFER_INVOICES,
    }
)

# Each of these belongs to one door; a role for another door gives nothing of it.
GUARDIAN_RIGHTS = frozenset({Permission.VIEW_OWN_CHILDREN, Permission.ACT_FOR_OWN_CHILDREN})
PUPIL_RIGHTS = frozenset({Permission.VIEW_OWN_RECORD})

# Follow from being contact teacher, not from teaching a subject (handbook 7.2, columns «kontakt» and «fag»).
ONLY_AS_CONTACT_TEACHER = frozenset(
    {
        Permission.VIEW_GUARDIANS,
        Permission.VIEW_DOCUMENT,
        Permission.WRITE_DOCUMENT,
        Permission.EDIT_ABSENCE,
        Permission.VIEW_LEAVE,
        Permission.SET_CONDUCT,
        Permission.FINISH_ASSESSMENTS,
    }
)

# Pupils normally have no second factor. Everything else asks for one, whoever the user is.
ONE_FACTOR_IS_ENOUGH = PUPIL_RIGHTS
