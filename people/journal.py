"""What of persons leaves a change history. A national id is never part of it."""

from accessctl.journal.tracking import track, untracked
from accessctl.permissions import Permission
from people.models import Address, ContactDetails, NationalId, Person, ProtectionChange, RegisterImport, Shielding

track(Person, person="id", needs=Permission.VIEW_PUPIL)
track(NationalId, person="person_id", hidden=("number",))
track(ContactDetails, person="person_id", needs=Permission.VIEW_CONTACT)
track(Address, person="person_id", needs=Permission.VIEW_CONTACT)
track(Shielding, person="person_id", hidden=("reason",), needs=Permission.VIEW_CONTACT)
track(ProtectionChange, person="person_id", hidden=("reason",), needs=Permission.VIEW_CONTACT)
untracked(RegisterImport, "A log of its own; its rows say what each import changed.")
