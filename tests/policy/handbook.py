"""Handbook 7.2, copied by hand: which role may do what. Nothing here is read from the code it is held against.

A cell holds the verbs of the handbook: r read, c create, e edit all, a approve, other words as they stand there. The
letter of reach in front (M, S, G, B, C, P) is left out, since the role carries it. An empty cell is «–» or «gr» (only
by special grant). `VERBS` says which rights a verb of a row means.
"""

COLUMNS = ("kommuneadmin", "skoleadmin", "rektor", "skoleadmin2", "kontakt", "fag", "sfo_admin", "sfo_ansatt",
           "helsesykepleier", "foresatt", "elev")  # fmt: skip
READS_PUPIL = {"view_pupil", "view_contact"}

ROWS: dict[str, str] = {
    "Registers, codes, templates":        "e   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Population-register import":         "e   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Role/permission set-up":             "e   | c        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Pupil identity, contact":            "r/e | e        | -    | r  | r   | r  | r     | r  | -  | own | own",
    "Guardian relations, address":        "e   | r        | -    | r  | r   | -  | r     | r  | -  | -  | -",
    "Protected address data":             "-   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Classes, groups, contact teachers":  "r   | e        | -    | -  | r   | r  | -     | -  | -  | -  | -",
    "Absence":                            "r   | e        | -    | -  | c/e | c  | r     | r  | -  | -  | -",
    "Remarks":                            "r   | r        | -    | -  | c   | c  | -     | -  | -  | -  | -",
    "Grades, order/conduct":              "r   | r/check  | a    | -  | conduct | subject | - | - | - | - | -",
    "Assessments, talks":                 "r   | r        | -    | -  | c/a | c  | -     | -  | -  | -  | -",
    "Tests, exams, parties":              "c   | c        | c    | -  | -   | r  | -     | -  | -  | -  | -",
    "Certificates, registers":            "a   | a        | sign | -  | -   | -  | -     | -  | -  | -  | -",
    "Leave applications":                 "-   | r        | r    | -  | r   | -  | -     | -  | -  | -  | -",
    "School transport":                   "-   | r        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "SFO applications":                   "r   | r/a      | -    | -  | -   | -  | a     | r  | -  | -  | -",
    "SFO attendance, pick-up":            "-   | r        | -    | -  | -   | -  | e     | c  | -  | -  | -",
    "SFO fee reduction":                  "-   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Invoice basis":                      "transfer | final | -  | -  | -   | -  | check | -  | -  | -  | -",
    "Messages":                           "c   | c/large  | c    | -  | c   | c  | c     | c  | r  | -  | -",
    "Emergency broadcast":                "c   | -        | c    | -  | -   | -  | -     | -  | -  | -  | -",
    "Documents":                          "c   | c        | c    | -  | c   | -  | sfo   | -  | -  | -  | -",
    "Delete document":                    "-   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Archive log":                        "e   | e        | -    | -  | own | -  | -     | -  | -  | -  | -",
    "Advanced person search":             "-   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "See all school years":               "-   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Remove pupil from year":             "-   | -        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Photographer file":                  "-   | c        | -    | -  | -   | -  | -     | -  | -  | -  | -",
    "Variable pay":                       "-   | c        | a    | -  | -   | -  | -     | -  | -  | -  | -",
    "Own children and own record":        "-   | -        | -    | -  | -   | -  | -     | -  | -  | child | self",
}  # fmt: skip

