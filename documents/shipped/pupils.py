"""Moves, leave, school transport, places and letters about one pupil (handbook 6.2, rows 10–13, 20–28 and 35)."""

from documents.shipped.kind import ShippedType, application

TYPES: tuple[ShippedType, ...] = (
    # The archive's case handler sends it, so it arrives there as reserved (row 10).
    ShippedType(
        number=10,
        slug="flyttemelding",
        name_nb="Flyttemelding",
        name_nn="Flyttemelding",
        channel="internal",
        archive_mode="optional",
        archived_by=("team_primary", "team_lower"),
        registry_status="R",
        shown_to_guardians=False,
        made_in="flow",
        guide_nb="Lages på flyttesaken, fortløpende. Skoler i kommunen ser den her. "
        "Til andre skoler sendes den med SvarUt fra Elements, der den ligger som reservert.",
        guide_nn="Blir laga på flyttesaka, fortløpande. Skular i kommunen ser ho her. "
        "Til andre skular blir ho send med SvarUt frå Elements, der ho ligg som reservert.",
    ),
    application(
        number=11,
        slug="samtykke",
        name_nb="Samtykke",
        name_nn="Samtykke",
        guide_nb="Foresatte gir og trekker samtykke i portalen. Det arkiveres av seg selv.",
        guide_nn="Føresette gir og trekkjer samtykke i portalen. Det blir arkivert av seg sjølv.",
    ),
    application(
        number=12,
        slug="permisjonssoeknad",
        name_nb="Permisjonssøknad",
        name_nn="Permisjonssøknad",
        guide_nb="Foresatte søker i portalen. Søknaden arkiveres av seg selv.",
        guide_nn="Føresette søkjer i portalen. Søknaden blir arkivert av seg sjølv.",
    ),
    ShippedType(
        number=13,
        slug="permisjonsvedtak",
        name_nb="Vedtak om permisjon",
        name_nn="Vedtak om permisjon",
        made_in="flow",
        guide_nb="Lages når permisjonssøknaden avgjøres.",
        guide_nn="Blir laga når permisjonssøknaden blir avgjord.",
    ),
    application(
        number=20,
        slug="skyss-soeknad",
        name_nb="Søknad om skoleskyss",
        name_nn="Søknad om skuleskyss",
        guide_nb="Foresatte søker i portalen. Den som har tilgangen «Skysssøknader», behandler søknaden.",
        guide_nn="Føresette søkjer i portalen. Den som har tilgangen «Skysssøknader», behandlar søknaden.",
    ),
    ShippedType(
        number=21,
        slug="skyss-vedtak",
        name_nb="Vedtak om skoleskyss",
        name_nn="Vedtak om skuleskyss",
        made_in="flow",
        guide_nb="Lages når skyssøknaden avgjøres av den som har tilgangen «Skysssøknader».",
        guide_nn="Blir laga når skyssøknaden blir avgjord av den som har tilgangen «Skysssøknader».",
    ),
    ShippedType(
        number=22,
        slug="enkeltvedtak-skoleplass",
        name_nb="Enkeltvedtak om skoleplass",
        name_nn="Enkeltvedtak om skuleplass",
        guide_nb="For nye elever i løpet av året. Vedtak om plass på 1. trinn har et eget brev.",
        guide_nn="For nye elevar i løpet av året. Vedtak om plass på 1. trinn har eit eige brev.",
    ),
    ShippedType(
        number=23,
        slug="innkalling-moete",
        name_nb="Innkalling til møte på skolen",
        name_nn="Innkalling til møte på skulen",
        guide_nb="For møter om én elev. Referatet skrives aldri her, men i Elements.",
        guide_nn="For møte om éin elev. Referatet blir aldri skrive her, men i Elements.",
    ),
    ShippedType(
        number=24,
        slug="invitasjon-innskriving",
        name_nb="Invitasjon til innskriving",
        name_nn="Invitasjon til innskriving",
        guide_nb="For barn som begynner på 1. trinn neste skoleår. "
        "Til mange på én gang bruker du «Brev til nye elever».",
        guide_nn="For barn som byrjar på 1. trinn neste skuleår. "
        "Til mange på éin gong bruker du «Brev til nye elevar».",
    ),
    ShippedType(
        number=25,
        slug="intensivuke-svoemming",
        name_nb="Tilbud om intensivuke i svømming",
        name_nn="Tilbod om intensivveke i symjing",
        guide_nb="Sendes med SvarUt. En påminnelse uten personopplysninger kan sendes som melding.",
        guide_nn="Blir sendt med SvarUt. Ei påminning utan personopplysningar kan sendast som melding.",
    ),
    ShippedType(
        number=26,
        slug="varsel-orden-oppfoersel",
        name_nb="Varsel om fare for nedsatt karakter i orden og oppførsel",
        name_nn="Varsel om fare for nedsett karakter i orden og åtferd",
        guide_nb="Unntatt offentlighet. Send det i god tid, slik at eleven kan rette på forholdet.",
        guide_nn="Unnateke offentlegheit. Send det i god tid, slik at eleven kan rette på forholdet.",
    ),
    ShippedType(
        number=27,
        slug="varsel-manglende-grunnlag",
        name_nb="Varsel om manglende grunnlag for vurdering med karakter",
        name_nn="Varsel om manglande grunnlag for vurdering med karakter",
        guide_nb="Unntatt offentlighet. Send det med en gang det er fare for at grunnlaget mangler.",
        guide_nn="Unnateke offentlegheit. Send det med ein gong det er fare for at grunnlaget manglar.",
    ),
    ShippedType(
        number=28,
        slug="velkommen-skoleplass",
        name_nb="Velkommen som elev – skoleplass på 1. trinn",
        name_nn="Velkomen som elev – skuleplass på 1. trinn",
        guide_nb="Tildelt skoleplass på 1. trinn. Til mange på én gang bruker du «Brev til nye elever».",
        guide_nn="Tildelt skuleplass på 1. trinn. Til mange på éin gong bruker du «Brev til nye elevar».",
    ),
    # The kind to choose for health, special education, child welfare and the like (GDPR article 9).
    ShippedType(
        number=35,
        slug="brev-personopplysninger",
        name_nb="Brev med personopplysninger",
        name_nn="Brev med personopplysningar",
        sensitivity="sensitive",
        guide_nb="For brev om én elev med personopplysninger, som innskriving, enkeltmøter og utviklingssamtaler. "
        "Kan ha vedlegg.",
        guide_nn="For brev om éin elev med personopplysningar, som innskriving, enkeltmøte og utviklingssamtalar. "
        "Kan ha vedlegg.",
    ),
    # Incoming, registered by the school (handbook 2.3 and the status codes of 6.3). No row of its own.
    ShippedType(
        slug="melding-foresatte",
        name_nb="Melding fra foresatte",
        name_nn="Melding frå føresette",
        channel="internal",
        registry_status="S",
        registry_type="I",
        shown_to_guardians=False,
        made_in="flow",
        guide_nb="Legges inn på flyttesaken når foresatte har sendt noe om flyttingen.",
        guide_nn="Blir lagd inn på flyttesaka når føresette har sendt noko om flyttinga.",
    ),
)
