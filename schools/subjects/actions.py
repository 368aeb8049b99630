"""Takes a snapshot of the published subjects in: first what it would change, then just that, or nothing."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from accessctl.audit import record_act
from accessctl.models import User
from schoolapp.lib import clock
from schools.models import Subject, SubjectSnapshot
from schools.subjects.bundled import LK20_FROM
from schools.subjects.grep import Entry, read

FIELDS = ("name_nb", "name_nn", "is_elective", "grade_from", "grade_to", "valid_from", "valid_to")


@dataclass
class Plan:
    """What reading the snapshot would do. `left_out` counts what is not of compulsory school and is unknown here.

    `untold` are published subjects, unknown here, of which the list does not say whether they are of compulsory school.
    `kept` are subjects that the list does not have: they stay as they are, since they may be in use.
    """

    sha256: str
    new: list[Subject] = field(default_factory=list)
    changed: list[tuple[Subject, list[str]]] = field(default_factory=list)
    unchanged: int = 0
    left_out: int = 0
    untold: list[Entry] = field(default_factory=list)
    kept: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "left_out": self.left_out,
            "untold": len(self.untold),
            "kept": self.kept,
        }

    @property
    def digest(self) -> str:
        """Two plans that would do the same have the same digest."""
        rows = [*self.new, *(subject for subject, _names in self.changed)]
        told = [[subject.code, *(str(getattr(subject, name)) for name in FIELDS)] for subject in rows]
        return hashlib.sha256(repr((self.sha256, told)).encode()).hexdigest()


def plan(content: bytes) -> Plan:
    """What the snapshot would change (one query). Raises grep.Refused for a file with anything wrong in it."""
    entries = read(content)
    standing = {subject.code: subject for subject in Subject.objects.all()}
    found = Plan(hashlib.sha256(content).hexdigest())
    for entry in entries:
        subject = standing.get(entry.code)
        if subject is None:
            if entry.is_compulsory_school is None and not entry.is_expired:
                found.untold.append(entry)
            elif entry.is_compulsory_school and not entry.is_expired:
                found.new.append(laid(Subject(code=entry.code, valid_from=LK20_FROM), entry))
            else:
                found.left_out += 1
            continue
        before = [getattr(subject, name) for name in FIELDS]
        laid(subject, entry)
        names = [name for name, old in zip(FIELDS, before, strict=True) if getattr(subject, name) != old]
        if names:
            found.changed.append((subject, names))
        else:
            found.unchanged += 1
    found.kept = len(standing.keys() - {entry.code for entry in entries})
    return found


def laid(subject: Subject, entry: Entry) -> Subject:
    """The subject as the list has it. What the list does not say, stays; what has expired, ends, and is not deleted."""
    subject.name_nb = entry.name_nb
    subject.name_nn = entry.name_nn or subject.name_nn
    subject.is_elective = entry.is_elective or subject.is_elective
    if entry.grades:
        subject.grade_from, subject.grade_to = entry.grades[0], entry.grades[-1]
    subject.valid_from = entry.valid_from or subject.valid_from
    if entry.is_expired:
        subject.valid_to = entry.valid_to or subject.valid_to or clock.today() - timedelta(days=1)
    elif entry.tells_valid_to:
        subject.valid_to = entry.valid_to
    if subject.valid_to:
        subject.valid_to = max(subject.valid_to, subject.valid_from)
    return subject


@transaction.atomic
def take_snapshot(content: bytes, *, by: User | None) -> Plan:
    """Do what `plan` says, all of it. Raises grep.Refused; then nothing is changed."""
    found = plan(content)
    Subject.objects.bulk_create(found.new)
    if found.changed:
        Subject.objects.bulk_update([subject for subject, _names in found.changed], FIELDS)
    SubjectSnapshot.objects.create(sha256=found.sha256, counts=found.counts)
    if by:
        record_act(by, "import_subjects", what=f"Fag fra Grep: {found.counts}"[:120])
    return found
