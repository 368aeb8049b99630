"""Plain values of one register file, as far as this system uses them. No database, no JSON."""

from dataclasses import dataclass, field
from datetime import date

from people.models import Protection


@dataclass(frozen=True, slots=True)
class RegisterAddress:
    kind: str
    street: str
    postal_code: str
    city: str
    protection: Protection
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    """A person as one record tells. `protection` is the strictest grade found on the person or any address."""

    record: int = field(compare=False)
    number: str = field(repr=False)
    former_number: str = field(repr=False)
    given_name: str
    family_name: str
    born: date | None
    sex: str
    status: str
    protection: Protection
    addresses: tuple[RegisterAddress, ...]


@dataclass(frozen=True, slots=True)
class RegisterGuardian:
    """Someone named as responsible. `grants` says whether the register documents parental responsibility."""

    number: str = field(repr=False)
    responsibility: str
    grants: bool
    is_understood: bool


@dataclass(frozen=True, slots=True)
class RegisterChild:
    record: int = field(compare=False)
    person: RegisterPerson
    guardians: tuple[RegisterGuardian, ...]
    is_resident: bool
