"""Moves on the start page: who comes, who leaves, and cases that wait for somebody."""

from django.db.models import Count, Exists, OuterRef, Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import Move, MoveStep, TransferNotice
from admissions.models.moves import is_officer
from admissions.moves.reading import waiting_steps
from people.models import Person, Protection
from schoolapp.lib.gather import Answers, Asked
from schools.today import TodayLine

State, Kind = Move.State, Move.Kind
COUNTED = ("stopped", "coming", "leaving", "waiting")


def ask_moves(user: User) -> Asked:
    """How many cases of each kind the user has to do with, past the wall, for a case lies at two schools."""
    if not (user.holds(Permission.EDIT_PUPIL) or is_officer(user)):
        return {}
    schools = scope_of(user).reach(Permission.EDIT_PUPIL).school_ids
    protected = Q(student__person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
    own = Q(from_school__in=schools) | Q(to_school__in=schools) | protected | Q(created_by=user)
    unplaced = MoveStep.objects.filter(move=OuterRef("pk"), kind=MoveStep.Kind.CLASS, state=MoveStep.State.OPEN)
    unread = TransferNotice.objects.filter(move=OuterRef("pk"), read_at__isnull=True)
    coming = Q(kind=Kind.WITHIN, to_school__in=schools, state__in=[State.DECIDED, State.DONE])
    rows = Move.objects.visible_to(user).filter(own).exclude(state=State.CANCELLED)
    found = (
        rows.order_by()
        .annotate(all=Value(1))
        .values("all")
        .annotate(
            stopped=Count("pk", filter=~Q(problem="")),
            coming=Count("pk", filter=coming & (Q(Exists(unplaced)) | Q(Exists(unread)))),
            leaving=Count("pk", filter=Q(from_school__in=schools, state=State.DECIDED) & ~Q(kind__in=["in", "back"])),
            waiting=Count("pk", filter=Q(state=State.DRAFT) | Q(Exists(waiting_steps()))),
        )
    )
    return {"moves": found.values_list(*COUNTED)}


def moves(user: User, answers: Answers) -> list[TodayLine]:
    if not answers["moves"]:
        return []
    n, url = dict(zip(COUNTED, *answers["moves"], strict=True)), reverse("moves:list")
    lines = [
        (
            n["stopped"],
            "bad",
            ngettext("En flytting kunne ikke gjennomføres", "%(n)d flyttinger kunne ikke gjennomføres", n["stopped"]),
            _("Rett det som er i veien, eller endre dagen."),
            url,
            _("Se hvorfor"),
        ),
        (
            n["coming"],
            "warn",
            ngettext("En elev kommer fra en annen skole", "%(n)d elever kommer fra andre skoler", n["coming"]),
            _("Les flyttemeldingen, og velg klasse."),
            f"{url}?vis=kommer",
            _("Ta imot"),
        ),
        (
            n["leaving"],
            "",
            ngettext("En elev slutter på skolen", "%(n)d elever slutter på skolen", n["leaving"]),
            _("Vedtatt, og gjelder fra dagen som står på saken."),
            f"{url}?vis=slutter",
            _("Se hvem"),
        ),
        (
            n["waiting"],
            "warn",
            ngettext("En flytting har steg som gjenstår", "%(n)d flyttinger har steg som gjenstår", n["waiting"]),
            _("Gjør stegene, eller skriv hvorfor de ikke trengs."),
            url,
            _("Fullfør"),
        ),
    ]
    return [
        TodayLine(count, tone, title % {"n": count}, detail, address, action)
        for count, tone, title, detail, address, action in lines
        if count
    ]
