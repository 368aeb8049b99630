"""The document types the system comes with (handbook 6.2, rows 22–28 and 35), and where their templates lie.

Each template is a text file `<slug>.<nb|nn>.txt`: the title on the first line, then the letter in the format of
`documents.markup` and the language of `documents.merge`.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ShippedType:
    slug: str
    name_nb: str
    name_nn: str
    archive_mode: str = "always"
    sensitivity: str = "normal"

    def template(self, language: str) -> tuple[str, str]:
        """(title, body) of the shipped template."""
        title, _blank, body = (FOLDER / f"{self.slug}.{language}.txt").read_text("utf-8").partition("\n")
        return title.strip(), body.strip() + "\n"


TYPES: tuple[ShippedType, ...] = (
    ShippedType(
        "enkeltvedtak-skoleplass",
        "Enkeltvedtak om skoleplass",
        "Enkeltvedtak om skuleplass",
    ),
    ShippedType("innkalling-moete", "Innkalling til møte på skolen", "Innkalling til møte på skulen"),
    ShippedType("invitasjon-innskriving", "Invitasjon til innskriving", "Invitasjon til innskriving"),
    ShippedType(
        "intensivuke-svoemming",
        "Tilbud om intensivuke i svømming",
        "Tilbod om intensivveke i symjing",
    ),
    ShippedType(
        "varsel-orden-oppfoersel",
        "Varsel om fare for nedsatt karakter i orden og oppførsel",
        "Varsel om fare for nedsett karakter i orden og åtferd",
    ),
    ShippedType(
        "varsel-manglende-grunnlag",
        "Varsel om manglende grunnlag for vurdering med karakter",
        "Varsel om manglande grunnlag for vurdering med karakter",
    ),
    ShippedType(
        "velkommen-skoleplass",
        "Velkommen som elev – skoleplass på 1. trinn",
        "Velkomen som elev – skuleplass på 1. trinn",
    ),
    # The kind to choose for health, special education, child welfare and the like (GDPR article 9).
    ShippedType(
        "brev-personopplysninger",
        "Brev med personopplysninger",
        "Brev med personopplysningar",
        sensitivity="sensitive",
    ),
)
