"""The effects of a change, said the way a municipality asks: how many get to see what, about how many pupils."""

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.rights.preview import Effect
from accessctl.roles import Reach


def number(count: int) -> str:
    return formats.number_format(count, force_grouping=True)


def people_of(reach: str, count: int) -> str:
    """So many of those who hold a role with this reach."""
    match reach:
        case Reach.OWN_CHILDREN:
            text = ngettext("%(n)s foresatt", "%(n)s foresatte", count)
        case Reach.SELF:
            text = ngettext("%(n)s elev", "%(n)s elever", count)
        case _other:
            text = ngettext("%(n)s ansatt", "%(n)s ansatte", count)
    return text % {"n": number(count)}


def pupils_of(count: int) -> str:
    return ngettext("%(n)s elev", "%(n)s elever", count) % {"n": number(count)}


def sentence(effect: Effect, reach: str) -> str:
    if effect.people == 0 and effect.is_gain:
        return _("Ingen får dette i dag. Enten har ingen rollen, eller så har de rettigheten fra før.")
    if effect.people == 0:
        return _("Ingen mister dette i dag. Enten har ingen rollen, eller så har de rettigheten fra en annen rolle.")
    words = {"people": people_of(reach, effect.people)}
    if effect.pupils is None:
        return (
            _("Dette gir %(people)s rettigheten.") if effect.is_gain else _("%(people)s mister rettigheten.")
        ) % words
    words["pupils"] = pupils_of(effect.pupils)
    if effect.is_gain:
        return _("Dette gir %(people)s rettigheten for %(pupils)s.") % words
    return _("%(people)s mister rettigheten for %(pupils)s.") % words
