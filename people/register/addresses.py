"""Addresses of a register record, each reduced to street, postal code and place, with its grade."""

from datetime import date

from people.models import Address, Protection
from people.register.fields import Cursor
from people.register.remarks import Code, code_word
from people.register.shape import RegisterAddress

GRADES = {
    "": Protection.NONE,
    "ugradert": Protection.NONE,
    "klientadresse": Protection.CLIENT,
    "fortrolig": Protection.CONFIDENTIAL,
    "strengtFortrolig": Protection.STRICT,
}
FIELDS = {
    "bostedsadresse": Address.Kind.HOME,
    "deltBosted": Address.Kind.SHARED,
    "oppholdsadresse": Address.Kind.STAY,
    "postadresse": Address.Kind.POST,
}


def grade(cursor: Cursor, name: str) -> Protection:
    """The protection a grade field asks for. A grade nobody knows is taken as the strictest there is."""
    value = cursor.string(name)
    if value not in GRADES:
        cursor.remark(Code.UNKNOWN_VALUE, f"{name}: {code_word(value)}")
    return GRADES.get(value, Protection.STRICT)


def read_addresses(person: Cursor, *, today: date) -> tuple[list[RegisterAddress], Protection]:
    """The person's addresses in force, and the strictest grade among all of them, those without an address included."""
    found, strictest = [], Protection.NONE
    for name, kind in FIELDS.items():
        cursor = person.child(name)
        if cursor is None:
            continue
        protection = grade(cursor, "adressegradering")
        strictest = max(strictest, protection, key=lambda p: p.rank)
        starts, ends = cursor.day("startdatoForKontrakt"), cursor.day("sluttdatoForKontrakt")
        street, postal_code, city = lines_of(cursor)
        in_force = (
            (not starts or starts <= today)
            and (not ends or ends >= today)
            and (not ends or not starts or starts <= ends)
        )
        if in_force and (street or city):
            found.append(RegisterAddress(kind, street[:200], postal_code[:10], city[:60], protection, starts, ends))
    return found, strictest


def lines_of(address: Cursor) -> tuple[str, str, str]:
    """Street, postal code and place, whichever form the register chose. An unknown dwelling gives three empty texts."""
    for name in ("vegadresse", "vegadresseForPost"):
        if (road := address.child(name)) is not None:
            number = road.child("adressenummer")
            house = number.string("husnummer") + number.string("husbokstav") if number else ""
            return road_line(road, f"{road.string('adressenavn')} {house}".strip()), *place_of(road)
    if (plot := address.child("matrikkeladresse")) is not None:
        ids = plot.child("matrikkelnummer")
        name = plot.string("adressetilleggsnavn") or (plot_line(ids) if ids else "")
        return road_line(plot, name), *place_of(plot)
    if (box := address.child("postboksadresse")) is not None:
        owner, label = box.string("postbokseier"), box.string("postboks")
        label = label if "boks" in label.lower() else f"Postboks {label}"
        return ", ".join(part for part in (owner, label) if part), *place_of(box)
    if (free := address.child("frittFormat")) is not None:
        return ", ".join(line for line in free.strings("adresselinje") if line), *place_of(free)
    if (abroad := address.child("utenlandskAdresse")) is not None:
        street = road_line(abroad, abroad.string("adressenavn") or abroad.string("postboks"))
        city = ", ".join(part for part in (abroad.string("byEllerStedsnavn"), abroad.string("landkode")) if part)
        return street, abroad.string("postkode"), city
    return "", "", ""


def road_line(cursor: Cursor, street: str) -> str:
    care_of = cursor.string("coAdressenavn")
    return ", ".join(part for part in (care_of, street) if part)


def plot_line(ids: Cursor) -> str:
    farm, holding = ids.whole_number("gaardsnummer"), ids.whole_number("bruksnummer")
    return f"Gnr. {farm}, bnr. {holding}" if farm is not None and holding is not None else ""


def place_of(cursor: Cursor) -> tuple[str, str]:
    place = cursor.child("poststed")
    return (place.string("postnummer"), place.string("poststedsnavn")) if place else ("", "")
