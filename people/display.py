"""The one place where contact details become something to show, print or send.

Protection is a second decision, after visibility: whoever may know that a protected person exists still sees neither
address, telephone nor e-mail here. Nothing else in the system reads those fields for display.
"""

from dataclasses import dataclass

from people.models import Address, ContactDetails, Person, Protection
from schoolapp.lib import clock

RELATED = ("contact",)
PREFETCHED = ("addresses",)


@dataclass(frozen=True)
class AddressLine:
    kind: str
    text: str


@dataclass(frozen=True)
class ContactCard:
    """What a channel may show of a person. `protection` is the label of the address protection, or empty."""

    name: str
    protection: str = ""
    is_masked: bool = False
    birth_date: str = ""
    phone: str = ""
    email: str = ""
    addresses: tuple[AddressLine, ...] = ()


def contact_card(
    person: Person,
    *,
    sees_contact: bool,
    sees_protected: bool,
    household_protected: bool,
    birth_date: bool = False,
) -> ContactCard | None:
    """The person as the viewer may see them, or None when the viewer may not know of them.

    `household_protected` says that someone the person may live with is protected, and that the viewer has no grant to
    see them; then addresses are left out, since one tells where the other lives. It has no default, so that no channel
    forgets to ask (`students.tabs.hides_address`). Load rows with RELATED and PREFETCHED to avoid a query per person.
    """
    if person.is_protected:
        return protected_card(person) if sees_protected else None
    if not sees_contact:
        return ContactCard(name=person.full_name)
    contact = getattr(person, "contact", None) or ContactDetails()
    return ContactCard(
        name=person.full_name,
        birth_date=f"{person.birth_date:%d.%m.%Y}" if birth_date and person.birth_date else "",
        phone=grouped_phone(contact.phone),
        email=contact.email,
        addresses=() if household_protected else addresses_today(person),
    )


def protected_card(person: Person) -> ContactCard:
    return ContactCard(name=person.full_name, protection=str(Protection(person.protection).label), is_masked=True)


def addresses_today(person: Person) -> tuple[AddressLine, ...]:
    """The addresses in force today; one with a protection of its own is left out."""
    today = clock.today()
    return tuple(
        AddressLine(
            str(Address.Kind(row.kind).label),
            ", ".join(filter(None, (row.street, f"{row.postal_code} {row.city}".strip()))),
        )
        for row in person.addresses.all()
        if row.protection == Protection.NONE
        and row.valid_from <= today
        and (row.valid_to is None or row.valid_to >= today)
    )


def grouped_phone(number: str) -> str:
    """An eight-digit Norwegian number in pairs (12 34 56 78); any other as it was given."""
    if len(number) == 8 and number.isdigit():
        return " ".join(number[i : i + 2] for i in range(0, 8, 2))
    return number
