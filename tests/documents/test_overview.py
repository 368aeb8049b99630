"""Each row of the document overview, held against the table of the handbook (6.2), and how the rows are installed."""

import pytest
from django.core.management import call_command

from documents.installing import install_types
from documents.models import AccessBasis, DocumentType, TemplateVersion
from documents.shipped import ROWS
from tests.documents.conftest import type_called
from tests.world import World

TEAMS, LOWER, SCHOOL = ("team_primary", "team_lower"), ("team_lower",), ("school_admin", "contact_teacher")
AUTO, NOBODY = ("automatic",), ()
JUNE, TWICE, OPEN = ("06-25",), ("01-25", "06-25"), ()
IN, OUT, NOTE = "I/S", "U/F", "X/F"

# row: channel, folder, archive mode, deadlines, archived by, precondition, journal type/status, made in
TABLE = {
    1: ("portal", "pupil", "optional", TWICE, LOWER, "", OUT, "flow"),
    2: ("portal", "pupil", "optional", JUNE, LOWER, "", OUT, "flow"),
    3: ("handed_out", "pupil", "optional", JUNE, LOWER, "", OUT, "flow"),
    4: ("internal", "school", "optional", JUNE, LOWER, "", NOTE, "flow"),
    5: ("internal", "school", "optional", JUNE, TEAMS, "", NOTE, "flow"),
    6: ("internal", "pupil", "optional", JUNE, SCHOOL, "knyttet-til-sak", NOTE, "flow"),
    7: ("internal", "pupil", "optional", JUNE, SCHOOL, "hele-aaret", NOTE, "flow"),
    8: ("internal", "pupil", "optional", JUNE, SCHOOL, "nedsatt-karakter", NOTE, "flow"),
    9: ("portal", "pupil", "optional", TWICE, TEAMS, "avsluttet", OUT, "flow"),
    10: ("internal", "pupil", "optional", OPEN, TEAMS, "", "U/R", "flow"),
    11: ("portal", "pupil", "always", OPEN, AUTO, "", IN, "flow"),
    12: ("portal", "pupil", "always", OPEN, AUTO, "", IN, "flow"),
    13: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "flow"),
    14: ("portal", "pupil", "always", OPEN, AUTO, "", IN, "flow"),
    15: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "flow"),
    16: ("portal", "pupil", "always", OPEN, AUTO, "", IN, "flow"),
    17: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "flow"),
    18: ("portal", "pupil", "always", OPEN, AUTO, "", IN, "flow"),
    19: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "flow"),
    20: ("portal", "pupil", "always", OPEN, AUTO, "", IN, "flow"),
    21: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "flow"),
    22: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    23: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    24: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    25: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    26: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    27: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    28: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    29: ("message", "none", "never", OPEN, NOBODY, "", OUT, "flow"),
    30: ("message", "none", "never", OPEN, NOBODY, "", OUT, "flow"),
    31: ("message", "none", "optional", OPEN, NOBODY, "", OUT, "flow"),
    32: ("form", "none", "never", OPEN, NOBODY, "", OUT, "flow"),
    33: ("message", "none", "never", OPEN, NOBODY, "", OUT, "flow"),
    34: ("elements", "pupil", "always", OPEN, NOBODY, "", OUT, "elements"),
    35: ("svarut", "pupil", "always", OPEN, AUTO, "", OUT, "editor"),
    36: ("elements", "pupil", "always", OPEN, NOBODY, "", OUT, "elements"),
    37: ("sms", "none", "never", OPEN, NOBODY, "", OUT, "flow"),
    38: ("message", "none", "never", OPEN, NOBODY, "", OUT, "flow"),
}
BLOCKED_WITHOUT_A_ROW = {"iop", "evaluering", "bekymringsmelding", "referat-moete"}


@pytest.mark.parametrize("row", TABLE)
def test_each_row_is_installed_as_the_table_has_it(school: World, row: int) -> None:
    kind = DocumentType.objects.get(number=row)
    channel, folder, mode, deadlines, owners, precondition, journal, made_in = TABLE[row]
    assert (kind.channel, kind.folder, kind.archive_mode) == (channel, folder, mode)
    assert (tuple(kind.deadlines), tuple(kind.archived_by)) == (deadlines, owners)
    assert (kind.precondition, kind.made_in) == (precondition, made_in)
    assert f"{kind.registry_type}/{kind.registry_status}" == journal
    assert (kind.access_code == "UO") == (folder != "none")
    assert kind.name_nb
    assert kind.name_nn
    assert kind.guide_nb
    assert kind.guide_nn


