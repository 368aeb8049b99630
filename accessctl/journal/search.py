"""Lines of the access log as the privacy officer sees them: with names, but never those of the protected."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.journal import pupils
from accessctl.journal.folding import Folded
from accessctl.journal.words import IN_FULL, act, action_name, moment, sentence
from accessctl.models import AccessEvent, User
from schoolapp.lib.search_words import MAX_WORDS

FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNKNOWN_PUPIL = "–"


@dataclass(frozen=True)
class Line:
    """One line, with what may be shown of it.

    `folded` are the pupils of a request that showed several, each with the ground unless it is the same for all.
    """

    event: AccessEvent
    who: str
    pupil: str | Promise
    folded: Sequence[tuple[str, str]] = ()
    more: int = 0

    @property
    def act(self) -> str:
        return act(self.event)

    @property
    def action(self) -> str:
        return action_name(self.event.action)

    @property
    def detail(self) -> str:
        """What the log keeps besides the action; of what it keeps as a code, the words."""
        return self.act if self.event.action in IN_FULL else self.event.what

    @property
    def ground(self) -> str:
        return "" if any(ground for _pupil, ground in self.folded) else self.event.ground

    @property
    def pupils(self) -> int:
        return len(self.folded) + self.more

    @property
    def when(self) -> str:
        return moment(self.event.at)

    @property
    def sentence(self) -> str:
        return sentence(self.event, self.who)


def named(viewer: Any, events: Iterable[AccessEvent]) -> dict[UUID, pupils.Pupil]:
    """The pupils whom the events are about, with the names that `viewer` may know."""
    return pupils.source().named(viewer, {event.about for event in events if event.about})


def lines(viewer: Any, shown: Sequence[Folded], known: dict[UUID, pupils.Pupil]) -> list[Line]:
    """The lines with names."""
    hidden = pupils.source().unnamed_users(viewer, {one.event.user_id for one in shown if one.event.user_id})
    found = []
    for one in shown:
        labels = sorted((str(pupil_label(member.about, known)), member.ground) for member in one.members)
        line = Line(one.event, who(one.event, known, hidden), labels[0][0] if labels else "")
        if len(labels) > 1:
            is_same = len({ground for _label, ground in labels}) == 1
            pupils_shown = tuple((label, "" if is_same else ground) for label, ground in labels)
            line = replace(line, folded=pupils_shown, more=one.count - len(labels))
        found.append(line)
    return found


def who(event: AccessEvent, known: dict[UUID, pupils.Pupil], hidden: set[int]) -> str:
    """The name of the one who acted. The family of a protected pupil is as protected as the pupil."""
    if event.user is None:
        return _("Ukjent")
    pupil = known.get(event.about) if event.about else None
    family = event.basis in (AccessEvent.Basis.OWN_CHILD, AccessEvent.Basis.SELF)
    if event.user_id in hidden or (family and pupil is not None and not pupil.name):
        return _("Skjermet person")
    return event.user.display_name


def pupil_label(about: UUID | None, known: dict[UUID, pupils.Pupil]) -> str | Promise:
    if about is None:
        return ""
    return known[about].label if about in known else UNKNOWN_PUPIL


def users_called(viewer: Any, name: str) -> list[User]:
    """At most twenty whose name has the first words of `name`; never somebody the viewer may not know of."""
    rows = User.objects.all()
    for word in name.split()[:MAX_WORDS]:
        rows = rows.filter(display_name__icontains=word)
    found = list(rows.order_by("display_name", "pk")[:20])
    hidden = pupils.source().unnamed_users(viewer, {user.pk for user in found})
    return [user for user in found if user.pk not in hidden]


def as_csv(rows: Iterable[Line]) -> str:
    """The lines as a spreadsheet opens them: semicolons, a byte order mark, and no cell that runs as a formula."""
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            *(_("Tidspunkt"), _("Hvem"), _("Rolle"), _("Grunnlag"), _("Handling"), _("Opplysninger")),
            *(_("Elev"), _("Begrunnelse"), _("Innlogging"), _("Forespørsel")),
        ]
    )
    for line in rows:
        event = line.event
        cells = [line.when, line.who, event.role, event.ground, line.action, line.detail, line.pupil, event.reason]
        writer.writerow([harmless(str(cell)) for cell in [*cells, event.login_method, event.request_id or ""]])
    return out.getvalue()


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
