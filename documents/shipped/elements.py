"""What the system refuses to make: sensitive case work belongs in Elements (handbook 6.1; 6.2, row 34)."""

from documents.shipped.kind import ShippedType, in_elements

HOW_NB = (
    "Åpne elevmappen til eleven i Elements, lag dokumentet der med tilgangskode for unntatt offentlighet, og send det "
    "med SvarUt fra Elements. Det arkiveres der."
)
HOW_NN = (
    "Opne elevmappa til eleven i Elements, lag dokumentet der med tilgangskode for unnateke offentlegheit, og send det "
    "med SvarUt frå Elements. Det blir arkivert der."
)

TYPES: tuple[ShippedType, ...] = (
    in_elements(
        number=34,
        slug="melding-enkeltelev-sensitiv",
        name_nb="Melding om én elev, sensitiv",
        name_nn="Melding om éin elev, sensitiv",
        guide_nb=f"Kan ikke sendes her. {HOW_NB}",
        guide_nn=f"Kan ikkje sendast her. {HOW_NN}",
    ),
    in_elements(
        slug="iop",
        name_nb="Individuell opplæringsplan (IOP)",
        name_nn="Individuell opplæringsplan (IOP)",
        guide_nb=HOW_NB,
        guide_nn=HOW_NN,
    ),
    in_elements(
        slug="evaluering",
        name_nb="Evaluering av individuell opplæring",
        name_nn="Evaluering av individuell opplæring",
        guide_nb=HOW_NB,
        guide_nn=HOW_NN,
    ),
    in_elements(
        slug="bekymringsmelding",
        name_nb="Bekymringsmelding",
        name_nn="Uromelding",
        guide_nb="Skrives aldri her, heller ikke som melding. "
        "Skriv den i Elements, med tilgangskode for unntatt offentlighet, og send den derfra.",
        guide_nn="Blir aldri skriven her, heller ikkje som melding. "
        "Skriv ho i Elements, med tilgangskode for unnateke offentlegheit, og send ho derifrå.",
    ),
    in_elements(
        slug="referat-moete",
        name_nb="Referat fra møte om én elev",
        name_nn="Referat frå møte om éin elev",
        guide_nb="Innkallingen skrives her, men referatet aldri. "
        "Skriv det i Elements, på elevmappen til eleven, med tilgangskode for unntatt offentlighet.",
        guide_nn="Innkallinga blir skriven her, men referatet aldri. "
        "Skriv det i Elements, på elevmappa til eleven, med tilgangskode for unnateke offentlegheit.",
    ),
)
