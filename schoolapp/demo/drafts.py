"""A few letters somebody has begun, so that the lists of a new demo are not empty."""

from accessctl.models import Municipality, School
from documents.guide import install_words
from documents.installing import install_types
from documents.models import (
    AccessBasis,
    Document,
    DocumentBatch,
    DocumentBatchItem,
    Letterhead,
    TemplateVersion,
)
from people.models import Protection
from schoolapp.demo.town import Town
from students.models import GroupStaffing, Student

TYPE = "innkalling-moete"
MOST, MOST_BATCHES = 200, 20
TOPICS = ("Hvordan det går på skolen", "Overgangen til nytt trinn", "Fravær denne høsten", "Trivsel i klassen")


def make_drafts(town: Town) -> int:
    """One unfinished invitation by each of the first contact teachers. Returns how many."""
    install_types()
    set_up_office()
    current = TemplateVersion.objects.filter(document_type__slug=TYPE, is_current=True).select_related("document_type")
    templates = {template.language: template for template in current}
    teachers = GroupStaffing.objects.filter(
        function=GroupStaffing.Function.CONTACT_TEACHER,
        group__school_year=town.year,
        employee__person__user__isnull=False,
    ).select_related("employee__person", "group__school")
    drafts = []
    for staffing in teachers.order_by("pk")[:MOST]:
        template = templates.get(staffing.group.school.language)
        open_pupils = Student.objects.filter(
            memberships__group=staffing.group, memberships__valid_to__isnull=True, person__protection=Protection.NONE
        )
        student = open_pupils.order_by("pk").first()
        if template is None or student is None or student.school_id is None:
            continue
        drafts.append(
            Document(
                uuid=town.uuid(),
                series=town.uuid(),
                student=student,
                school_id=student.school_id,
                document_type=template.document_type,
                template=template,
                language=template.language,
                title=template.document_type.name(template.language),
                fields={"tema": town.rng.choice(TOPICS), "sted": f"Møterom {town.rng.randint(1, 4)}"},
                created_by_id=staffing.employee.person.user_id,
            )
        )
    Document.objects.bulk_create(drafts)
    for staffing in teachers.order_by("pk")[:MOST_BATCHES]:
        begin_batch(town, staffing, templates)
    install_words()
    return len(drafts)


def begin_batch(town: Town, staffing: GroupStaffing, templates: dict[str, TemplateVersion]) -> None:
    """An invitation to a whole class that its contact teacher is writing."""
    author = staffing.employee.person.user
    template = templates.get(staffing.group.school.language)
    members = Student.objects.filter(memberships__group=staffing.group, memberships__valid_to__isnull=True)
    pupils = list(members.filter(person__protection=Protection.NONE).order_by("sort_name", "pk").distinct())
    if template is None or author is None or not pupils:
        return
    batch = DocumentBatch.objects.create(
        uuid=town.uuid(),
        document_type=template.document_type,
        school=staffing.group.school,
        recipients=f"{staffing.group.name}, {staffing.group.school.name}",
        fields={"tema": town.rng.choice(TOPICS)},
        created_by=author,
    )
    DocumentBatchItem.objects.bulk_create(
        [DocumentBatchItem(batch=batch, student=pupil, position=n) for n, pupil in enumerate(pupils, 1)]
    )


def set_up_office() -> None:
    """A ground that an author can tighten to, and letters with a sender that tells nothing through the envelope."""
    AccessBasis.objects.get_or_create(
        access_code="UO", legal_basis="offl. § 13, jf. barnevernsloven § 13-1", defaults={"strictness": 3}
    )
    municipality = Municipality.objects.first()
    sender = municipality.name if municipality else ""
    heads = [Letterhead(school=school, return_name=sender) for school in School.objects.filter(letterhead=None)]
    Letterhead.objects.bulk_create(heads)
