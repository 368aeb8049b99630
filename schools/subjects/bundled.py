"""The subjects of compulsory school to begin with, until Udir's own list (Grep) has been read in.

Subject codes are Udir's (LK20; INTEGRATIONS 8, handbook 4.7). What we know no published code for has one that says it
is local; a snapshot of Grep adds the published ones beside it.
"""

from dataclasses import dataclass
from datetime import date

from schools.models import Subject

LK20_FROM = date(2020, 8, 1)
LOCAL = "LOKAL-"


@dataclass(frozen=True)
class Bundled:
    code: str
    name_nb: str
    name_nn: str
    first: int
    last: int
    is_elective: bool = False


SUBJECTS = (
    Bundled("NOR0218", "Norsk hovedmål, skriftlig", "Norsk hovudmål, skriftleg", 1, 10),
    Bundled("NOR0219", "Norsk sidemål, skriftlig", "Norsk sidemål, skriftleg", 8, 10),
    Bundled("NOR0220", "Norsk, muntlig", "Norsk, munnleg", 1, 10),
    Bundled("MAT0015", "Matematikk", "Matematikk", 1, 10),
    Bundled("ENG0030", "Engelsk", "Engelsk", 1, 10),
    Bundled("NAT0021", "Naturfag", "Naturfag", 1, 10),
    Bundled("SAF0010", "Samfunnsfag", "Samfunnsfag", 1, 10),
    Bundled("RLE0030", "Kristendom, religion, livssyn og etikk", "Kristendom, religion, livssyn og etikk", 1, 10),
    Bundled("KHV0010", "Kunst og håndverk", "Kunst og handverk", 1, 10),
    Bundled("MUS0010", "Musikk", "Musikk", 1, 10),
    Bundled("MHE0010", "Mat og helse", "Mat og helse", 1, 10),
    Bundled("KRO0020", "Kroppsøving", "Kroppsøving", 1, 10),
    Bundled(f"{LOCAL}SPA", "Spansk", "Spansk", 8, 10),
    Bundled(f"{LOCAL}TYS", "Tysk", "Tysk", 8, 10),
    Bundled(f"{LOCAL}FRA", "Fransk", "Fransk", 8, 10),
    Bundled(f"{LOCAL}ENF", "Engelsk fordypning", "Engelsk fordjuping", 8, 10),
    Bundled(f"{LOCAL}ARB", "Arbeidslivsfag", "Arbeidslivsfag", 8, 10),
    Bundled(f"{LOCAL}UTV", "Utdanningsvalg", "Utdanningsval", 8, 10),
    Bundled(f"{LOCAL}FRI", "Friluftsliv", "Friluftsliv", 8, 10, True),
    Bundled(f"{LOCAL}PRO", "Programmering", "Programmering", 8, 10, True),
    Bundled(f"{LOCAL}TEK", "Teknologi og design", "Teknologi og design", 8, 10, True),
    Bundled(f"{LOCAL}INN", "Innsats for andre", "Innsats for andre", 8, 10, True),
)


def install_subjects() -> int:
    """Add the bundled subjects that are missing; what stands is left as it is. Returns how many were added."""
    added = 0
    for found in SUBJECTS:
        _subject, is_new = Subject.objects.get_or_create(
            code=found.code,
            defaults={
                "name_nb": found.name_nb,
                "name_nn": found.name_nn,
                "grade_from": found.first,
                "grade_to": found.last,
                "is_elective": found.is_elective,
                "valid_from": LK20_FROM,
            },
        )
        added += is_new
    return added
