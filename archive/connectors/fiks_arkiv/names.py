"""Namespaces, message types and file names of Fiks Arkiv v1 (KS, fiks-arkiv-specification)."""

ROOT = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv"
CREATE = f"{ROOT}/arkivmelding/opprett/v1"
RECEIPT = f"{ROOT}/arkivmelding/opprett/kvittering/v1"
CATALOGUE = f"{ROOT}/metadatakatalog/v1"
STRUCTURE = f"{ROOT}/arkivstruktur/v1"
ENTRY_FETCH, ENTRY_RESULT = f"{ROOT}/registrering/hent/v1", f"{ROOT}/registrering/hent/resultat/v1"
FOLDER_FETCH, FOLDER_RESULT = f"{ROOT}/mappe/hent/v1", f"{ROOT}/mappe/hent/resultat/v1"
SEARCH = f"{ROOT}/sok/v1"
ERROR = f"{ROOT}/feil/feilmelding/v1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_V1 = "no.ks.fiks.arkiv.v1"
OPPRETT = f"{_V1}.arkivering.arkivmelding.opprett"
MOTTATT = f"{OPPRETT}.mottatt"
KVITTERING = f"{OPPRETT}.kvittering"
REGISTRERING_HENT = f"{_V1}.innsyn.registrering.hent"
REGISTRERING_RESULTAT = f"{REGISTRERING_HENT}.resultat"
MAPPE_HENT = f"{_V1}.innsyn.mappe.hent"
MAPPE_RESULTAT = f"{MAPPE_HENT}.resultat"
SOK = f"{_V1}.innsyn.sok"
SOK_RESULTATER = tuple(f"{SOK}.resultat.{kind}" for kind in ("noekler", "minimum", "utvidet"))
IKKEFUNNET = f"{_V1}.feilmelding.ikkefunnet"
SERVERFEIL = f"{_V1}.feilmelding.serverfeil"
# One page of the specification writes the second spelling, and its list of types the third.
UGYLDIG = (
    f"{_V1}.feilmelding.ugyldigforespoersel",
    f"{_V1}.feilmelding.ugyldigforespørsel",
    "no.ks.fik.arkiv.v1.feilmelding.ugyldigforespoersel",
)
# From Fiks IO itself: nobody took the message three times over, and nobody took it in time.
UNDELIVERED = ("no.ks.fiks.kvittering.serverfeil.v1", "no.ks.fiks.kvittering.serverfeil")
EXPIRED = ("no.ks.fiks.kvittering.tidsavbrudd", "no.ks.fiks.kvittering.tidsavbrudd.v1")

PAYLOAD = {
    OPPRETT: "arkivmelding.xml",
    KVITTERING: "arkivmelding-kvittering.xml",
    REGISTRERING_HENT: "registrering-hent.xml",
    REGISTRERING_RESULTAT: "registrering.xml",
    MAPPE_HENT: "mappe-hent.xml",
    MAPPE_RESULTAT: "mappe.xml",
    SOK: "sok.xml",
    **dict.fromkeys(SOK_RESULTATER, "resultat.xml"),
    **dict.fromkeys((*UGYLDIG, SERVERFEIL, IKKEFUNNET), "feilmelding.xml"),
}
