"""Grades, assessments and the reports of a year (handbook 6.2, rows 1–9)."""

from documents.shipped.kind import ShippedType, report

TYPES: tuple[ShippedType, ...] = (
    ShippedType(
        number=1,
        slug="terminkarakterer",
        name_nb="Terminkarakterer",
        name_nn="Terminkarakterar",
        channel="portal",
        archive_mode="optional",
        deadlines=("01-25", "06-25"),
        archived_by=("team_lower",),
        made_in="flow",
        guide_nb="Settes under Vurdering, to ganger i året. Kontroller karakterene før de publiseres. "
        "Foresatte får varsel og leser dem i portalen.",
        guide_nn="Blir sette under Vurdering, to gonger i året. Kontroller karakterane før dei blir publiserte. "
        "Føresette får varsel og les dei i portalen.",
    ),
    ShippedType(
        number=2,
        slug="standpunktkarakterer",
        name_nb="Standpunktkarakterer",
        name_nn="Standpunktkarakterar",
        channel="portal",
        archive_mode="optional",
        deadlines=("06-25",),
        archived_by=("team_lower",),
        made_in="flow",
        guide_nb="Settes under Vurdering på 8., 9. og 10. trinn, én gang i året. "
        "Foresatte får varsel og leser dem i portalen.",
        guide_nn="Blir sette under Vurdering på 8., 9. og 10. trinn, éin gong i året. "
        "Føresette får varsel og les dei i portalen.",
    ),
    ShippedType(
        number=3,
        slug="vitnemaal",
        name_nb="Vitnemål",
        name_nn="Vitnemål",
        channel="handed_out",
        archive_mode="optional",
        deadlines=("06-25",),
        archived_by=("team_lower",),
        made_in="flow",
        guide_nb="Skrives ut under Vurdering for 10. trinn, og leveres ut på papir.",
        guide_nn="Blir skrive ut under Vurdering for 10. trinn, og levert ut på papir.",
    ),
    report(
        number=4,
        slug="protokoll-avgangskarakterer",
        name_nb="Protokoll for avgangskarakterer",
        name_nn="Protokoll for avgangskarakterar",
        folder="school",
        archived_by=("team_lower",),
        guide_nb="Lages under Vurdering for hele 10. trinn, når standpunkt og eksamen er ført. "
        "Den legges i skolemappen for året.",
        guide_nn="Blir laga under Vurdering for heile 10. trinn, når standpunkt og eksamen er førte. "
        "Han blir lagd i skulemappa for året.",
    ),
    report(
        number=5,
        slug="gruppeoversikter",
        name_nb="Gruppeoversikter",
        name_nn="Gruppeoversikter",
        folder="school",
        archived_by=("team_primary", "team_lower"),
        guide_nb="Lages for alle klassene på skolen og legges i skolemappen for året. "
        "Team barneskole arkiverer for barneskolene, Team ungdomsskole for ungdomsskoler og kombinerte skoler.",
        guide_nn="Blir laga for alle klassane på skulen og lagde i skulemappa for året. "
        "Team barneskole arkiverer for barneskulane, Team ungdomsskole for ungdomsskular og kombinerte skular.",
    ),
    report(
        number=6,
        slug="meldingsrapport",
        name_nb="Meldingsrapport for en elev",
        name_nn="Meldingsrapport for ein elev",
        archived_by=("school_admin", "contact_teacher"),
        precondition="knyttet-til-sak",
        guide_nb="Lages under Meldinger. Arkiveres bare når meldingene hører til en sak. "
        "Rapporten tar med alle meldingene om eleven det året, også dem som ikke gjelder saken.",
        guide_nn="Blir laga under Meldingar. Blir arkivert berre når meldingane høyrer til ei sak. "
        "Rapporten tek med alle meldingane om eleven det året, også dei som ikkje gjeld saka.",
    ),
    report(
        number=7,
        slug="fravaersrapport",
        name_nb="Fraværsrapport for en elev",
        name_nn="Fråværsrapport for ein elev",
        archived_by=("school_admin", "contact_teacher"),
        precondition="hele-aaret",
        guide_nb="Lages under Fravær. Arkiveres når fraværet gir grunn til bekymring, og bare for «Hele året».",
        guide_nn="Blir laga under Fråvær. Blir arkivert når fråværet gir grunn til uro, og berre for «Heile året».",
    ),
    report(
        number=8,
        slug="anmerkningsrapport",
        name_nb="Anmerkningsrapport for en elev",
        name_nn="Merknadsrapport for ein elev",
        archived_by=("school_admin", "contact_teacher"),
        precondition="nedsatt-karakter",
        guide_nb="Lages under Anmerkninger. Arkiveres bare for elever som har fått nedsatt karakter i orden eller "
        "oppførsel. Team kontrollerer.",
        guide_nn="Blir laga under Merknader. Blir arkivert berre for elevar som har fått nedsett karakter i orden "
        "eller åtferd. Team kontrollerer.",
    ),
    ShippedType(
        number=9,
        slug="vurderinger",
        name_nb="Vurderinger",
        name_nn="Vurderingar",
        channel="portal",
        archive_mode="optional",
        deadlines=("01-25", "06-25"),
        archived_by=("team_primary", "team_lower"),
        precondition="avsluttet",
        made_in="flow",
        guide_nb="Skrives under Vurdering. Kontaktlærer setter dem til «Avsluttet». "
        "Alle må være avsluttet før de arkiveres.",
        guide_nn="Blir skrivne under Vurdering. Kontaktlæraren set dei til «Avslutta». "
        "Alle må vere avslutta før dei blir arkiverte.",
    ),
)
