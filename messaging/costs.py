"""What sending costs: the price before it is sent, and what each school has used (handbook 6.1, BEYOND B22).

A letter's cost is never stored: it is the price of the day it was sent and the way it went, so that the log, the meter
and a price entered late always agree. Until SvarUt has told how a letter went, it counts as digital.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Case, Count, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import TruncDate, TruncMonth
from django.utils.translation import gettext as _

from accessctl.models import School
from messaging.models import Dispatch, DispatchQuerySet, Price
from schoolapp.lib import amounts, clock

Kind = Price.Kind
Way = Dispatch.Way


def price_of(kind: str = Kind.DIGITAL, *, on: date | None = None) -> int | None:
    """The price of one sending in øre on a day, or None when the municipality has entered none for it."""
    rows = Price.objects.filter(kind=kind, valid_from__lte=on or clock.today())
    return rows.order_by("-valid_from").values_list("ore", flat=True).first()


def in_words(ore: int | None) -> str:
    """«3,50 kr»; what has no price says so."""
    if ore is None:
        return _("pris ikke satt")
    return amounts.kroner(ore)


@dataclass(frozen=True)
class Estimate:
    """What letters come to before they are sent. Whoever does not open theirs may get it printed and posted, and that
    is dearer (handbook 6.1). The prices are those of one letter, in øre; None where the municipality has entered none.
    """

    letters: int
    digital: int | None
    printed: int | None

    @property
    def words(self) -> str:
        if self.digital is None and self.printed is None:
            return _("prisen er ikke lagt inn")
        return f"{self._digitally}, {self._printed}"

    @property
    def _digitally(self) -> str:
        if self.digital is None:
            return _("prisen digitalt er ikke lagt inn")
        if self.letters == 1:
            return _("%(sum)s digitalt") % {"sum": in_words(self.digital)}
        prices = {"sum": in_words(self.letters * self.digital), "each": in_words(self.digital)}
        return _("%(sum)s digitalt (%(each)s per brev)") % prices

    @property
    def _printed(self) -> str:
        if self.printed is None:
            return _("prisen for utskrift er ikke lagt inn")
        if self.letters == 1:
            return _("%(sum)s hvis brevet må skrives ut og postes") % {"sum": in_words(self.printed)}
        prices = {"sum": in_words(self.letters * self.printed), "each": in_words(self.printed)}
        return _("%(sum)s hvis alle må skrives ut og postes (%(each)s per brev)") % prices


def estimate(letters: int, *, on: date | None = None) -> Estimate:
    """What so many letters would cost on a day. One query."""
    rows = Price.objects.filter(kind__in=[Kind.DIGITAL, Kind.PRINT], valid_from__lte=on or clock.today())
    prices = dict(rows.order_by("kind", "-valid_from").distinct("kind").values_list("kind", "ore"))
    return Estimate(letters, prices.get(Kind.DIGITAL), prices.get(Kind.PRINT))


def with_cost(rows: DispatchQuerySet) -> DispatchQuerySet:
    """Each letter with `ore`: what it cost, and None where nothing is sent or no price is known."""
    kind = Case(When(way=Way.PRINT, then=Value(Kind.PRINT.value)), default=Value(Kind.DIGITAL.value))
    rows = rows.annotate(price_kind=kind, sent_on=TruncDate("sent_at", tzinfo=clock.OSLO))
    price = Price.objects.filter(kind=OuterRef("price_kind"), valid_from__lte=OuterRef("sent_on"))
    ore = Subquery(price.order_by("-valid_from").values("ore")[:1])
    found: DispatchQuerySet = rows.annotate(ore=Case(When(state=Dispatch.State.SENT, then=ore), default=Value(None)))
    return found


@dataclass(frozen=True)
class Month:
    """What was sent in a month. `unpriced` letters are in the counts and not in the sum."""

    first: date
    digital: int
    print: int
    unpriced: int
    ore: int

    @property
    def letters(self) -> int:
        return self.digital + self.print

    @property
    def words(self) -> str:
        return in_words(self.ore)


def per_month(school: School | None = None, *, rows: DispatchQuerySet | None = None) -> list[Month]:
    """The months with letters, newest first; of one school, or of the rows given."""
    rows = Dispatch.objects.all() if rows is None else rows
    if school is not None:
        rows = rows.filter(school=school)
    months = (
        with_cost(rows.filter(state=Dispatch.State.SENT).order_by())
        .annotate(month=TruncMonth("sent_at", tzinfo=clock.OSLO))
        .values("month")
        .annotate(
            digital=Count("pk", filter=~Q(way=Way.PRINT)),
            print=Count("pk", filter=Q(way=Way.PRINT)),
            unpriced=Count("pk", filter=Q(ore__isnull=True)),
            sum=Sum("ore"),
        )
        .order_by("-month")
    )
    return [
        Month(row["month"].date(), row["digital"], row["print"], row["unpriced"], row["sum"] or 0) for row in months
    ]


@dataclass(frozen=True)
class SchoolSum:
    """What one school used in a month."""

    name: str
    letters: int
    ore: int

    @property
    def words(self) -> str:
        return in_words(self.ore)


def per_school(rows: DispatchQuerySet, month: Month) -> list[SchoolSum]:
    """A month by school, the dearest first."""
    sent = rows.filter(
        state=Dispatch.State.SENT, sent_at__gte=_start(month.first), sent_at__lt=_start(_next(month.first))
    )
    sums = with_cost(sent.order_by()).values("school__name").annotate(n=Count("pk"), sum=Sum("ore"))
    found = [SchoolSum(row["school__name"], row["n"], row["sum"] or 0) for row in sums]
    return sorted(found, key=lambda each: (-each.ore, each.name))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), clock.OSLO)


def _next(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def forecast(month: Month, *, now: datetime | None = None) -> int:
    """What the month will come to if the rest of it is like what has gone, in øre; a past month is as it is."""
    today = (now or clock.now()).astimezone(clock.OSLO).date()
    if (today.year, today.month) != (month.first.year, month.first.month):
        return month.ore
    return round(month.ore * monthrange(today.year, today.month)[1] / today.day)
