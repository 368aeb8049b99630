"""What a decision will bring about, in sentences, before it is made."""

from django.utils.translation import gettext as _

from accessctl import wall
from admissions.models import Move
from admissions.moves.actions import OWN_WORK, Decision, lay_down
from admissions.moves.effects import TEACHING, groups_running, kept_groups
from schoolapp.lib import clock
from students.models import Group

Kind = Move.Kind


@wall.lifted(OWN_WORK)
def effect_of(move: Move, decision: Decision) -> list[str]:
    """The consequences of the decision, the most important first. Nothing is saved."""
    lay_down(move, decision)
    words = {
        "who": move.student.person.full_name,
        "old": str(move.from_school or ""),
        "new": str(move.to_school or ""),
        "grade": str(move.grade_level or ""),
        "first": f"{decision.first_day:%d.%m.%Y}",
        "last": f"{move.last_day:%d.%m.%Y}" if move.last_day else "",
    }
    lines = [line % words for line in SENTENCES[Kind(move.kind)]()]
    if move.is_arrival:
        lines += [_("Klassen blir %(class)s.") % {"class": move.group.name}] if move.group else []
    else:
        lines += groups_text(move)
    if move.student.person.is_protected:
        lines.append(_("Eleven har adressesperre. Den gamle skolen ser bare «Flyttet – skjermet»."))
    return [*lines, when(decision, is_arrival=move.is_arrival)]


def when(decision: Decision, *, is_arrival: bool) -> str:
    if is_arrival:
        return _("Skolen ser eleven fra nå av, så den kan forberede seg.")
    if decision.first_day <= clock.today():
        return _("Dette skjer med en gang.")
    return _("Ingenting endres før dagen. Du kan avbryte fram til da.")


def groups_text(move: Move) -> list[str]:
    """Which groups end, and what is said of SFO."""
    running = list(groups_running(move).select_related("group").order_by("group__name"))
    ending = [row.group for row in running if row.group.kind not in kept_groups(move)]
    if move.kind == Kind.EXEMPT:
        ending = [group for group in ending if group.kind in TEACHING]
    lines = []
    if ending:
        names = ", ".join(group.name for group in ending)
        lines.append(_("Disse gruppene avsluttes for eleven: %(names)s.") % {"names": names})
    if any(row.group.kind == Group.Kind.SFO_GROUP for row in running) and move.kind != Kind.EXEMPT:
        lines.append(_("En SFO-plass blir ikke sagt opp av seg selv. Foresatte må gjøre det."))
    return lines


def arrival() -> list[str]:
    return [
        _("%(who)s får plass ved %(new)s på %(grade)s. trinn fra %(first)s."),
        _("Vedtaket skriver du i neste steg. Brevet går alltid til arkivet."),
    ]


def within() -> list[str]:
    return [
        _("%(who)s går på %(old)s til og med %(last)s, og på %(new)s på %(grade)s. trinn fra %(first)s."),
        _("Fra %(first)s ser ikke %(old)s eleven lenger. %(new)s får se alt som hører til eleven."),
        _("%(new)s ser flyttemeldingen så snart den er laget."),
    ]


def leaving() -> list[str]:
    return [
        _("%(who)s slutter på %(old)s. Siste dag er %(last)s."),
        _("Fra %(first)s er eleven bare synlig for kommunen."),
    ]


def exempted() -> list[str]:
    return [
        _("%(who)s er fritatt fra opplæringsplikten fra %(first)s."),
        _("Eleven står fortsatt oppført på skolen og i klassen."),
    ]


SENTENCES = {
    Kind.IN: arrival,
    Kind.BACK: arrival,
    Kind.WITHIN: within,
    Kind.OUT: leaving,
    Kind.PRIVATE: leaving,
    Kind.HOME: leaving,
    Kind.EXEMPT: exempted,
}
