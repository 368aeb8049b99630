"""Every rule is broken once, on purpose, and somebody must notice. A mutation that nobody notices fails by name.

A mutation is a piece of the source and what stands in its place. It is compiled anew and put wherever the function is
used; the files are not touched. When the source has changed so that the piece is gone, the test says so.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client

from accessctl.actions import RightsError, assign_role, give_grant
from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.middleware import AccessMiddleware
from accessctl.models import Role, User
from accessctl.permissions import Permission as P
from accessctl.policy import may
from schoolapp.lib import clock
from schoolapp.lib.compiled import Compiled
from students.models import Student
from students.rights.actions import propose_grant
from tests.login import log_in
from tests.policy.laid import MODELS, Laid
from tests.policy.small_town import RIGHTS, TOWN
from tests.policy.test_reference import expected
from tests.world import World


class Mutation(NamedTuple):
    where: str  # module:function or module:Class.method
    old: str
    new: str


STUDENTS, RELATIONS, SCOPE = "students.models.records", "guardians.models.relations", "accessctl.scope"
SEEN = f"{STUDENTS}:StudentQuerySet.visible_to"
HIDE = f"{STUDENTS}:StudentQuerySet.hide_protected_from"
GROUPS = f"{STUDENTS}:GroupQuerySet.visible_to"
ASKED = f"{RELATIONS}:GuardianRelationQuerySet.visible_to"
SHOWN = f"{RELATIONS}:GuardianRelationQuerySet.of_guardians_shown_to"
FORCE = f"{RELATIONS}:GuardianRelationQuerySet.in_force"
DOCUMENTS = "documents.models:DocumentQuerySet.visible_to"

QUERYSETS = [
    Mutation(SEEN, ".hide_protected_from(user)", ""),
    Mutation(SEEN, "self if reach.everything else self.filter(within(user, permission))", "self"),
    Mutation(SEEN, "if not reach:\n        return self.none()", "if not reach:\n        return self"),
    Mutation(SEEN, "self.filter(pk__in=children_ids(user))", "self"),
    Mutation(SEEN, "self.filter(person__user=user)", "self"),
    Mutation(SEEN, "if scope_of(user).holds(permission) else self.none()", ""),
    Mutation(HIDE, "if reach.everything:", "if reach:"),
    Mutation(HIDE, "open_to_all | within(user, Permission.SEE_PROTECTED) if reach else open_to_all", "open_to_all"),
    Mutation(HIDE, "within(user, Permission.SEE_PROTECTED)", "within(user, Permission.VIEW_PUPIL)"),
    Mutation(HIDE, "Q(is_protected=False)", "~Q(person__protection='strict')"),
    Mutation(f"{STUDENTS}:within", "Q(school_id__in=reach.school_ids)", "Q(school_id__in=reach.any_school_ids)"),
    Mutation(f"{STUDENTS}:within", "Q(school_id__in=reach.school_ids)", "Q(pk__in=[])"),
    Mutation(f"{STUDENTS}:within", "Q(pk__in=members_today(reach.group_ids))", "Q()"),
    Mutation(f"{STUDENTS}:within", "Q(pk__in=reach.pupil_ids)", "Q(pk__in=[])"),
    Mutation(f"{STUDENTS}:within", "own_groups(user, permission).values", "GroupStaffing.objects.values"),
    Mutation(f"{STUDENTS}:own_groups", "employee__person__user=user", "employee__isnull=False"),
    Mutation(f"{STUDENTS}:own_groups", "rows = valid_today(", "rows = ("),
    Mutation(f"{STUDENTS}:own_groups", "& ~Q(group__kind=Group.Kind.SFO_GROUP)", ""),
    Mutation(f"{STUDENTS}:own_groups", "Q(group__school_id__in=reach.own_group_school_ids)", "Q()"),
    Mutation(f"{STUDENTS}:own_groups", "if permission in ONLY_AS_CONTACT_TEACHER:", "if False:"),
    Mutation(f"{STUDENTS}:own_groups", "if permission in ONLY_AS_CONTACT_TEACHER:", "if True:"),
    Mutation(f"{STUDENTS}:own_groups", ", group__kind=Group.Kind.SFO_GROUP", ""),
    Mutation(f"{STUDENTS}:members_today", "return valid_today(", "return ("),
    Mutation(GROUPS, "if reach.everything:", "if reach:"),
    Mutation(GROUPS, "Q(pk__in=reach.group_ids)", "Q()"),
    Mutation(GROUPS, "own_groups(user, permission)", "GroupStaffing.objects"),
    Mutation(ASKED, "if permission in PUPIL_RIGHTS:", "if False:"),
    Mutation(ASKED, "student__in=Student.objects.visible_to(user, permission)", "pk__gt=0"),
    Mutation(ASKED, ".filter(guardian__user=user)", ""),
    Mutation(ASKED, "rows.giving_access()", "rows"),
    Mutation(SHOWN, "if reach.everything:", "if True:"),
    Mutation(SHOWN, "found |= Q(student__school_id__in=reach.school_ids)", "pass"),
    Mutation(ASKED, ".of_guardians_shown_to(user, permission)", ""),
    Mutation(FORCE, "self.on(day)", "self"),
    Mutation(FORCE, "minor, ", ""),
    Mutation(FORCE, "~blocked(), ", ""),
    Mutation(FORCE, ", state=GuardianRelation.State.VERIFIED", ""),
    Mutation(f"{RELATIONS}:GuardianRelationQuerySet.giving_access", ".filter(portal_enabled=True)", ""),
    Mutation(f"{RELATIONS}:blocked", 'guardian=OuterRef("guardian")', "guardian__isnull=False"),
    Mutation(f"{RELATIONS}:blocked", ", opened_despite_care=False", ""),
    Mutation(f"{RELATIONS}:blocked", " | in_care", ""),
    Mutation(f"{RELATIONS}:children_of", ".filter(guardian__user=user)", ""),
    Mutation("guardians.models.blocks:RelationBlockQuerySet.active", ", lifted_at__isnull=True", ""),
    Mutation("guardians.models.blocks:RelationBlockQuerySet.active", "valid_from__lte=clock.today(), ", ""),
    Mutation(DOCUMENTS, "student__in=Student.objects.visible_to(user, permission)", "pk__gt=0"),
    Mutation(DOCUMENTS, "state=Document.State.FINALISED, ", ""),
    Mutation(DOCUMENTS, ", document_type__shown_to_guardians=True", ""),
    Mutation(DOCUMENTS, ".filter(student__person__birth_date__lte=clock.years_ago(DECIDES_FROM))", ""),
    Mutation(f"{SCOPE}:valid_on", "valid_from__lte=day", "pk__gt=0"),
    Mutation(f"{SCOPE}:valid_on", "valid_to__gte=day", "valid_to__gt=day"),
    Mutation(f"{SCOPE}:scope_of", "and user.is_active", ""),
    Mutation(f"{SCOPE}:given_to", "role__is_active=True", "pk__gt=0"),
    Mutation(f"{SCOPE}:given_to", "valid_on(assignments, today)", "assignments"),
    Mutation(f"{SCOPE}:grant_rows", "valid_on(model.objects.filter(user=user), today)", "model.objects.filter()"),
    Mutation(f"{SCOPE}:grant_rows", "filter(user=user)", "all()"),
    Mutation(f"{SCOPE}:Scope.add", "if serves(reach, Permission(slug))", ""),
    Mutation(f"{SCOPE}:widen", "Reach.MUNICIPALITY | Container.MUNICIPALITY", "Reach.MUNICIPALITY | Reach.SCHOOLS"),
    Mutation(f"{SCOPE}:widen", "Container.PUPIL: entry.pupil_ids", "Container.PUPIL: entry.school_ids"),
    Mutation("accessctl.roles:serves", "case Reach.OWN_CHILDREN:\n", "case 'no such reach':\n"),
    Mutation("accessctl.roles:serves", "permission not in GUARDIAN_RIGHTS | PUPIL_RIGHTS", "True"),
]  # fmt: skip

GIVING = [
    Mutation("accessctl.actions:check_giver", "if by.pk == to.pk:", "if False:"),
    Mutation("accessctl.actions:check_giver", "if not Reach(role.reach).may_be_given_as(reach):", "if False:"),
    Mutation("accessctl.actions:check_giver", "if not any(gives(source, role, school) for source in", "if not any("),
    Mutation("accessctl.actions:gives", "source.role not in role.given_by or ", ""),
    Mutation("accessctl.actions:gives", "Permission.GIVE_ROLES not in source.permissions", "False"),
    Mutation("accessctl.actions:gives", "and source.object_id == school.pk", ""),
    Mutation("accessctl.actions:check_grant_giver", "if by.pk == to.pk:", "if False:"),
    Mutation("accessctl.actions:check_grant_giver", "permission not in SPECIAL_GRANTS + OFFICER_GRANTS or ", ""),
    Mutation("accessctl.actions:check_grant_giver", "not may_grant(by, permission, on)", "False"),
    Mutation("accessctl.actions:check_grant", "or end > in_a_year()", ""),
    Mutation("accessctl.actions:check_grant", "if not reason.strip():", "if False:"),
    Mutation("accessctl.actions:may_grant", "if permission not in OFFICER_GRANTS:", "if True:"),
    Mutation("accessctl.actions:check_two_persons", "if permission not in OFFICER_GRANTS or ", "if True or "),
    Mutation("accessctl.actions:is_sight", " and reaches(by, Permission.MANAGE_PROTECTION, on)", ""),
    Mutation("accessctl.actions:reaches", "return reach.covers_school(on.pk)", "return True"),
    Mutation("accessctl.roles:Reach.may_be_given_as", "if self == reach:", "if True:"),
]
GATE = "accessctl.middleware:AccessMiddleware.gate"
WEB = [
    Mutation(GATE, "if request.method not in METHODS:", "if False:"),
    Mutation(GATE, "if access is None:", "if False:"),
    Mutation(GATE, "if not request.user.is_authenticated:", "if False:"),
    Mutation(GATE, "and not request.user.holds(access):", "and False:"),
    Mutation(GATE, "and not is_two_factor(request):", "and False:"),
    Mutation(GATE, "and not session.is_current(request):", "and False:"),
    Mutation("accessctl.audit:open_or_404", "queryset.get(**lookup)", "queryset.model.objects.get(**lookup)"),
    Mutation("accessctl.audit:open_or_404", "reason = demand(request, record, action=action)", "reason = ''"),
    Mutation("accessctl.policy:may", "rows.visible_to(user, permission)", "rows"),
    Mutation("accessctl.policy:may", "if not scope_of(user)", "if scope_of(user)"),
]  # fmt: skip


def broken(mutation: Mutation) -> tuple[Any, Any]:
    """The function as it is and as it would be. Raises AssertionError when the piece is no longer in its source."""
    module_name, path = mutation.where.split(":")
    owner: Any = sys.modules[module_name]
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    function = vars(owner)[name] if inspect.isclass(owner) else getattr(owner, name)
    bare = inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(bare))
    old, new = textwrap.dedent(mutation.old), mutation.new
    assert old in source, f"{mutation.where} no longer holds «{mutation.old}»: write the mutation anew"
    source = source.replace(old, new).replace("@transaction.atomic\n", "")
    made: dict[str, Any] = {}
    exec(compile(source, f"<{mutation.where} broken>", "exec"), bare.__globals__, made)  # noqa: S102
    return (owner, name, function), made[name]


@pytest.fixture
def break_it(monkeypatch) -> Callable[[Mutation], Any]:
    def apply(patch: pytest.MonkeyPatch, mutation: Mutation) -> None:
        (owner, name, function), new = broken(mutation)
        if inspect.isclass(owner):
            patch.setattr(owner, name, new)
            return
        for module in [m for m in sys.modules.values() if getattr(m, "__dict__", None)]:
            for other, value in list(vars(module).items()):
                if value is function:
                    patch.setattr(module, other, new)
                elif isinstance(value, Compiled) and value.build is function:
                    patch.setattr(value, "build", new)
        patch.setattr(Compiled, "sql", property(vars(Compiled)["sql"].func))  # worked out anew each time
        kin = sys.modules["students.kin"]
        patch.setattr(kin, "_sources", [new if source is function else source for source in kin._sources])

    return apply


def survivors(mutations: list[Mutation], notices: Callable[[], bool], apply: Callable) -> list[str]:
    found = []
    for mutation in mutations:
        with pytest.MonkeyPatch.context() as patch:
            apply(patch, mutation)
            if not notices():
                found.append(f"{mutation.where}: «{mutation.old}» → «{mutation.new}»")
                print("survived:", found[-1])
    return found


@cache
def should_see(kind: str, user: int, right: str) -> set[int]:
    return expected(TOWN, kind, user, right)


def town_differs(laid: Laid, cells: list[tuple[str, int, str]]) -> bool:
    """Whether any queryset differs from the reference; stops at the first. Rights change, so scopes are made anew.

    The cell that noticed is asked first the next time, as most broken clauses show in the same few.
    """
    laid.users = list(User.objects.filter(pk__in=[user.pk for user in laid.user_rows]).order_by("pk"))
    for number, (kind, user, right) in enumerate(cells):
        try:
            differs = laid.seen(kind, user, right) != should_see(kind, user, right)
        except TypeError:  # the broken rule no longer makes sense to the database layer
            differs = True
        if differs:
            cells.insert(0, cells.pop(number))
            return True
    return False


@pytest.mark.slow
def test_every_broken_clause_of_the_querysets_is_noticed(db, break_it):
    laid = Laid(TOWN)
    cells = [(kind, user, right) for right in RIGHTS for user in range(len(TOWN.users)) for kind in MODELS]
    assert not town_differs(laid, cells), "the rules must agree with the reference before one is broken"
    assert survivors(QUERYSETS, lambda: town_differs(laid, cells), break_it) == []
    assert len(QUERYSETS) + len(GIVING) + len(WEB) >= 60


def allowed(act: Callable[[], Any]) -> bool | str:
    """Whether the rules let it through. What only the database stops was let through by the rules."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except RightsError:
        return False
    except IntegrityError:
        return "stopped by the database"
    return True


