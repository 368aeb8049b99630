"""The list of pupils as one address asks for it and one user may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db.models import F, OrderBy, QuerySet, prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.display import PREFETCHED, ContactCard, contact_card
from people.models import Person, Protection
from students.elsewhere.told import in_lists
from students.lists import columns, past
from students.lists.filters import FORMS, SEXES, PupilFilter
from students.lists.order import Ids, IdsByClass, IdsByName, IdsBySchool, IdsOfADay, Pages, by_school
from students.lists.registry import kept_back
from students.models import Elsewhere, Student, members_today
from students.names import named
from students.pages import contact_teachers

Text = str | Promise
PAGE_SIZE = 50
SHORT = {**dict(FORMS), **dict(SEXES)}


@dataclass(frozen=True)
class Cell:
    slug: str
    label: str
    text: Text


@dataclass(frozen=True)
class Row:
    """A pupil with what the chosen columns say. One who is only seen in the past has no page to open.

    Ready to be written out: what a template works out for each row is what a long list costs.
    """

    student: Student
    name: str
    choose: str
    is_protected: bool
    cells: list[Cell]
    url: str


@dataclass(frozen=True)
class Heading:
    """A column's heading, and the address that sorts by it."""

    column: columns.Column
    query: str
    sorted_as: str


class Listing:
    def __init__(self, user: User, query: QueryDict) -> None:
        self.user, self.query = user, query
        self.filter = PupilFilter(query, user=user, schools=School.objects.visible_to(user))
        self.offered = columns.offered(user, many_schools=len(self.filter.schools) > 1)
        self.columns = columns.chosen(query.getlist("kol"), self.offered)
        self.sort, self.is_reversed = self.chosen_sort(query.get("sorter", ""))

    def chosen_sort(self, text: str) -> tuple[str, bool]:
        """A known order; in the past there is only that of names, since the others are of today."""
        known = {"navn", *(column.slug for column in self.offered if self.can_sort(column))}
        slug = text.removeprefix("-")
        if self.filter.day or slug not in known:
            return "navn", text == "-navn"
        return slug, text.startswith("-")

    def can_sort(self, column: columns.Column) -> bool:
        if column.sorts_one_school and self.filter.school is None:
            return False
        return bool(column.sort) and (column.slug == "navn" or not self.filter.day)

    @cached_property
    def found(self) -> QuerySet[Student]:
        """The pupils the filter leaves, in order. Of a day in the past they are read through `past`."""
        wanted = self.filter
        today = Student.objects.visible_to(self.user)
        rows = past.belonged(self.user, wanted) if wanted.day else self.of_today(today)
        rows = self.by_person(named(rows, wanted.chosen("sok") or ""))
        return rows.select_related("person__contact", "school").order_by(*self.order())

    def order(self) -> list[OrderBy]:
        keys: list[Any] = [F(field) for field in columns.SORTS[self.sort]]
        if self.sort == columns.SCHOOL.slug:
            keys.insert(0, by_school())
        return [OrderBy(key, descending=self.is_reversed) for key in keys]

    @cached_property
    def ids(self) -> Ids:
        """The ids of `found`, in its order. Read them as `found` is read."""
        wanted = self.filter
        if wanted.day and not wanted.school and not wanted.chosen("trinn"):
            return IdsOfADay(self.found, is_reversed=self.is_reversed)
        kinds = {"skole": IdsBySchool, "klasse": IdsByClass, "trinn": IdsByClass, "navn": IdsByName}
        return kinds.get(self.sort, Ids)(self.found, is_reversed=self.is_reversed)

    def read(self, number: str | None) -> "tuple[Page[Student], list[Student]]":
        """One page and its pupils. Which they are is asked before anything is joined to them: far into a long list,
        all those before them would be joined too.
        """
        page: Any = Pages(self.ids, PAGE_SIZE).get_page(number)  # type: ignore[arg-type]  # only ever cut by slices
        rows = Student.objects.select_related("person__contact" if self.asks_contact else "person").in_bulk(list(page))
        page.object_list = [rows[pk] for pk in page if pk in rows]
        self.place(page.object_list)
        return page, page.object_list

    def place(self, students: "list[Student]") -> None:
        """Give the pupils their schools, which the filter has read already. Others are read together."""
        known = {school.pk: school for school in self.filter.schools.values()}
        for student in students:
            if student.school_id in known:
                student.school = known[student.school_id]
        prefetch_related_objects([s for s in students if s.school_id and s.school_id not in known], "school")

    def of_today(self, rows: Any) -> Any:
        """Those at the schools. Whoever sees all children known here asks for those without a school by themselves."""
        wanted = self.filter
        if "uten_skole" in wanted.fields:
            rows = rows.filter(school__isnull=bool(wanted.chosen("uten_skole")))
        if wanted.school:
            rows = rows.filter(school=wanted.school)
        if wanted.chosen("trinn"):
            rows = rows.filter(grade_level=int(wanted.chosen("trinn")))
        if wanted.chosen("klasse"):
            rows = rows.filter(home_class_name=wanted.chosen("klasse"))
        if wanted.group:
            rows = rows.filter(pk__in=members_today([wanted.group.pk]))
        return rows

    def by_person(self, rows: Any) -> Any:
        """By what is true of the person. What not all may know of a pupil is only looked for where one may."""
        wanted = self.filter
        if wanted.chosen("maalform"):
            rows = rows.filter(written_form=wanted.chosen("maalform"))
        if wanted.chosen("kjonn"):
            rows = rows.filter(sex=wanted.chosen("kjonn"))
            if not self.sees_contact_of_all:
                rows = rows.filter(pk__in=Student.objects.visible_to(self.user, Permission.VIEW_CONTACT).values("pk"))
        if wanted.chosen("annet_sted"):
            rows = rows.filter(pk__in=Elsewhere.objects.on(wanted.day).values("student"))
        if wanted.chosen("sperre"):
            rows = rows.filter(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
        return rows

    @property
    def sees_contact_of_all(self) -> bool:
        """Whether the right to contact details reaches as far as the right to the pupils themselves."""
        scope = scope_of(self.user)
        return scope.reach(Permission.VIEW_CONTACT) == scope.reach(Permission.VIEW_PUPIL)

    def rows(self, students: Sequence[Student]) -> list[Row]:
        """The pupils with their cells, in a number of queries that does not grow with them."""
        slugs = {column.slug for column in self.columns}
        then = past.places(students, self.filter) if self.filter.day else {}
        told = Told(
            cards=self.cards(students) if self.asks_contact else {},
            teachers=contact_teachers(students, self.filter.day) if "kontaktlaerer" in slugs and students else {},
            then=then,
            away=in_lists(students, self.filter.day) if "annet_sted" in slugs else {},
            added=columns.told_of(self.user, students, self.columns),
        )
        present = past.seen_today(self.user, students) if self.filter.day else None
        named, choose = [(column.slug, str(column.label)) for column in self.columns], _("Velg %(name)s")
        rows = []
        for student in students:
            person = student.person
            name = f"{person.family_name}, {person.given_name}"
            can_be_opened = present is None or student.pk in present
            rows.append(
                Row(
                    student,
                    name,
                    choose % {"name": name},
                    person.is_protected,
                    [Cell(slug, label, told.cell(slug, student)) for slug, label in named],
                    reverse("students:pupil", args=[student.uuid]) if can_be_opened else "",
                )
            )
        return rows

    def cards(self, students: Sequence[Student]) -> dict[int, ContactCard]:
        """How those of the pupils are reached of whom the user may know it."""
        found = list(students)
        if self.filter.day or not self.sees_contact_of_all:
            seen = Student.objects.visible_to(self.user, Permission.VIEW_CONTACT)
            may = set(seen.filter(pk__in=[student.pk for student in students]).values_list("pk", flat=True))
            found = [student for student in students if student.pk in may]
        prefetch_related_objects(found, *(f"person__{name}" for name in PREFETCHED))
        hidden = kept_back(self.user, found) if any(c.slug == "adresse" for c in self.columns) else set()
        cards = {
            student.pk: contact_card(
                student.person,
                sees_contact=True,
                sees_protected=True,
                household_protected=student.pk in hidden,
                birth_date=True,
            )
            for student in found
        }
        return {pk: card for pk, card in cards.items() if card}

    @property
    def headings(self) -> list[Heading]:
        return [self.heading(column) for column in (columns.NAME, *self.columns)]

    def heading(self, column: columns.Column) -> Heading:
        is_current = column.slug == self.sort
        turned = f"-{column.slug}" if is_current and not self.is_reversed else column.slug
        sorted_as = ("descending" if self.is_reversed else "ascending") if is_current else ""
        return Heading(column, self.address(sort=turned) if self.can_sort(column) else "", sorted_as)

    def address(self, *, sort: str = "", with_name: bool = True) -> str:
        """The query string of this list: the filter, the columns when they are chosen, and the order."""
        pairs = self.filter.kept(with_name=with_name)
        if self.columns != columns.chosen([], self.offered):
            pairs += [("kol", column.slug) for column in self.columns]
        sort = sort or (f"-{self.sort}" if self.is_reversed else self.sort)
        return urlencode(pairs if sort == "navn" else [*pairs, ("sorter", sort)])

    @property
    def asks_contact(self) -> bool:
        return any(column.needs == Permission.VIEW_CONTACT for column in self.columns)

    @property
    def tells_contact(self) -> bool:
        return any(column.is_contact for column in self.columns)


@dataclass(frozen=True)
class Told:
    """What is known of the pupils of a page, by pupil."""

    cards: Mapping[int, ContactCard]
    teachers: Mapping[int, list[str]]
    then: Mapping[int, past.Place]
    away: Mapping[int, str]
    added: Mapping[str, Mapping[int, str]]

    def cell(self, slug: str, student: Student) -> Text:
        if slug in self.added:
            return self.added[slug].get(student.pk, "")
        card = self.cards.get(student.pk)
        place = self.then.get(student.pk) or past.Place.now(student)
        match slug:
            case "klasse":
                return place.class_name
            case "trinn":
                return f"{place.grade_level}." if place.grade_level else ""
            case "skole":
                return place.school
            case "kontaktlaerer":
                return ", ".join(self.teachers.get(student.pk, []))
            case "annet_sted":
                return self.away.get(student.pk, "")
            case "maalform":
                return SHORT.get(student.person.written_form, "")
        if card is None:
            return ""
        match slug:
            case "fodt":
                return card.birth_date
            case "kjonn":
                return "" if card.is_masked else SHORT.get(student.person.sex, "")
            case "telefon":
                return card.phone
            case "epost":
                return card.email
            case "adresse":
                return card.addresses[0].text if card.addresses else ""
        return ""
