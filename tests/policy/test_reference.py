"""The fast querysets against the slow reference, in municipalities nobody thought of."""

import os
from collections import Counter
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from accessctl.permissions import Permission
from accessctl.policy import may
from accessctl.roles import MATRIX, ROLES
from students.watchers import ABOUT_PUPILS, reached_by
from tests.policy.handbook import rights_of_roles
from tests.policy.laid import MODELS, Laid
from tests.policy.reference import RULES, holds_anywhere, may_pupil
from tests.policy.town import Town, towns

WORLDS = int(os.environ.get("POLICY_WORLDS", "6"))
DECISIONS = 100_000
SIZES = {kind: kind for kind in MODELS}
compared: Counter[str] = Counter()


def expected(town: Town, kind: str, user: int, right: str) -> set[int]:
    if not holds_anywhere(town, user, right):
        return set()
    return {n for n in range(len(getattr(town, kind))) if RULES[kind](town, user, right, n)}


def disagreements(town: Town, laid: Laid, rights=tuple(Permission)) -> list[str]:
    """Every (user, right, object) on which the queryset and the reference differ, in words."""
    found = []
    for user in range(len(town.users)):
        for right in rights:
            for kind in MODELS:
                said, right_answer = laid.seen(kind, user, right.value), expected(town, kind, user, right.value)
                compared["decisions"] += len(getattr(town, kind))
                compared["allowed"] += len(right_answer)
                found += [
                    f"user {user} {right.value}: {kind} {n} is seen, and must not be" for n in said - right_answer
                ]
                found += [
                    f"user {user} {right.value}: {kind} {n} is hidden, and must not be" for n in right_answer - said
                ]
    return found


def single_answers(town: Town, laid: Laid, random: Random, most: int) -> list[str]:
    """`may` on single objects against the reference: half of the sample among what is allowed."""
    found = []
    rows = {kind: getattr(laid, f"{kind}_rows") for kind in MODELS}
    for _n in range(most):
        kind = random.choice([kind for kind in MODELS if rows[kind]])
        user, right = random.randrange(len(town.users)), random.choice(tuple(Permission))
        number = random.randrange(len(rows[kind]))
        compared["single"] += 1
        if may(laid.users[user], right, rows[kind][number]) != RULES[kind](town, user, right.value, number):
            found.append(f"may(user {user}, {right.value}, {kind} {number}) is wrong")
    return found


def backwards(town: Town, laid: Laid) -> list[str]:
    """«Hvem kan se dette» against the reference: who is on the list, with which rights."""
    number = {user.pk: n for n, user in enumerate(laid.users)}
    found = []
    for n, pupil in enumerate(laid.pupils_rows):
        listed = {(number[w.user_id], right) for w in reached_by(pupil) for right in w.rights & ABOUT_PUPILS}
        allowed = {
            (user, right)
            for user in range(len(town.users))
            for right in ABOUT_PUPILS
            if holds_anywhere(town, user, right.value) and may_pupil(town, user, right.value, n)
        }
        compared["backwards"] += len(town.users)
        found += [f"pupil {n}: {user} {right.value} listed wrongly" for user, right in listed - allowed]
        found += [f"pupil {n}: {user} {right.value} not listed" for user, right in allowed - listed]
    return found


@settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    derandomize="POLICY_WORLDS" not in os.environ,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(town=towns())
def compare_in_one_town(town: Town) -> None:
    with transaction.atomic():
        laid = Laid(town)
        compared["worlds"] += 1
        found = disagreements(town, laid) + single_answers(town, laid, Random(7), 400) + backwards(town, laid)
        transaction.set_rollback(True)
    assert found == []


@pytest.mark.slow
def test_the_querysets_agree_with_the_reference_in_random_municipalities(db):
    compared.clear()
    compare_in_one_town()
    print("policy decisions compared:", dict(compared))
    assert compared["decisions"] >= DECISIONS
    assert compared["allowed"] >= DECISIONS / 100, "worlds in which nobody may do anything prove little"
    assert compared["single"] >= 2_000


def test_the_roles_have_exactly_the_rights_of_the_handbook():
    shipped = {role.slug: {permission.value for permission in role.permissions} for role in ROLES}
    assert shipped == rights_of_roles()


@pytest.mark.parametrize("right", list(Permission), ids=lambda right: right.value)
def test_flipping_any_cell_of_the_table_is_noticed(right, monkeypatch):
    """For every role: with the cell turned round the shipped roles differ from the handbook in exactly that cell."""
    handbook = rights_of_roles()
    for role in ROLES:
        cell = MATRIX.get(right, ())
        turned = tuple(r for r in cell if r != role.slug) if role.slug in cell else (*cell, role.slug)
        with monkeypatch.context() as patch:
            patch.setitem(MATRIX, right, turned)
            wrong = {r.slug for r in ROLES if {p.value for p in r.permissions} != handbook[r.slug]}
        assert wrong == {role.slug}, f"{right.value} for {role.slug} could be turned round unnoticed"