VERBS: dict[str, dict[str, set[str]]] = {
    "Registers, codes, templates": {"e": {"edit_templates", "edit_archive_settings", "administer"}},
    "Population-register import": {"e": {"import_register"}},
    "Role/permission set-up": {"e": {"edit_roles", "give_roles"}, "c": {"give_roles"}},
    # The family's cells of this row are its own door, in the last row.
    "Pupil identity, contact": {"r": READS_PUPIL, "e": READS_PUPIL | {"edit_pupil"}, "own": set()},
    "Guardian relations, address": {"r": {"view_guardians"}, "e": {"view_guardians", "edit_relations"}},
    "Classes, groups, contact teachers": {"r": {"view_groups"}, "e": {"view_groups", "edit_groups"}},
    "Absence": {
        "r": {"view_absence"},
        "c": {"view_absence", "record_absence"},
        "e": {"view_absence", "record_absence", "edit_absence"},
    },
    "Remarks": {"r": {"view_remarks"}, "c": {"view_remarks", "write_remarks"}},
    "Grades, order/conduct": {
        "r": {"view_grades"},
        "check": {"check_grades"},
        "a": {"decide_grades"},
        "conduct": {"view_grades", "set_conduct"},
        "subject": {"view_grades", "set_grades"},
    },
    "Assessments, talks": {
        "r": {"view_assessments"},
        "c": {"view_assessments", "write_assessments"},
        "a": {"finish_assessments"},
    },
    "Tests, exams, parties": {"r": {"view_exams"}, "c": {"view_exams", "register_exams"}},
    "Certificates, registers": {"a": {"issue_certificates"}, "sign": {"sign_certificates"}},
    "Leave applications": {"r": {"view_leave"}},
    "School transport": {"r": {"view_transport"}},
    "SFO applications": {"r": {"view_sfo"}, "a": {"view_sfo", "decide_sfo"}},
    "SFO attendance, pick-up": {
        "r": {"view_sfo_attendance"},
        "c": {"view_sfo_attendance", "record_sfo_attendance"},
        "e": {"view_sfo_attendance", "record_sfo_attendance"},
    },
    "Invoice basis": {"transfer": {"transfer_invoices"}, "final": {"prepare_invoices"}, "check": {"prepare_invoices"}},
    "Messages": {
        "r": {"read_messages"},
        "c": {"send_messages"},
        "large": {"send_to_many"},
    },
    "Emergency broadcast": {"c": {"send_emergency"}},
    # The SFO's letters are not told from others yet, and the school's are none of the SFO's business.
    "Documents": {"c": {"view_document", "write_document"}, "sfo": set()},
    # Where one's own document stands in the archive is shown with the document.
    "Archive log": {"e": {"view_archive_log", "run_archive"}, "own": set()},
    "Photographer file": {"c": {"make_photo_file"}},
    "Variable pay": {"c": {"record_variable_pay"}, "a": {"approve_variable_pay"}},
    "Own children and own record": {
        "child": {"view_own_children", "act_for_own_children"},
        "self": {"view_own_record"},
    },
}  # fmt: skip

# What the handbook's table does not say in a cell, each with the place that says it or the reason.
ADDED: list[tuple[str, str, str]] = [
    # The principal's column is an add-on to what the school administration reads (7.2); alone it must still be read.
    ("rektor", "view_pupil view_contact view_guardians view_groups view_absence view_remarks view_transport", "7.2"),
    ("rektor", "view_grades view_assessments send_to_many", "7.2, 7.4"),
    # Those who write to families read the answers: «Answer messages in app» (7.4) for the school, «B c» (7.2) for SFO.
    ("skoleadmin rektor laerer sfo_admin sfo_ansatt", "read_messages", "7.2, 7.4"),
    ("kommuneadmin", "send_to_many", "7.2: its messages reach the municipality"),
    # It decides on transport with a grant; the row says «a (gr)» and nothing of reading, which comes before deciding.
    ("kommuneadmin", "view_transport", "derived from 7.2"),
    # The team does the pupil processes, letters, certificates, SFO decisions and invoices.
    ("team", "view_pupil view_contact view_guardians edit_pupil view_groups edit_groups", "7.4, 2.2, 2.3"),
    ("team", "check_grades view_grades view_exams issue_certificates send_messages send_to_many", "7.4"),
    ("team", "view_document write_document view_archive_log run_archive", "7.4"),
    ("team", "view_assessments view_remarks", "6.2: reports the team makes or controls"),
    ("team", "view_sfo decide_sfo view_sfo_attendance prepare_invoices", "7.2, 5.4"),
    # No place gives the team these; it does the daily work of the school administration, whose cells they are.
    ("team", "view_absence record_absence edit_absence view_leave view_transport", "derived from 7.2"),
    # SFO staff must find their own groups to have pupils in them (7.2, scope rules).
    ("sfo_admin sfo_ansatt", "view_groups", "7.2, scope rules"),
    # «Skjerm nå» at each school (8.2), «Lost right to information: blocked» is entered by the school (8.3).
    ("kommuneadmin skoleadmin rektor team", "shield_now block_guardian", "8.2, 8.3"),
    # «Self-service who sees my child» (8.4, INC-B20) and «Access log: M r (DPO/owner)» (7.2, last row).
    ("kommuneadmin skoleadmin rektor personvernombud", "view_access", "8.4"),
    ("personvernombud", "view_access_log", "7.2"),
    # The work of a new school year (2.2) and the start of a pupil's place are shared by school and municipality.
    ("kommuneadmin skoleadmin rektor team", "plan_year", "2.2"),
    ("kommuneadmin", "open_year", "2.2, steps 1, 4, 8 and 9: Stab"),
    ("kommuneadmin", "sync_staff set_deadlines export_data", "7.4: check HR sync; set deadlines; ours for exports"),
    ("kommuneadmin", "export_pupil", "derived from 8: the data controller answers a request for access"),
    ("rektor", "order_ict move_deadlines", "7.4"),
    ("skoleadmin rektor", "plan_positions", "derived from 7.4: the leaders of a school plan its staff"),
    ("kommuneadmin skoleadmin rektor", "view_staff report_statistics", "derived from 7.4 and 10"),
    # Emergency access with a reason, inside the schools one works at: ours, logged and told of as 8.2 rule 6 asks.
    ("skoleadmin rektor team laerer", "break_glass", "derived from 8.2"),
]