def test_the_overview_is_whole_and_holds_nothing_else(school: World) -> None:
    assert set(DocumentType.objects.exclude(number=None).values_list("number", flat=True)) == set(range(1, ROWS + 1))
    others = set(DocumentType.objects.filter(number=None).values_list("slug", flat=True))
    assert others == {"melding-foresatte", *BLOCKED_WITHOUT_A_ROW}
    assert set(TABLE) == set(range(1, 39))


def test_what_is_made_in_elements_has_no_template_and_is_sensitive(school: World) -> None:
    made_there = DocumentType.objects.filter(made_in="elements")
    assert {kind.slug for kind in made_there if not kind.number} == BLOCKED_WITHOUT_A_ROW
    assert not TemplateVersion.objects.filter(document_type__in=made_there).exists()
    assert {kind.number for kind in made_there.exclude(sensitivity="sensitive")} == {36}
    assert all("Elements" in kind.guide_nb and "Elements" in kind.guide_nn for kind in made_there)


@pytest.mark.parametrize(
    ("row", "school_kind", "owners"),
    [
        (5, "primary", ["team_primary"]),
        (5, "lower_secondary", ["team_lower"]),
        (5, "combined", ["team_lower"]),
        (9, "primary", ["team_primary"]),
        (9, "combined", ["team_lower"]),
        (1, "primary", []),
        (1, "combined", ["team_lower"]),
        (7, "primary", ["school_admin", "contact_teacher"]),
        (13, "lower_secondary", ["automatic"]),
    ],
)
def test_who_archives_may_depend_on_the_kind_of_school(
    school: World, row: int, school_kind: str, owners: list[str]
) -> None:
    assert DocumentType.objects.get(number=row).owners_at(school_kind) == owners


def test_installing_is_repeatable_and_keeps_the_municipalitys_own_text(school: World) -> None:
    own = TemplateVersion.objects.get(document_type__slug="innkalling-moete", language="nb")
    own.body, own.created_by = "Hei {{ elev_fornavn }}.\n", school.user("municipal_admin")
    own.save()
    assert install_types() == 0
    call_command("install_defaults")
    assert TemplateVersion.objects.get(pk=own.pk).is_current


def test_what_the_municipality_has_changed_is_kept_and_the_rest_is_renewed(school: World) -> None:
    kind = type_called("vurderinger")
    kind.archive_mode, kind.deadlines = "always", ["06-01"]
    kind.shipped = kind.shipped | {"guide_nb": "Slik var det."}
    kind.guide_nb = "Slik var det."
    kind.save()
    assert install_types() == 1
    kind.refresh_from_db()
    assert (kind.archive_mode, kind.deadlines) == ("always", ["06-01"])
    assert kind.guide_nb.startswith("Skrives under Vurdering.")


def test_a_type_from_before_the_overview_gets_its_row_and_keeps_what_was_set(school: World) -> None:
    """As such an installation is after the migration: no note of what was installed, and the new columns empty."""
    basis = AccessBasis.objects.create(access_code="KL", legal_basis="offl. § 13")
    DocumentType.objects.filter(slug="flyttemelding").update(
        number=None, archived_by=[], guide_nb="", guide_nn="", shipped={},
        shown_to_guardians=True, registry_status="F", name_nb="Melding om flytting", basis=basis,
    )  # fmt: skip
    assert install_types() == 1
    kind = type_called("flyttemelding")
    assert (kind.number, kind.archived_by) == (10, ["team_primary", "team_lower"])
    assert kind.guide_nb
    assert (kind.shown_to_guardians, kind.registry_status) == (True, "F")
    assert (kind.name_nb, kind.basis) == ("Melding om flytting", basis)
    assert install_types() == 0


def test_a_changed_hjemmel_is_not_brought_back(school: World) -> None:
    AccessBasis.objects.filter(slug="taushetsplikt").update(legal_basis="offl. § 13, jf. ny lov")
    install_types()
    assert [basis.legal_basis for basis in AccessBasis.objects.all()] == ["offl. § 13, jf. ny lov"]