def giving_as_it_should_be(world: World) -> bool:
    """Who may give what to whom (handbook 7.1), as answers to single attempts."""
    admin, municipal = world.user("school_admin"), world.user("municipal_admin")
    teacher, nobody = world.user("contact_teacher"), world.user("no_role")
    a, b, town = world.school_a, world.school_b, world.municipality
    reason = "Vikar"

    def gives(role, to, by, school=None, reach=""):
        return allowed(lambda: assign_role(to, role=role, by=by, school=school, reach=reach))

    def grants(permission, on, by, to=nobody, **more):
        return allowed(lambda: give_grant(to, permission, on=on, by=by, **({"reason": reason} | more)))

    def proposes(permission, on, by):
        fields = {"on": on, "by": by, "reason": reason, "valid_to": clock.today()}
        return allowed(lambda: propose_grant(nobody, permission, **fields))

    far = world.year.ends_on.replace(year=world.year.ends_on.year + 3)
    return (
        [
            gives("laerer", nobody, admin, a),
            gives("skoleadmin", nobody, admin, a),
            gives("kommuneadmin", nobody, municipal),
            gives("skoleadmin", nobody, municipal, b),
            grants(P.DECIDE_LEAVE, a, admin),
            proposes(P.SEE_PROTECTED, town, municipal),
        ],
        [
            gives("laerer", nobody, admin, b),
            gives("kommuneadmin", nobody, admin),
            gives("laerer", nobody, teacher, a),
            gives("skoleadmin", admin, admin, a),
            gives("laerer", nobody, world.user("principal"), a),
            gives("laerer", nobody, municipal, a),
            gives("skoleadmin", nobody, admin, reach="municipality"),
            gives("laerer", nobody, admin, a, reach="schools"),
            grants(P.DECIDE_LEAVE, b, admin),
            grants(P.DECIDE_LEAVE, town, admin),
            proposes(P.SEE_PROTECTED, a, admin),
            grants(P.SEE_PROTECTED, town, municipal),
            grants(P.SEE_PROTECTED, world.pupils["own"], municipal),
            grants(P.EDIT_ROLES, town, municipal),
            grants(P.DECIDE_LEAVE, town, municipal, to=municipal),
            grants(P.DECIDE_LEAVE, town, municipal, valid_to=far),
            grants(P.DECIDE_LEAVE, town, municipal, reason=" "),
        ],
    ) == ([True] * 6, [False] * 17)