# What the subject teacher's column lacks and the contact teacher's has: both are the one role «laerer».
ROLE_OF_COLUMN = {"kontakt": "laerer", "fag": "laerer"}
REACH = {
    "kommuneadmin": "municipality", "kommuneadmin2": "municipality", "personvernombud": "municipality",
    "skoleadmin": "schools", "skoleadmin2": "schools", "team": "schools", "rektor": "schools",
    "helsesykepleier": "schools", "grunntilgang": "schools", "laerer": "own_groups", "sfo_admin": "own_sfo_groups",
    "sfo_ansatt": "own_sfo_groups", "foresatt": "own_children", "elev": "self",
}  # fmt: skip
# 7.3 and 8.2: named persons answer for protected families; no role of 7.2 has it («–» in every cell of its row).
BY_PERSON_ALONE = {"see_protected", "manage_protection"}
# Reach M in 7.2 and nothing to divide by school: registers and templates, roles, the import, the transfer of invoices,
# the opening of a school year, the deadlines for all, the staff register's run, and files for other systems.
# Archive settings stand in the same row, but each school has its own.
WHOLE_MUNICIPALITY = {"administer", "edit_templates", "edit_roles", "import_register", "transfer_invoices"} | {
    *("open_year", "set_deadlines", "sync_staff", "export_data"),
}
GUARDIANS_DOOR = {"view_own_children", "act_for_own_children"}
PUPILS_DOOR = {"view_own_record"}


def columns() -> dict[str, set[str]]:
    """The rights of each column of 7.2."""
    found: dict[str, set[str]] = {column: set() for column in COLUMNS}
    for row, cells in ROWS.items():
        for column, cell in zip(COLUMNS, (cell.strip() for cell in cells.split("|")), strict=True):
            for verb in cell.split("/") if cell != "-" else ():
                found[column] |= VERBS[row][verb]
    return found


def rights_of_roles() -> dict[str, set[str]]:
    """The rights each shipped role begins with."""
    found: dict[str, set[str]] = {role: set() for role in REACH}
    for column, rights in columns().items():
        found[ROLE_OF_COLUMN.get(column, column)] |= rights
    for roles, rights, _place in ADDED:
        for role in roles.split():
            found[role] |= set(rights.split())
    return found


def only_for_contact_teachers() -> set[str]:
    """What the contact teacher's column has and the subject teacher's has not. The exception: the subject's marks are
    a subject teacher's, and whoever both teaches and leads the class is both.
    """
    return columns()["kontakt"] - columns()["fag"]
