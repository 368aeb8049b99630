"""Which schools Fjordvik has in each size, and how many pupils in each grade."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from accessctl.models import School
from schoolapp.demo.names import place_names

CLASS_LIMIT = 28
PRIMARY, LOWER, COMBINED = School.Kind.PRIMARY, School.Kind.LOWER_SECONDARY, School.Kind.COMBINED
GRADES = {PRIMARY: range(1, 8), LOWER: range(8, 11), COMBINED: range(1, 11)}


class Size(StrEnum):
    LITEN = "liten"
    KOMMUNE = "kommune"
    STORBY = "storby"


@dataclass
class SchoolPlan:
    """One school to be. `per_grade` pupils in each grade; `feeds` is where its grade 7 goes on."""

    name: str
    kind: School.Kind
    per_grade: int
    feeds: "SchoolPlan | None" = None
    language: str = "nb"
    pk: int = 0

    @property
    def grades(self) -> range:
        return GRADES[self.kind]

    @property
    def classes_per_grade(self) -> int:
        return -(-self.per_grade // CLASS_LIMIT)

    def school_for(self, grade: int) -> "SchoolPlan":
        """Where a child of this school's area goes in that grade."""
        return self if grade in self.grades or self.feeds is None else self.feeds


@dataclass
class Plan:
    """Areas are schools with a grade 1, each with its lower secondary school."""

    areas: list[SchoolPlan] = field(default_factory=list)
    lower: list[SchoolPlan] = field(default_factory=list)

    @property
    def schools(self) -> list[SchoolPlan]:
        return [*self.areas, *self.lower]

    @property
    def pupils(self) -> int:
        return sum(school.per_grade * len(school.grades) for school in self.schools)


# Pupils in each grade: at combined schools (number of schools, size), primary schools, lower secondary schools.
SHAPES = {
    Size.KOMMUNE: ((3, 40), 480, 10, 4),
    Size.STORBY: ((15, 48), 5780, 96, 30),
}


def make_plan(size: Size, rng: Random) -> Plan:
    """The schools of a size; the first ones are the same in all sizes, as the demo persons work there."""
    if size == Size.LITEN:
        return small_plan()
    (combined, combined_size), pupils, primaries, lowers = SHAPES[size]
    first = small_plan()
    names = iter(place_names(rng, combined + primaries + lowers))
    lower_sizes = split(pupils, lowers, rng)
    primary_sizes = [28, *split(pupils - 28, primaries - 1, rng)]
    plan = Plan()
    plan.lower = [first.lower[0]] + [SchoolPlan(f"{next(names)} ungdomsskole", LOWER, 0) for _ in range(lowers - 1)]
    for school, per_grade in zip(plan.lower, lower_sizes, strict=True):
        school.per_grade = per_grade
    for index, per_grade in enumerate(primary_sizes):
        school = first.areas[index] if index < 2 else SchoolPlan(f"{next(names)} skole", PRIMARY, per_grade)
        school.per_grade, school.feeds = per_grade, plan.lower[index % lowers if index != 1 else 0]
        school.language = "nn" if index % 9 == 4 else school.language
        plan.areas.append(school)
    for index in range(combined):
        name = first.areas[2].name if index == 0 else f"{next(names)} oppvekstsenter"
        plan.areas.append(SchoolPlan(name, COMBINED, combined_size, language="nn" if index % 3 == 0 else "nb"))
    return plan


def small_plan() -> Plan:
    lower = SchoolPlan("Fjordvik ungdomsskole", LOWER, 40)
    areas = [
        SchoolPlan("Solbakken skole", PRIMARY, 28, lower),
        SchoolPlan("Nordneset skole", PRIMARY, 12, lower),
        SchoolPlan("Storvik oppvekstsenter", COMBINED, 20, language="nn"),
    ]
    return Plan(areas, [lower])


def split(total: int, parts: int, rng: Random) -> list[int]:
    """`total` in `parts` unequal parts, the largest not three times the smallest."""
    weights = [rng.uniform(0.6, 1.6) for _ in range(parts)]
    sizes = [int(total * weight / sum(weights)) for weight in weights]
    for index in range(total - sum(sizes)):
        sizes[index % parts] += 1
    return sizes
