"""Letters of the last months, so that the log and the meter of a new demo are not empty. Nothing is sent."""

from datetime import timedelta

from accessctl.models import School
from documents import shipped as document_types
from guardians.models import GuardianRelation
from messaging.content import fingerprint
from messaging.models import Dispatch, Price
from people.models import Protection
from schoolapp.demo.town import Town
from schoolapp.lib import clock

PER_SCHOOL, DAYS = 12, 80
NAMES = {kind.slug: kind.name_nb for kind in document_types.TYPES}
KINDS = [NAMES[slug] for slug in ("innkalling-moete", "permisjonsvedtak", "velkommen-skoleplass")]
STATUSES = ("LEST", "LEST", "SENDT_DIGITALT", "LEVERT_SDP", "PRINTET", "LEST", "IKKE_LEVERT", "LEST")
# Made up for the demo, but for the SMS, which is the seed municipality's own (handbook 6.1).
PRICES = {Price.Kind.DIGITAL: 350, Price.Kind.PRINT: 1900, Price.Kind.SMS: 69}
PLAIN: dict[str, list[str]] = {"files": []}


def make_letters(town: Town) -> int:
    """A dozen letters for each school, most of them read. Returns how many."""
    start = town.year.starts_on.replace(month=1, day=1)
    Price.objects.bulk_create(Price(kind=kind, ore=ore, valid_from=start) for kind, ore in PRICES.items())
    rows: list[Dispatch] = []
    for school in School.objects.order_by("pk"):
        relations = (
            GuardianRelation.objects.receiving()
            .filter(
                student__school=school,
                guardian__protection=Protection.NONE,
                student__person__protection=Protection.NONE,
            )
            .select_related("student")
            .order_by("pk")
        )
        for relation in relations[:PER_SCHOOL]:
            rows.append(letter(town, school, relation, len(rows)))
    Dispatch.objects.bulk_create(rows)
    return len(rows)


def letter(town: Town, school: School, relation: GuardianRelation, number: int) -> Dispatch:
    title = f"Brev fra {school.name}"
    at = clock.now() - timedelta(days=town.rng.randint(1, DAYS), minutes=town.rng.randint(0, 600))
    status = STATUSES[number % len(STATUSES)]
    fields = {
        "uuid": town.uuid(),
        "key": f"demo:{number}",
        "school": school,
        "recipient_id": relation.guardian_id,
        "about": relation.student.uuid,
        "title": title,
        "kind": KINDS[number % len(KINDS)],
        "letter": PLAIN,
        "content_sha256": fingerprint(PLAIN, title=title, recipient_id=relation.guardian_id),
        "created_at": at,
        "attempt": 1,
    }
    if number % PER_SCHOOL == PER_SCHOOL - 1:
        words = "Mottakeren mangler fullstendig postadresse: gate, postnummer og poststed."
        return Dispatch(state=Dispatch.State.PARKED, failure=Dispatch.Failure.NO_ADDRESS, failure_text=words, **fields)
    later = min(at + timedelta(hours=town.rng.randint(1, 40)), clock.now())
    return Dispatch(
        state=Dispatch.State.SENT,
        svarut_id=town.uuid(),
        sent_at=at,
        status=status,
        status_at=later,
        read_at=later if status == "LEST" else None,
        way=Dispatch.Way.PRINT if status in ("PRINTET", "IKKE_LEVERT") else Dispatch.Way.DIGITAL,
        events=[{"at": at.isoformat(), "text": "Akseptert for ekspedering"}],
        **fields,
    )
