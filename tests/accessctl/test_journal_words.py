"""Lines of the log are sentences, for every action written anywhere and everything it is done to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, get_resolver
from django.utils import translation

from accessctl.journal.pages import LOGIN_REASONS, PAGES
from accessctl.journal.tracking import tracked
from accessctl.journal.words import ACTIONS, OBJECTS, PHRASES, act
from accessctl.login import failures
from accessctl.models import AccessEvent

OPEN_TO_ALL = {"home", "language"}
RECORDING = {"record_event", "record_act", "record_list", "write"}


def slugs(node: ast.AST, constants: dict[str, str]) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name != "add_argument":
            found = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
            found += node.args[1:2] if name in RECORDING else []
        case ast.FunctionDef():
            found = [
                default
                for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                if arg.arg == "action" and default is not None
            ]
        case _:
            return
    for value in found:
        branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        for branch in branches:
            if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                yield branch.value
            elif isinstance(branch, ast.Name) and branch.id in constants:
                yield constants[branch.id]


def slugs_written() -> set[str]:
    """Every action some line of our own apps is written with."""
    base, found = Path(settings.BASE_DIR), set()
    for config in apps.get_app_configs():
        if Path(config.path).parent != base:
            continue
        for path in Path(config.path).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants: dict[str, str] = {}
            for node in ast.walk(tree):
                match node:
                    case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                        constants[name] = value
                    case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                        pairs = zip(names, values, strict=False)
                        constants |= {
                            n.id: v.value for n, v in pairs if isinstance(n, ast.Name) and isinstance(v, ast.Constant)
                        }
            found.update(slug for node in ast.walk(tree) for slug in slugs(node, constants))
    return found


def test_every_action_written_anywhere_has_words():
    written = slugs_written()
    assert {"open", "list", "give_role", "shield", "emergency_refused", "close_portal", "save_draft"} <= written
    assert written - ACTIONS.keys() == set()


def test_words_are_for_actions_and_models_that_exist():
    assert PHRASES.keys() <= ACTIONS.keys()
    assert all(apps.get_model(label) for label in OBJECTS)


@pytest.mark.parametrize(
    ("action", "object_type", "what", "sentence"),
    [
        ("list", "students.Student", "elev", "så eleven i en liste"),
        ("list", "guardians.RelationBlock", "sperre", "så sperren av en foresatt i en liste"),
        ("open", "people.Person", "person", "åpnet opplysninger om personen"),
        ("open", "archive.Delivery", "delivery", "åpnet arkivforsendelsen"),
        ("status", "documents.Document", "dokument", "så statusen for dokumentet"),
        ("give_grant", "students.StudentGrant", "view_absence", "ga særskilt tilgang (Se fravær)"),
        ("give_role", "accessctl.RoleAssignment", "Lærer 01.08.2026–", "ga en rolle (Lærer 01.08.2026–)"),
        (
            *("denied", "", "404 students:watchers"),
            "ble nektet hvem som kan se eleven (finnes ikke, eller brukeren har ikke tilgang til det siden gjelder)",
        ),
        ("denied", "", "403 archive:setup", "ble nektet arkivoppsettet (har ikke tilgangen siden krever)"),
        ("denied", "", "confirm documents:pdf", "ble bedt om å bekrefte hvem de er før de fikk se et dokument"),
        (
            "denied",
            "",
            "404 finnes:ikke",
            "ble nektet en side (finnes ikke, eller brukeren har ikke tilgang til det siden gjelder)",
        ),
        (
            *("login_refused", "", "ID-porten: no_account"),
            "fikk ikke logge inn med ID-porten: er verken foresatt, ansatt eller elev i kommunen",
        ),
        ("assess_alert", "accessctl.Alert", "varsel", "vurderte et varsel"),
        ("emergency", "students.Student", "elev", "tok nødtilgang til eleven"),
        ("console_change", "students.Membership", "plass i gruppe", "endret plass i gruppe i administrasjonen"),
        ("open", "finnes.Ikke", "noe gammelt", "åpnet noe gammelt"),
    ],
)
def test_a_line_is_a_sentence(action, object_type, what, sentence):
    with translation.override("nb"):
        assert act(AccessEvent(action=action, object_type=object_type, what=what)) == sentence


def named_views(patterns=None, space: str = "") -> set[str]:
    found = set()
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            found |= named_views(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else space)
        elif entry.name:
            found.add(space + entry.name)
    return found


def test_every_page_that_can_be_refused_has_a_name():
    views = {name for name in named_views() if name.partition(":")[0] not in PAGES}
    assert len(views) > 50
    assert views - PAGES.keys() == OPEN_TO_ALL
    assert {name for name in PAGES if ":" in name} <= named_views()


def test_every_reason_a_login_failed_has_words():
    slugs = {failure.slug for failure in vars(failures).values() if isinstance(failure, failures.Failure)}
    assert len(slugs) > 10
    assert slugs == LOGIN_REASONS.keys()


def test_every_register_has_a_norwegian_name():
    english = {
        entry.model._meta.label
        for entry in tracked().values()
        if "verbose_name" not in entry.model._meta.original_attrs
    }
    assert english == set()
