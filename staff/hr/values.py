"""Single values of a file from HR. Each raises WrongValue with a reason that does not repeat the value."""

import calendar
import re
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from schoolapp.lib.national_id import InvalidNationalId
from schoolapp.lib.national_id import parse as parse_national_id

# No sign a spreadsheet could take for the beginning of a formula.
NUMBER = re.compile(r"[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå_./-]{0,19}")
KEY = re.compile(r"[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå_./:-]{0,39}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{2})\.(\d{2})\.(\d{4})")
DECIMAL = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")
YES, NO = {"1", "ja", "j", "true", "sann"}, {"", "0", "nei", "n", "false", "usann"}


class WrongValue(ValueError):
    """The text is the reason, ready for the screen."""


def words(text: str, *, label: str, most: int, needed: bool = False) -> str:
    """A name or other free text."""
    text = text.strip()
    if CONTROL.search(text):
        raise WrongValue(_("{label} har tegn som ikke kan leses").format(label=label))
    if len(text) > most:
        raise WrongValue(_("{label} er lengre enn {most} tegn").format(label=label, most=most))
    if needed and not text:
        raise WrongValue(_("{label} mangler").format(label=label))
    return text


def number(text: str, *, label: str, needed: bool = False) -> str:
    """An employee number or a short code."""
    return matching(NUMBER, text, label=label, needed=needed)


def key(text: str, *, label: str, needed: bool = False) -> str:
    return matching(KEY, text, label=label, needed=needed)


def matching(pattern: re.Pattern[str], text: str, *, label: str, needed: bool) -> str:
    text = text.strip()
    if not text and needed:
        raise WrongValue(_("{label} mangler").format(label=label))
    if text and not pattern.fullmatch(text):
        raise WrongValue(_("{label} er ikke gyldig").format(label=label))
    return text


def national_id(text: str) -> str:
    try:
        return parse_national_id(text.strip(), synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED).number
    except InvalidNationalId as error:
        raise WrongValue(_("fødselsnummeret {reason}").format(reason=error.reason)) from None


def email(text: str) -> str:
    text = text.strip()
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise WrongValue(_("e-postadressen er ikke gyldig")) from None
    return words(text, label=_("e-postadressen"), most=254)


def a_date(text: str, *, label: str, needed: bool = False) -> date | None:
    """2026-04-30 or 30.04.2026. A day that no calendar has is told as such."""
    text = text.strip()
    if not text and not needed:
        return None
    found = DATE.fullmatch(text)
    if not found:
        raise WrongValue(_("{label} er ikke en dato").format(label=label))
    year, month, day = (int(part) for part in (found.group(1, 2, 3) if found.group(1) else found.group(6, 5, 4)))
    if not (1900 <= year <= 2200 and 1 <= month <= 12):
        raise WrongValue(_("{label} er ikke en dato").format(label=label))
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise WrongValue(
            _("{label} er {day}.{month}., en dag som ikke finnes").format(label=label, day=day, month=month)
        )
    return date(year, month, day)


def hundredths(text: str, *, label: str, most: int) -> int:
    """A number with at most two decimals, comma or point, as hundredths."""
    found = DECIMAL.fullmatch(text.strip())
    if not found:
        raise WrongValue(_("{label} er ikke et tall med høyst to desimaler").format(label=label))
    value = int(found.group(1)) * 100 + int((found.group(2) or "").ljust(2, "0"))
    if value > most * 100:
        raise WrongValue(_("{label} er over {most}").format(label=label, most=most))
    return value


def truth(text: str, *, label: str) -> bool:
    text = text.strip().casefold()
    if text not in YES | NO:
        raise WrongValue(_("{label} er verken ja eller nei").format(label=label))
    return text in YES
