"""SFO (handbook 6.2, rows 14–19 and 36)."""

from documents.shipped.kind import ShippedType, application, in_elements

APPLY_NB = "Foresatte sender den i portalen, under SFO. Den arkiveres av seg selv."
APPLY_NN = "Føresette sender han i portalen, under SFO. Han blir arkivert av seg sjølv."
DECIDE_NB = "Lages når SFO-saken avgjøres, og sendes av seg selv."
DECIDE_NN = "Blir laga når SFO-saka blir avgjord, og send av seg sjølv."


def sent_in(number: int, slug: str, name_nb: str, name_nn: str) -> ShippedType:
    return application(number=number, slug=slug, name_nb=name_nb, name_nn=name_nn, guide_nb=APPLY_NB, guide_nn=APPLY_NN)


def decided(number: int, slug: str, name_nb: str, name_nn: str) -> ShippedType:
    return ShippedType(
        number=number,
        slug=slug,
        name_nb=name_nb,
        name_nn=name_nn,
        made_in="flow",
        guide_nb=DECIDE_NB,
        guide_nn=DECIDE_NN,
    )


TYPES: tuple[ShippedType, ...] = (
    sent_in(14, "sfo-soeknad", "Søknad om SFO-plass", "Søknad om SFO-plass"),
    decided(15, "sfo-vedtak", "Vedtak om SFO-plass", "Vedtak om SFO-plass"),
    sent_in(16, "sfo-endring", "Endring av SFO-plass", "Endring av SFO-plass"),
    decided(17, "sfo-endringsvedtak", "Vedtak om endring av SFO-plass", "Vedtak om endring av SFO-plass"),
    sent_in(18, "sfo-oppsigelse", "Oppsigelse av SFO-plass", "Oppseiing av SFO-plass"),
    decided(19, "sfo-oppsigelsesvedtak", "Vedtak om oppsigelse av SFO-plass", "Vedtak om oppseiing av SFO-plass"),
    in_elements(
        number=36,
        slug="kommunens-oppsigelse-sfo",
        name_nb="Kommunens oppsigelse av SFO-plass",
        name_nn="Kommunen si oppseiing av SFO-plass",
        sensitivity="normal",
        guide_nb="Lages i Elements på elevmappen til eleven, og sendes med SvarUt derfra.",
        guide_nn="Blir laga i Elements på elevmappa til eleven, og send med SvarUt derifrå.",
    ),
)
