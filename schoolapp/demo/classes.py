"""Classes and groups of two school years, and the pupils in them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from schoolapp.demo.plan import SchoolPlan
from schoolapp.demo.town import Pupil, Town
from students.models import Enrolment, Group

State = Enrolment.State
LETTERS = "ABCDEFGHIJKLMNOP"
LANGUAGES = ("Spansk", "Tysk", "Fransk", "Engelsk fordypning")
ELECTIVES = ("Friluftsliv", "Programmering", "Teknologi og design", "Innsats for andre")


@dataclass
class TeachingGroup:
    """A group that needs teachers."""

    pk: int
    name: str
    grade: int
    kind: str
    size: int = 0


@dataclass
class Classes:
    town: Town
    this_year: dict[tuple[int, int], list[TeachingGroup]] = field(default_factory=dict)
    last_year: dict[tuple[int, int], list[TeachingGroup]] = field(default_factory=dict)
    subjects: dict[int, list[TeachingGroup]] = field(default_factory=dict)
    sfo: dict[int, list[TeachingGroup]] = field(default_factory=dict)

    def make(self) -> None:
        for school in self.town.plan.schools:
            for grade in school.grades:
                self.this_year[school.pk, grade] = self.classes(school, grade, self.town.year.pk)
                self.last_year[school.pk, grade] = self.classes(school, grade, self.town.last_year.pk)
        for pupil in self.town.pupils:
            self.place(pupil)
        for school in self.town.plan.schools:
            self.make_subject_groups(school)
            if 1 in school.grades:
                self.make_sfo_groups(school)
            self.town.tick(len(school.grades) * school.per_grade)

    def classes(self, school: SchoolPlan, grade: int, year: int) -> list[TeachingGroup]:
        kind = Group.Kind.HOME_CLASS
        found = []
        for letter in LETTERS[: school.classes_per_grade]:
            name = f"{grade}{letter}"
            found.append(TeachingGroup(self.add_group(school, year, kind, name, grade), name, grade, kind))
        return found

    def add_group(self, school: SchoolPlan, year: int, kind: str, name: str, grade: int) -> int:
        return self.town.tables.group.add(self.town.uuid(), school.pk, year, kind, name, grade)

    def place(self, pupil: Pupil) -> None:
        """The pupil's class this year and last year; a few moved here during the autumn."""
        home = self.this_year[pupil.school.pk, pupil.grade][pupil.class_letter]
        home.size += 1
        pupil.class_pk = home.pk
        start = self.town.year.starts_on
        if (moved := self.day_of_move()) is not None:
            self.place_before_move(pupil, start, moved)
            start = moved + timedelta(days=1)
        pupil.since = start
        self.add_place(pupil, pupil.school, pupil.grade, home.pk, self.town.year.pk, State.ACTIVE, start, None)
        if pupil.grade > 1:
            self.place_last_year(pupil)

    def day_of_move(self) -> date | None:
        """A day between the first week of school and yesterday, for one pupil in a hundred and fifty."""
        latest = (self.town.today - self.town.year.starts_on).days - 1
        if latest < 25 or self.town.rng.random() >= 1 / 150:
            return None
        return self.town.year.starts_on + timedelta(days=self.town.rng.randint(20, latest))

    def place_before_move(self, pupil: Pupil, start: date, last_day: date) -> None:
        others = [s for s in self.town.plan.schools if pupil.grade in s.grades and s is not pupil.school]
        if not others:
            return
        school = self.town.rng.choice(others)
        group = self.town.rng.choice(self.this_year[school.pk, pupil.grade])
        self.add_place(pupil, school, pupil.grade, group.pk, self.town.year.pk, State.MOVED_INTERNAL, start, last_day)

    def place_last_year(self, pupil: Pupil) -> None:
        grade = pupil.grade - 1
        school = pupil.area.school_for(grade)
        groups = self.last_year[school.pk, grade]
        year = self.town.last_year
        self.add_place(
            pupil,
            school,
            grade,
            groups[pupil.class_letter % len(groups)].pk,
            year.pk,
            State.ACTIVE,
            year.starts_on,
            year.ends_on,
        )

    def add_place(
        self,
        pupil: Pupil,
        school: SchoolPlan,
        grade: int,
        group: int,
        year: int,
        state: str,
        start: date,
        end: date | None,
    ) -> None:
        self.town.tables.enrolment.add(pupil.pk, school.pk, year, grade, state, start, end)
        self.town.tables.membership.add(pupil.pk, group, True, start, end)

    def make_subject_groups(self, school: SchoolPlan) -> None:
        """Language and elective groups from grade 8; swimming in half classes in grades 3 to 5."""
        groups = self.subjects.setdefault(school.pk, [])
        for grade in school.grades:
            pupils = self.town.pupils_in(school, grade)
            if grade >= 8:
                for titles in (LANGUAGES, ELECTIVES):
                    chosen = titles[: max(2, min(len(titles), len(pupils) // 12))]
                    groups += self.divide(school, grade, pupils, [f"{title} {grade}" for title in chosen])
            elif 3 <= grade <= 5:
                groups += self.divide(school, grade, pupils, self.swimming(grade, len(pupils)))

    def make_sfo_groups(self, school: SchoolPlan) -> None:
        """After-school care for most pupils of grades 1 and 2 and half of those of grades 3 and 4."""
        kind, year = Group.Kind.SFO_GROUP, self.town.year
        for first, share in ((1, 0.85), (3, 0.5)):
            name = f"SFO {first}.–{first + 1}. trinn"
            base = TeachingGroup(self.add_group(school, year.pk, kind, name, first), name, first, kind)
            self.sfo.setdefault(school.pk, []).append(base)
            for pupil in [p for grade in (first, first + 1) for p in self.town.pupils_in(school, grade)]:
                if self.town.rng.random() < share:
                    base.size += 1
                    self.town.tables.membership.add(pupil.pk, base.pk, False, pupil.since or year.starts_on, None)

    def swimming(self, grade: int, pupils: int) -> list[str]:
        return [f"Svømming {grade}, gruppe {number + 1}" for number in range(max(1, -(-pupils // 15)))]

    def divide(self, school: SchoolPlan, grade: int, pupils: list[Pupil], titles: list[str]) -> list[TeachingGroup]:
        """The pupils of a grade in groups with these names, some larger than others."""
        kind, year = Group.Kind.SUBJECT_GROUP, self.town.year
        groups = [TeachingGroup(self.add_group(school, year.pk, kind, t, grade), t, grade, kind) for t in titles]
        for pupil in pupils:
            group = self.town.rng.choice(groups)
            group.size += 1
            self.town.tables.membership.add(pupil.pk, group.pk, False, pupil.since or year.starts_on, None)
        return groups