def test_every_broken_rule_of_giving_is_noticed(world, break_it):
    Role.objects.filter(slug="laerer").update(given_by=["skoleadmin", "rektor"])
    assert giving_as_it_should_be(world)
    assert survivors(GIVING, lambda: not giving_as_it_should_be(world), break_it) == []


def web_as_it_should_be(world: World) -> bool:
    """The gate and the opening of a record, as answers to single requests."""
    own, foreign = (f"/elever/{world.pupils[key].uuid}/" for key in ("own", "other_class"))

    def asked(who: str, path: str, method: str = "GET", **how: Any) -> int:
        client = Client(raise_request_exception=False)
        if who:
            log_in(client, world.user(who), **how)
        with transaction.atomic():
            status = client.generic(method, path).status_code
            transaction.set_rollback(True)
        return status

    protected = f"/elever/{world.pupils['protected'].uuid}/"
    one_factor = Client(raise_request_exception=False)
    log_in(one_factor, world.user("contact_teacher"), provider="feide", acr="")
    shut_out = Client(raise_request_exception=False)
    log_in(shut_out, world.user("contact_teacher"))
    session = shut_out.session
    session["login"] = session["login"] | {"expires_at": 0}
    session.save()
    teacher = world.user("contact_teacher")
    asked_and_wanted: list[tuple[Callable[[], Any], Any]] = [
        (lambda: asked("contact_teacher", own), 200),
        (lambda: asked("contact_teacher", foreign), 404),
        (lambda: asked("contact_teacher", own, "DELETE"), 405),
        (lambda: asked("", own), 302),
        (lambda: asked("no_role", "/elever/"), 403),
        (lambda: "page" in (one_factor.get("/elever/").context or ()), False),
        (lambda: asked("officer", protected) == 200, False),
        (lambda: shut_out.get(own).status_code, 302),
        (lambda: undeclared(world), 403),
        (lambda: gate_for(world, "PUT", requires(P.VIEW_PUPIL)(lambda _request: None)), 405),
        (lambda: may(teacher, P.VIEW_PUPIL, world.pupils["own"]), True),
        (lambda: may(teacher, P.VIEW_PUPIL, world.pupils["other_class"]), False),
        (lambda: may(teacher, P.EDIT_ROLES, world.pupils["own"]), False),
        (lambda: opens(world, "own"), True),
        (lambda: opens(world, "other_class"), False),
    ]
    return all(ask() == wanted for ask, wanted in asked_and_wanted)  # the first difference is enough


