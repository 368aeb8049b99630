"""Which dates a form takes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from guardians.everybody.forms import EverybodyForm
from schoolapp.lib.date_field import DateField
from staff.forms import OrderForm
from staff.pay.forms import WorkForm
from students.elsewhere.forms import ElsewhereForm
from students.groups.edit_forms import PutInForm, TakeOutForm
from students.rights.forms import GiveRoleForm


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "0202-11-22", "31.04.2026", "2200-01-01"])
def test_a_day_nobody_means_is_refused(text):
    with pytest.raises(ValidationError):
        DateField().clean(text)


@pytest.mark.parametrize(
    "field",
    [
        DateField(),
        ElsewhereForm.base_fields["fra"],
        WorkForm.base_fields["fra"],
        OrderForm.base_fields["needed_from"],
        GiveRoleForm.base_fields["til"],
        PutInForm.base_fields["fra"],
        TakeOutForm.base_fields["siste_dag"],
        EverybodyForm.base_fields["fodselsdato"],
    ],
)
def test_a_day_that_is_not_in_the_calendar_is_said_so_wherever_one_asks(field):
    with pytest.raises(ValidationError, match="Denne datoen finnes ikke. Skriv en dato"):
        field.clean("31.04.2027")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_there_are_days_on_both_sides_of_the_others(day):
    taken = DateField().clean(day.isoformat())
    assert taken == day and taken + timedelta(days=366) > day > taken - timedelta(days=366)
