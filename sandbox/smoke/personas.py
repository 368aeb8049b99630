"""Who does the job: demo persons from the list the login stand-in reads, and the guardian the register told of."""

import json
import os
from pathlib import Path

import psycopg

from sandbox.smoke.register import MOTHER
from sandbox.smoke.visitor import Astray

GUARDIAN_LOGIN = "foresatt-fra-registeret"
HOME_CLASS = """
    SELECT school.org_number, home.name
    FROM students_groupstaffing staffing
    JOIN students_group home ON home.id = staffing.group_id AND home.kind = 'home_class'
    JOIN schools_schoolyear year ON year.id = home.school_year_id AND year.state = 'current'
    JOIN accessctl_school school ON school.id = home.school_id
    JOIN staff_employee employee ON employee.id = staffing.employee_id
    JOIN people_nationalid number ON number.person_id = employee.person_id
    WHERE number.number = %s AND staffing.function = 'contact_teacher'
    ORDER BY home.name LIMIT 1
"""


class Personas:
    """Raises Astray when the demo municipality has no one who can do the job."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.listed = json.loads(file.read_text(encoding="utf-8"))
        self.teacher = self.called("kontaktlaerer")
        self.archivist = self.called("team")
        with psycopg.connect(os.environ["DATABASE_URL"]) as database:
            row = database.execute(HOME_CLASS, [self.teacher["national_id"]]).fetchone()
        if row is None:
            raise Astray("Kontaktlæreren har ingen klasse")
        self.org_number, self.class_name = row

    def called(self, login_id: str) -> dict[str, str]:
        for person in self.listed:
            if person["login_id"] == login_id:
                return dict(person)
        raise Astray(f"Demopersonen «{login_id}» finnes ikke")

    def add_guardian(self) -> None:
        """The stand-in reads the list at every login, so a new person needs no restart."""
        mother = {
            "login_id": GUARDIAN_LOGIN,
            "name": MOTHER.name,
            "role": "Foresatt",
            "school": "",
            "provider": "idporten",
            "national_id": MOTHER.number,
            "feide_id": "",
            "note": "",
        }
        self.file.write_text(json.dumps([*self.listed, mother], ensure_ascii=False), encoding="utf-8")