def opens(world: World, key: str) -> bool:
    """Whether a record is opened for the teacher where the database hides nothing: the second wall must not be what
    holds.
    """
    client = Client()
    log_in(client, world.user("contact_teacher"))
    request = client.get("/elever/").wsgi_request
    request.user = world.user("contact_teacher")
    try:
        return bool(open_or_404(request, Student.objects.visible_to(request.user), uuid=world.pupils[key].uuid))
    except Http404:
        return False


def undeclared(world: World) -> int:
    """What the gate says to a view that declares nothing, called by somebody who may do most."""
    return gate_for(world, "GET", lambda _request: None)


def gate_for(world: World, method: str, view: Callable) -> int:
    client = Client()
    log_in(client, world.user("municipal_admin"))
    request = client.get("/elever/").wsgi_request
    request.method = method
    try:
        answer = AccessMiddleware(lambda _request: None).gate(request, view)  # type: ignore[arg-type]
    except PermissionDenied:
        return 403
    except AttributeError:  # a broken gate may trip over what it let pass
        return 500
    return answer.status_code if answer else 200


def test_every_broken_rule_of_the_gate_is_noticed(world, break_it):
    world.add_employee("officer", role="kommuneadmin")
    give_grant(world.users["officer"], P.SEE_PROTECTED, on=world.municipality, by=None, reason="Navngitt ansvarlig")
    assert web_as_it_should_be(world)
    assert survivors(WEB, lambda: not web_as_it_should_be(world), break_it) == []
