"""Whom a letter may go to, asked again at the very moment of sending: relations, protection and addresses change.

Nothing is sent by itself to or about anyone with address protection, whatever its kind (handbook 8.2, rule 5), nor to
a guardian whose access the officer has not opened. That is no failure of the letter; an officer decides.
"""

from accessctl.models import School
from guardians.models import GuardianRelation
from guardians.models.relations import OF_AGE
from messaging.letter import Addressee, PostalAddress
from messaging.models import Dispatch
from people.models import Address, Person, Protection
from schoolapp.lib import clock
from students.models import Student

Failure = Dispatch.Failure
# Where post reaches somebody best, first.
BEST_FIRST = (Address.Kind.POST, Address.Kind.STAY, Address.Kind.HOME, Address.Kind.SHARED)
LONGEST_NAME, LONGEST_LINE, MOST_LINES = 100, 70, 3


class Held(Exception):
    """The letter must not or cannot go now. `words` say what to do, and name nobody."""

    def __init__(self, failure: Dispatch.Failure, words: str) -> None:
        super().__init__(words)
        self.failure, self.words = failure, words


def addressee_of(dispatch: Dispatch) -> Addressee:
    """The recipient as of now. Raises Held."""
    student = Student.objects.select_related("person").filter(uuid=dispatch.about).first()
    person = Person.objects.filter(pk=dispatch.recipient_id or 0).first()
    if student is None or person is None:
        raise Held(Failure.NOT_RECEIVING, "Eleven eller mottakeren finnes ikke lenger.")
    refuse_protected(student, person)
    if not may_receive(student, person):
        raise Held(
            Failure.NOT_RECEIVING,
            "Mottakeren er ikke lenger foresatt som mottar informasjon om eleven. Se under Foresatte på eleven.",
        )
    return Addressee(name_of(person), number_of(person), address_of(person))


def refuse_protected(student: Student, person: Person) -> None:
    """Raises Held when an officer for address protection must decide."""
    closed = GuardianRelation.objects.open().filter(student=student, guardian=person, portal_enabled=False)
    if student.person.protection != Protection.NONE or person.protection != Protection.NONE or closed.exists():
        raise Held(
            Failure.PROTECTED,
            "Brevet gjelder noen med adressesperre og sendes aldri automatisk. Den som har ansvar for skjerming, "
            "avgjør hvordan det skal leveres.",
        )


def may_receive(student: Student, person: Person) -> bool:
    """Whether the person is marked to receive letters about the pupil today, or is the pupil, of age."""
    if person.deceased_on or person.merged_into_id:
        return False
    if person.pk == student.person_id:
        return is_of_age(student)
    return GuardianRelation.objects.receiving_letters().filter(student=student, guardian=person).exists()


def is_of_age(student: Student) -> bool:
    born = student.person.birth_date
    return born is not None and born <= clock.years_ago(OF_AGE)


def name_of(person: Person) -> str:
    return person.full_name.strip()[:LONGEST_NAME]


def number_of(person: Person) -> str:
    current = person.national_ids.filter(is_current=True).first()
    if current is None:
        raise Held(
            Failure.NO_NUMBER,
            "Mottakeren mangler fødselsnummer eller D-nummer. Be den som har Folkeregisteret om å legge det inn.",
        )
    return current.number


def address_of(person: Person) -> PostalAddress:
    """Where the letter goes when it is not read digitally. Raises Held when there is nowhere."""
    rows = list(person.addresses.on().filter(protection=Protection.NONE))
    rows.sort(key=lambda row: BEST_FIRST.index(Address.Kind(row.kind)))
    for row in rows:
        if row.street.strip() and row.postal_code.strip() and row.city.strip():
            return PostalAddress(lines_of(row.street), row.postal_code.strip(), row.city.strip()[:LONGEST_LINE])
    raise Held(
        Failure.NO_ADDRESS,
        "Mottakeren mangler fullstendig postadresse: gate, postnummer og poststed. "
        "Be den som har Folkeregisteret om å hente den.",
    )


def lines_of(street: str) -> tuple[str, ...]:
    """At most three lines of at most 70 signs, broken between words where there are any."""
    lines = [""]
    for word in street.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LONGEST_LINE:
            lines[-1] = longer
        else:
            lines.append(word[:LONGEST_LINE])
    return tuple(line for line in lines if line)[:MOST_LINES]


def accounting_code_of(school: School) -> str:
    """What SvarUt's own invoice is divided by: the school's organisation number."""
    return school.org_number
