"""What SvarUt refuses, in plain Norwegian, with the field to mend."""

import re
from typing import Any

from django.utils.translation import gettext_noop as _

# Where it is mended: the register of persons, the school's own data, the document, or by whoever runs the system.
REGISTER, SCHOOL, DOCUMENT, OPERATOR = "register", "school", "document", "operator"
# Part of SvarUt's message or path → what to do, and where. The first that fits. Kept as written, translated when shown.
MEND = (
    (r"digitalId|fodselsnummer|fødselsnummer|orgnr", _("Fødselsnummeret til mottakeren er ikke gyldig. Rett det."),
     REGISTER),
    (r"svarSendesTil", _("Returadressen til kommunen er ikke godkjent. Be den som drifter systemet rette den."),
     OPERATOR),
    (r"postn(umme)?r", _("Postnummeret i adressen til mottakeren er ikke gyldig. Rett adressen."), REGISTER),
    (r"poststed", _("Poststedet mangler i adressen til mottakeren. Rett adressen."), REGISTER),
    (r"adresse", _("Adressen til mottakeren er ikke fullstendig. Rett adressen."), REGISTER),
    (r"mottaker.*navn|navn.*mottaker", _("Navnet på mottakeren mangler eller er for langt. Rett navnet."), REGISTER),
    (r"konteringskode", _("Skolens organisasjonsnummer er ikke en gyldig konteringskode. Rett det."), SCHOOL),
    (r"krypter|sikkerhetsniv", _("SvarUt godtok ikke krypteringen. Be den som drifter systemet se på det."), OPERATOR),
    (r"passord|password|protected", _("PDF-en har passord og kan ikke sendes. Lag dokumentet på nytt uten passord."),
     DOCUMENT),
    (r"st(ø|o)rrelse|too large|for stor", _("Dokumentet med vedlegg er for stort for SvarUt. Del det opp."), DOCUMENT),
    (r"filnavn|mimeType|dokument", _("SvarUt godtok ikke en fil. Se over vedleggene, og lag dokumentet på nytt."),
     DOCUMENT),
    (r"tittel", _("Tittelen på brevet er ikke godkjent av SvarUt. Be den som drifter systemet se på det."), OPERATOR),
)  # fmt: skip
PLACES = {words: place for _pattern, words, place in MEND}


def in_plain_words(error: dict[str, Any]) -> str:
    """SvarUt's ErrorMessage as advice; its own words follow where ours say too little."""
    told = " ".join(str(error.get(name) or "") for name in ("message", "errorCode", "errorJson"))
    return plain(told) or _("SvarUt avviste brevet uten å si hvorfor.")


def plain(told: str) -> str:
    """Advice for a text of SvarUt's; the text itself when nothing is known about it."""
    for pattern, words, _place in MEND:
        if re.search(pattern, told, re.IGNORECASE):
            return words
    short = " ".join(told.split())[:300]
    return f"SvarUt avviste brevet: {short}" if short else ""
