"""Families in all the forms the law knows (handbook 8.3), until every place at every school is filled."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from guardians.models import GuardianRelation
from people.models import Address, Protection
from schoolapp.demo import names
from schoolapp.demo.plan import SchoolPlan
from schoolapp.demo.town import Pupil, Town

Kind, State, Ground = Address.Kind, GuardianRelation.State, GuardianRelation.Ground
EVIDENCE = {
    "verge": GuardianRelation.Evidence.REPRESENTATIVE,
    "fosterforelder": GuardianRelation.Evidence.CHILD_WELFARE,
}

# How many of ten thousand families have each form. The first family of every form comes early, so that also the
# smallest demo has them all.
FORMS = {
    "together": 6100,
    "apart": 1500,
    "shared_home": 750,
    "mother_alone": 620,
    "father_alone": 160,
    "two_mothers": 220,
    "lost_responsibility": 140,
    "confidential": 70,
    "strict": 40,
    "client_address": 40,
    "protected_guardian": 40,
    "foster": 120,
    "d_number": 140,
    "unaccompanied": 60,
}
CHILDREN = (1, 2, 3, 4)
CHILDREN_WEIGHTS = (34, 44, 17, 5)
YEARS_BETWEEN = (-5, -4, -4, -3, -3, -3, -2, -2, -2, -2, -1, 0, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5)
ALONE = {"mother_alone": "mor", "father_alone": "far", "strict": "mor", "lost_responsibility": "mor"}
PROTECTIONS = {
    "confidential": Protection.CONFIDENTIAL,
    "strict": Protection.STRICT,
    "client_address": Protection.CLIENT,
}


@dataclass
class Adult:
    pk: int
    responsibility: str
    lives_elsewhere: bool = False
    home: tuple[str, str] = ("", "")


@dataclass
class Household:
    """One family being made."""

    form: str
    origin: str
    family: str
    area: SchoolPlan
    home: tuple[str, str]
    adults: list[Adult] = field(default_factory=list)
    children: list[tuple[Pupil, date]] = field(default_factory=list)

    @property
    def protection(self) -> Protection:
        return PROTECTIONS.get(self.form, Protection.NONE)

    @property
    def closed(self) -> bool:
        """Whether the portal stays closed until the municipality opens it."""
        return self.form in {*PROTECTIONS, "protected_guardian"}


class Families:
    def __init__(self, town: Town) -> None:
        self.town, self.rng = town, town.rng
        self.left = Counter({(s.pk, g): s.per_grade for s in town.plan.schools for g in s.grades})
        self.unseen = list(FORMS)
        self.newest_loss: Household | None = None
        self.has_outsider = False

    def fill(self) -> None:
        """Make families until no place is left."""
        places = [(area, grade) for area in self.town.plan.areas for grade in range(1, 11)]
        tickets = [place for place in places for _ in range(self.seats(*place))]
        self.rng.shuffle(tickets)
        for area, grade in tickets:
            if self.take(area, grade):
                self.make_family(area, grade)
        for area, grade in places:
            while self.take(area, grade):
                self.make_family(area, grade)

    def seats(self, area: SchoolPlan, grade: int) -> int:
        """How many families an area may begin in a grade; lower secondary places are shared by its areas."""
        school = area.school_for(grade)
        sharing = sum(a.school_for(grade) is school for a in self.town.plan.areas)
        return -(-school.per_grade // sharing)

    def take(self, area: SchoolPlan, grade: int) -> bool:
        key = (area.school_for(grade).pk, grade)
        if self.left[key] <= 0:
            return False
        self.left[key] -= 1
        return True

    def form(self) -> str:
        if self.unseen and self.rng.random() < 0.2:
            return self.unseen.pop()
        return self.rng.choices(list(FORMS), list(FORMS.values()))[0]

    def grades(self, area: SchoolPlan, first: int) -> list[int]:
        """The grades of the family's children, with places taken."""
        grades = [first]
        for _ in range(self.rng.choices(CHILDREN, CHILDREN_WEIGHTS)[0] - 1):
            wish = grades[-1] + self.rng.choice(YEARS_BETWEEN)
            if 1 <= wish <= 10 and self.take(area, wish):
                grades.append(wish)
        return grades

    def make_family(self, area: SchoolPlan, first: int) -> None:
        form = self.form()
        origin = names.pick_origin(self.rng)
        if form in {"d_number", "unaccompanied"}:
            origin = self.rng.choice(("arabisk", "ukrainsk", "eritreisk", "persisk", "somalisk"))
        household = Household(form, origin, names.family_name(self.rng, origin), area, self.town.home())
        grades = [first] if form == "unaccompanied" else self.grades(area, first)
        for grade in grades:
            self.add_child(household, grade)
        self.add_adults(household)
        for pupil, born in household.children:
            for adult in household.adults:
                self.relate(household, pupil, born, adult)
            self.child_addresses(household, pupil)
        self.town.tick(len(grades))

    def add_child(self, household: Household, grade: int) -> None:
        """A child born in the year that fits the grade; one in a hundred began a year early or late (STR-03)."""
        year = self.town.year.starts_on.year - 5 - grade
        if self.rng.random() < 0.01:
            year += self.rng.choice((-1, 1))
        born, sex = self.birth_date(household, year), self.rng.choice(("kvinne", "mann"))
        given = names.given_name(self.rng, household.origin, sex, is_child=True)
        person, _user = self.town.add_person(
            given,
            household.family,
            born=born,
            sex=sex,
            protection=household.protection,
            is_d_number=household.form in {"d_number", "unaccompanied"},
            written_form=household.area.language,
        )
        pupil = self.town.add_pupil(person, given, household.family, area=household.area, grade=grade)
        household.children.append((pupil, born))

    def birth_date(self, household: Household, year: int) -> date:
        """A day that leaves time between siblings; two of one year are twins."""
        siblings = [born for _pupil, born in household.children]
        for _ in range(50):
            born = self.town.day_in(year)
            close = [other for other in siblings if abs((other - born).days) < 300]
            if not close:
                return born
        return close[0]

    def add_adults(self, household: Household) -> None:
        form = household.form
        match form:
            case "unaccompanied":
                self.add_adult(household, self.rng.choice(("kvinne", "mann")), "verge", family="", elsewhere=True)
            case "two_mothers":
                self.add_adult(household, "kvinne", "felles")
                self.add_adult(household, "kvinne", "felles", family="")
            case "father_alone":
                self.add_adult(household, "mann", "far")
            case _ if form in ALONE:
                self.add_adult(household, "kvinne", ALONE[form])
                if form == "mother_alone":
                    self.add_parent_without_responsibility(household)
                if form == "lost_responsibility":
                    self.add_adult(household, "mann", "felles", family="", elsewhere=True)
            case _:
                elsewhere = form in {"apart", "shared_home", "confidential", "foster"}
                self.add_adult(household, "kvinne", "felles")
                self.add_adult(household, "mann", "felles", elsewhere=elsewhere)
                if form == "foster":
                    self.add_adult(household, "kvinne", "fosterforelder", family="", elsewhere=True)

    def add_parent_without_responsibility(self, household: Household) -> None:
        """A parent who has no relation to the child here. One is enough: the system has no use for them."""
        if self.has_outsider:
            return
        self.has_outsider = True
        born = self.town.day_in(min(born for _pupil, born in household.children).year - 33)
        given = names.given_name(self.rng, household.origin, "mann", is_child=False)
        self.town.add_person(given, names.family_name(self.rng, household.origin), born=born, sex="mann")

    def add_adult(
        self, household: Household, sex: str, responsibility: str, *, family: str | None = None, elsewhere: bool = False
    ) -> None:
        """A guardian. Who lives elsewhere has the protection of that place, which is none."""
        youngest = min(born for _pupil, born in household.children)
        origin = household.origin
        if family == "" or self.rng.random() < 0.3:
            origin = origin if self.rng.random() < 0.8 else names.pick_origin(self.rng)
            family = names.family_name(self.rng, origin)
        family = family or household.family
        given = names.given_name(self.rng, origin, sex, is_child=False)
        protection = Protection.NONE if elsewhere or household.form == "client_address" else household.protection
        if household.form == "protected_guardian" and not household.adults:
            protection = Protection.CONFIDENTIAL
        pk, _user = self.town.add_person(
            given,
            family,
            born=self.town.day_in(youngest.year - self.rng.randint(22, 44)),
            sex=sex,
            protection=protection,
            is_d_number=household.form == "d_number",
        )
        self.town.add_contact(pk, given, family)
        home = self.town.home() if elsewhere else household.home
        self.town.add_address(pk, Kind.HOME, *home, protection)
        household.adults.append(Adult(pk, responsibility, elsewhere, home))

    def relate(self, household: Household, pupil: Pupil, born: date, adult: Adult) -> None:
        """The relation, if the adult is responsible. Its days begin when the child is registered at a school."""
        by_hand = adult.responsibility in {"verge", "fosterforelder"}
        lost = household.form == "lost_responsibility" and adult.lives_elsewhere
        self.town.tables.relation.add(
            self.town.uuid(),
            adult.pk,
            pupil.pk,
            # What is documented by hand is confirmed by two people when there are any; see confirm_by_hand.
            State.ENDED if lost else State.PROPOSED if by_hand else State.VERIFIED,
            Ground.MANUAL if by_hand else Ground.REGISTER,
            adult.responsibility,
            not household.closed,
            born.replace(day=min(born.day, 28)) + timedelta(days=30),
            self.day_of_loss(household) if lost else self.town.today + timedelta(days=300) if by_hand else None,
            EVIDENCE.get(adult.responsibility, ""),
            f"{born.year}/{pupil.pk}" if by_hand else "",
            self.town.today + timedelta(days=180) if by_hand else None,
        )

    def day_of_loss(self, household: Household) -> date:
        """Yesterday for the first family, so that there is one to log in as; earlier for the others."""
        self.newest_loss = self.newest_loss or household
        if household is self.newest_loss:
            return self.town.today - timedelta(days=1)
        return self.town.today - timedelta(days=self.rng.randint(20, 900))

    def child_addresses(self, household: Household, pupil: Pupil) -> None:
        elsewhere = next((a for a in household.adults if a.lives_elsewhere and household.form != "confidential"), None)
        home = household.home
        if household.form in {"foster", "unaccompanied"} and elsewhere:
            home = household.adults[-1].home
        self.town.add_address(pupil.person_pk, Kind.HOME, *home, household.protection)
        if household.form == "shared_home" and elsewhere:
            self.town.add_address(pupil.person_pk, Kind.SHARED, *elsewhere.home)
