"""A few letters somebody has begun, so that the lists of a new demo are not empty."""

from documents.models import Document, TemplateVersion
from documents.template_actions import install_types
from people.models import Protection
from schoolapp.demo.town import Town
from students.models import GroupStaffing, Student

TYPE = "innkalling-moete"
MOST = 200
TOPICS = ("Hvordan det går på skolen", "Overgangen til nytt trinn", "Fravær denne høsten", "Trivsel i klassen")


def make_drafts(town: Town) -> int:
    """One unfinished invitation by each of the first contact teachers. Returns how many."""
    install_types()
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
    return len(drafts)
