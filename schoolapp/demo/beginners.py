"""Children who are to begin at school next year, and a plan for that year that has just been begun."""

from datetime import date

from accessctl.models import School, User
from admissions.models import PlannedPlace, SchoolRoute, YearDraft
from admissions.year.draft import fill, start_draft
from admissions.year.exceptions import begin_early, keep_in_sfo, leaving_sfo, may_begin_early
from people.models import Person
from schoolapp.demo import names
from schoolapp.demo.families import Families, Household
from schoolapp.demo.plan import SchoolPlan
from schoolapp.demo.town import POSTAL_CODES, Pupil, Town
from students.names import sort_name

OLD_ENOUGH_EARLY = 3  # children who could begin a year early, of whom one does


def add_beginners(town: Town, families: Families) -> None:
    """For every four in a grade one who begins next year, with parents, at no school yet; and some a year younger."""
    year = town.year.starts_on.year + 1 - 6
    for area in town.plan.areas:
        for _ in range(area.per_grade // 4):
            add_child(town, families, area, town.day_in(year))
    for number in range(OLD_ENOUGH_EARLY):
        add_child(town, families, town.plan.areas[number], date(year + 1, number + 1, 10 + number))


def add_child(town: Town, families: Families, area: SchoolPlan, born: date) -> None:
    origin = names.pick_origin(town.rng)
    household = Household("together", origin, names.family_name(town.rng, origin), area, town.home())
    sex = town.rng.choice(("kvinne", "mann"))
    given = names.given_name(town.rng, origin, sex, is_child=True)
    person, _user = town.add_person(given, household.family, born=born, sex=sex, written_form=area.language)
    filed = sort_name(Person(given_name=given, family_name=household.family))
    student = town.tables.student.add(town.uuid(), person, None, None, "", filed)
    pupil = Pupil(student, person, area, area, 0)
    household.children.append((pupil, born))
    families.add_adults(household)
    for adult in household.adults:
        families.relate(household, pupil, born, adult)
    families.child_addresses(household, pupil)


def plan_next_year(town: Town) -> None:
    """A draft with all pupils in it. Half of the postal codes have a local school, one has two, and so decides nothing.

    One child begins early, and one goes on in SFO after grade 4, by decision.
    """
    stab = User.objects.filter(assignments__role__slug="kommuneadmin").earliest("pk")
    draft = start_draft(by=stab)
    areas = town.plan.areas
    for area, code in [*zip(areas, POSTAL_CODES[::2], strict=False), *((a, POSTAL_CODES[1]) for a in areas[4:6])]:
        SchoolRoute.objects.filter(school=area.pk).update(postal_codes=[code])
    fill(draft)
    school = School.objects.get(pk=areas[0].pk)
    begin_early(
        draft,
        may_begin_early(draft, stab).earliest("pk"),
        school=school,
        reason="Vedtak 2026/118",
        has_assessment=True,
        has_consent=True,
        by=stab,
    )
    goes_on = first_to_leave_sfo(draft, school, stab)
    if goes_on is not None:
        keep_in_sfo(goes_on, reason="Vedtak 2026/124", version=goes_on.version, by=stab)


def first_to_leave_sfo(draft: YearDraft, school: School, user: User) -> PlannedPlace | None:
    found: PlannedPlace | None = leaving_sfo(draft, school, user).first()
    return found
