"""Messages, notices and forms, which are never archived from here (handbook 6.2, rows 29–33, 37 and 38)."""

from documents.shipped.kind import ShippedType, notice

TYPES: tuple[ShippedType, ...] = (
    notice(
        number=29,
        slug="generell-beskjed",
        name_nb="Generelle beskjeder og informasjon",
        name_nn="Generelle beskjedar og informasjon",
        guide_nb="Sendes som melding eller e-post. Malene ligger utenfor systemet. Ingen personopplysninger.",
        guide_nn="Blir sende som melding eller e-post. Malane ligg utanfor systemet. Ingen personopplysningar.",
    ),
    notice(
        number=30,
        slug="innkalling-foreldremoete",
        name_nb="Innkalling til foreldremøte eller FAU",
        name_nn="Innkalling til foreldremøte eller FAU",
        guide_nb="Sendes som melding eller e-post til alle foresatte det gjelder.",
        guide_nn="Blir send som melding eller e-post til alle føresette det gjeld.",
    ),
    notice(
        number=31,
        slug="referat-foreldremoete",
        name_nb="Referat fra foreldremøte eller FAU",
        name_nn="Referat frå foreldremøte eller FAU",
        archive_mode="optional",
        guide_nb="Sendes som melding eller e-post. Må referatet arkiveres, legger du det i skolens sak i Elements.",
        guide_nn="Blir sendt som melding eller e-post. Må referatet arkiverast, legg du det i saka til skulen i "
        "Elements.",
    ),
    notice(
        number=32,
        slug="spoerreskjema",
        name_nb="Spørreskjema med ja/nei eller flere valg",
        name_nn="Spørjeskjema med ja/nei eller fleire val",
        channel="form",
        guide_nb="Lages under Skjemaer. Aldri noe sensitivt, og aldri noe som må arkiveres.",
        guide_nn="Blir laga under Skjema. Aldri noko sensitivt, og aldri noko som må arkiverast.",
    ),
    notice(
        number=33,
        slug="melding-enkeltelev",
        name_nb="Melding om én elev, ikke sensitiv",
        name_nn="Melding om éin elev, ikkje sensitiv",
        guide_nb="Sendes under Meldinger. Er noe av innholdet sensitivt, skrives det i Elements i stedet.",
        guide_nn="Blir send under Meldingar. Er noko av innhaldet sensitivt, blir det skrive i Elements i staden.",
    ),
    notice(
        number=37,
        slug="beredskaps-sms",
        name_nb="Beredskaps-SMS",
        name_nn="Beredskaps-SMS",
        channel="sms",
        guide_nb="Bare ved ekstraordinære hendelser: skoleeier, rektor etter beskjed fra skoleeier, eller rektor når "
        "alle må nås raskt. Går til alle med mobilnummer ved skolen, og koster penger per SMS. Loggen tas vare på.",
        guide_nn="Berre ved ekstraordinære hendingar: skuleeigar, rektor etter beskjed frå skuleeigar, eller rektor "
        "når alle må nåast raskt. Går til alle med mobilnummer ved skulen, og kostar pengar per SMS. Loggen blir "
        "teken vare på.",
    ),
    notice(
        number=38,
        slug="fravaersvarsel",
        name_nb="Varsel om fravær eller anmerkning",
        name_nn="Varsel om fråvær eller merknad",
        guide_nb="Går av seg selv når fravær eller en anmerkning føres. Varselet arkiveres ikke. "
        "Ved bekymring arkiverer du fraværsrapporten eller anmerkningsrapporten.",
        guide_nn="Går av seg sjølv når fråvær eller ein merknad blir ført. Varselet blir ikkje arkivert. "
        "Ved uro arkiverer du fråværsrapporten eller merknadsrapporten.",
    ),
)
