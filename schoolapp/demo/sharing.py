"""What families have answered about the contact list and school photos, and a view some schools share."""

from accessctl.models import RoleAssignment, School
from guardians.models import ContactShare, GuardianRelation, PhotoConsent
from people.models import Protection
from schoolapp.demo.town import Town
from students.models import SavedView

MOST = 6_000
# How many schools have shared a view; whoever sees every school sees them all.
SHARING = 3
VIEW, QUERY = "Målform per klasse", "kol=klasse&kol=maalform&sorter=klasse"


def answer_for_families(town: Town) -> None:
    """Most guardians have said yes to photos, some no, some nothing; about half share something with the class."""
    relations = GuardianRelation.objects.giving_access().filter(
        student__person__protection=Protection.NONE, guardian__protection=Protection.NONE
    )
    consents, shares = [], []
    for student, guardian in relations.order_by("student", "guardian").values_list("student", "guardian")[:MOST]:
        chance = town.rng.random()
        if chance < 0.85:
            consents.append(
                PhotoConsent(
                    uuid=town.uuid(),
                    student_id=student,
                    person_id=guardian,
                    is_given=chance > 0.05,
                    valid_from=town.year.starts_on,
                )
            )
        if town.rng.random() < 0.5:
            email = town.rng.random() < 0.4
            shares.append(ContactShare(student_id=student, guardian_id=guardian, name=True, phone=True, email=email))
    PhotoConsent.objects.bulk_create(consents, batch_size=2000)
    ContactShare.objects.bulk_create(shares, batch_size=2000)
    share_views(town)


def share_views(town: Town) -> None:
    """At a few schools the admin has given a view of the list of pupils a name and shared it."""
    admins = RoleAssignment.objects.on().filter(role__slug="skoleadmin", school__isnull=False)
    by_school = dict(admins.order_by("-pk").values_list("school", "user"))
    SavedView.objects.bulk_create(
        SavedView(uuid=town.uuid(), owner_id=by_school[school.pk], school=school, name=VIEW, query=QUERY)
        for school in School.objects.order_by("pk")[:SHARING]
        if school.pk in by_school
    )
