"""OneRoster 1.1 in CSV: a zip with one file per kind of object, all of them whole («bulk»).

1EdTech OneRoster 1.1, CSV binding: comma, UTF-8 without a byte order mark, quotes where needed; `status` and
`dateLastModified` stand empty in bulk files. The cells are for machines, so nothing is put before a name that looks
like a formula.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5

from guardians.exchange.shape import Belonging, GroupUnit, Human, Kind, Role, Roster

# The oldest moment a zip can name, so that equal data give equal bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)
HEADERS = {
    "manifest.csv": "propertyName,value",
    "academicSessions.csv": (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear"
    ),
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "courses.csv": (
        "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
        "subjectCodes"
    ),
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
    ),
    "classes.csv": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods"
    ),
    "enrollments.csv": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
    ),
}
ROLE = {
    Role.PUPIL: "student",
    Role.TEACHER: "teacher",
    Role.ASSISTANT: "aide",
    Role.PRINCIPAL: "administrator",
    Role.STAFF: "administrator",
    Role.GUARDIAN: "guardian",
}
# A person has one role here: the first of these they have.
FIRST = [Role.PUPIL, Role.TEACHER, Role.PRINCIPAL, Role.ASSISTANT, Role.STAFF, Role.GUARDIAN]
Line = dict[str, str]


def write(roster: Roster, file: BinaryIO) -> None:
    packed = io.BytesIO()  # what is wound back in is packed otherwise than what is not
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in tables(roster).items():
            info = zipfile.ZipInfo(name, NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, as_csv(name, lines))
    file.write(packed.getvalue())


def as_csv(name: str, lines: Iterable[Line]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADERS[name].split(","), restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def tables(roster: Roster) -> dict[str, Iterable[Line]]:
    classes = [group for group in roster.groups if group.kind != Kind.SFO_GROUP]
    return {
        "manifest.csv": manifest(roster),
        "academicSessions.csv": [session(roster)],
        "orgs.csv": orgs(roster),
        "courses.csv": courses(classes, roster),
        "classes.csv": [as_class(group, roster) for group in classes],
        "users.csv": users(roster),
        "enrollments.csv": enrollments(classes, roster),
    }


def manifest(roster: Roster) -> list[Line]:
    values = {"manifest.version": "1.0", "oneroster.version": "1.1"}
    for name in ("academicSessions", "orgs", "courses", "classes", "users", "enrollments"):
        values[f"file.{name}"] = "bulk"
    for name in (
        *("categories", "classResources", "courseResources", "demographics", "lineItems", "resources", "results"),
    ):
        values[f"file.{name}"] = "absent"
    values |= {"source.systemName": "Schoolapp", "source.systemCode": roster.source}
    return [{"propertyName": name, "value": value} for name, value in sorted(values.items())]


def session_id(roster: Roster) -> str:
    return named(roster, f"skoleår/{roster.year.name}")


def owner_id(roster: Roster) -> str:
    return named(roster, "skoleeier")


def named(roster: Roster, name: str) -> str:
    """An id that is always the same for what has no row of its own."""
    return str(uuid5(NAMESPACE_URL, f"{roster.source}/{name}"))


def session(roster: Roster) -> Line:
    return {
        "sourcedId": session_id(roster),
        "title": roster.year.name,
        "type": "schoolYear",
        "startDate": f"{roster.year.first:%Y-%m-%d}",
        "endDate": f"{roster.year.last:%Y-%m-%d}",
        "schoolYear": str(roster.year.last.year),
    }


def orgs(roster: Roster) -> list[Line]:
    kommune = roster.owner
    top = {
        "sourcedId": owner_id(roster),
        "name": kommune.name,
        "type": "district",
        "identifier": f"NO{kommune.org_number}",
    }
    schools = [
        {
            "sourcedId": school.id,
            "name": school.name,
            "type": "school",
            "identifier": f"NO{school.org_number}",
            "parentSourcedId": owner_id(roster),
        }
        for school in roster.schools
    ]
    return [top, *schools]


def course_id(group: GroupUnit, roster: Roster) -> str:
    """One course for each subject at a school; classes and other groups without a subject go by grade level."""
    return named(roster, f"{group.school}/{group.subject or f'{group.kind}/{grade(group.grade)}'}")


def courses(classes: list[GroupUnit], roster: Roster) -> list[Line]:
    found = {}
    for group in classes:
        title = group.subject_name or (f"{group.grade}. trinn" if group.grade else "Uten trinn")
        found[course_id(group, roster)] = {
            "sourcedId": course_id(group, roster),
            "schoolYearSourcedId": session_id(roster),
            "title": title,
            "courseCode": group.subject,
            "grades": "" if group.subject else grade(group.grade),
            "orgSourcedId": group.school,
            "subjects": group.subject_name,
            "subjectCodes": group.subject,
        }
    return [line for _id, line in sorted(found.items())]


def as_class(group: GroupUnit, roster: Roster) -> Line:
    return {
        "sourcedId": group.id,
        "title": group.name,
        "grades": grade(group.grade),
        "courseSourcedId": course_id(group, roster),
        "classCode": group.name,
        "classType": "homeroom" if group.kind == Kind.HOME_CLASS else "scheduled",
        "schoolSourcedId": group.school,
        "termSourcedIds": session_id(roster),
        "subjects": group.subject_name,
        "subjectCodes": group.subject,
    }


def users(roster: Roster) -> Iterable[Line]:
    schools: dict[str, list[str]] = {}
    for row in roster.at_schools:
        schools.setdefault(row.person, []).append(row.unit)
    children: dict[str, list[str]] = {}
    for pupil, guardians in roster.guardians.items():
        for guardian in guardians:
            children.setdefault(guardian, []).append(pupil)
    return (user(human, schools, children, roster) for human in roster.people)


def user(human: Human, schools: dict[str, list[str]], children: dict[str, list[str]], roster: Roster) -> Line:
    """Guardians point to their children and pupils to their guardians. Who is at no school belongs to the owner, or
    for a guardian to the children's schools.
    """
    at_school = schools.get(human.id) or [school for child in children.get(human.id, ()) for school in schools[child]]
    others = [*roster.guardians.get(human.id, ()), *children.get(human.id, ())]
    return {
        "sourcedId": human.id,
        "enabledUser": "true",
        "orgSourcedIds": ",".join(sorted(set(at_school)) or [owner_id(roster)]),
        "role": ROLE[next(role for role in FIRST if role in human.roles)],
        "username": human.id,
        "userIds": f"{{NIN:{human.number}}}" if human.number else "",
        "givenName": human.given,
        "familyName": human.family,
        "identifier": human.employee_number,
        "email": human.email,
        "phone": human.phone,
        "agentSourcedIds": ",".join(sorted(set(others))),
        "grades": grade(human.grade) if Role.PUPIL in human.roles else "",
    }


def enrollments(classes: list[GroupUnit], roster: Roster) -> Iterable[Line]:
    school_of = {group.id: group.school for group in classes}
    return (enrollment(row, school_of[row.unit]) for row in roster.in_groups if row.unit in school_of)


def enrollment(row: Belonging, school: str) -> Line:
    return {
        "sourcedId": row.id.replace(":", "-"),
        "classSourcedId": row.unit,
        "schoolSourcedId": school,
        "userSourcedId": row.person,
        "role": ROLE[row.role],
        "primary": "true" if row.is_primary and row.role == Role.TEACHER else "false",
        "beginDate": f"{row.first:%Y-%m-%d}" if row.first else "",
        "endDate": f"{row.last:%Y-%m-%d}" if row.last else "",
    }


def grade(level: int | None) -> str:
    return f"{level:02d}" if level else ""
