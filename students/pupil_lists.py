"""Putting many pupils in a class or group at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from students.groups.actions import put_in
from students.groups.listing import groups_staffed_by
from students.groups.placing import Step
from students.groups.refusals import GroupError
from students.lists.registry import BulkAction, Outcome, register_action
from students.models import Group, Student
from students.rights.forms import choice, date_field


class GroupForm(forms.Form):
    """Which class or group, and for how long."""

    use_required_attribute = False
    gruppe = forms.ChoiceField(
        label=gettext_lazy("Klasse eller gruppe"),
        error_messages={"required": gettext_lazy("Velg en klasse eller gruppe.")},
    )
    fra = date_field(gettext_lazy("Fra"))
    til = date_field(
        gettext_lazy("Til og med"), required=False, help_text=gettext_lazy("La stå tomt for resten av skoleåret.")
    )

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data)
        self.offer(groups_staffed_by(user))
        self.fields["fra"].initial = clock.today()

    def offer(self, groups: Iterable[Group]) -> None:
        self.groups = {str(group.uuid): group for group in groups}
        by_school: dict[str, list[tuple[str, str]]] = {}
        for uuid, group in self.groups.items():
            label = f"{group.name} ({group.get_kind_display()})"
            by_school.setdefault(group.school.name, []).append((uuid, label))
        choice(self, "gruppe").choices = [("", _("Velg gruppe")), *by_school.items()]

    def narrow(self, students: Sequence[Student]) -> None:
        """Offer the groups of the schools the pupils go to; no pupil can be in a group of another."""
        schools = {student.school_id for student in students}
        if None in schools:  # who has no school yet may be put in a group of the one to come
            return
        self.offer([group for group in self.groups.values() if group.school_id in schools])

    @property
    def group(self) -> Group:
        return self.groups[self.cleaned_data["gruppe"]]

    def put(self, user: User, students: Sequence[Student], *, is_trial: bool) -> list[Step]:
        """What the group's own action says; its refusal of the group or the days becomes an error of the form."""
        period = {"on": self.cleaned_data["fra"], "until": self.cleaned_data["til"]}
        try:
            return put_in(self.group, students, by=user, is_trial=is_trial, **period)
        except GroupError as error:
            self.add_error(None, str(error))
            return []


def outcome_of(step: Step, group: Group, words: str) -> Outcome:
    if step.refusal:
        return Outcome(step.student, step.refusal, False)
    moved = step.moves_from
    if moved:
        text = _("Flyttes fra %(old)s til %(group)s fra %(day)s.")
        return Outcome(step.student, text % {"old": moved.name, "group": group.name, "day": day_of(step)}, True)
    return Outcome(step.student, words % {"group": group.name, "day": day_of(step)}, True)


def day_of(step: Step) -> str:
    return f"{step.period.first:%d.%m.%Y}"


def try_out(user: User, students: Sequence[Student], form: GroupForm) -> list[Outcome]:
    """What would happen to each."""
    steps = form.put(user, students, is_trial=True)
    return [outcome_of(step, form.group, _("Går i %(group)s fra %(day)s.")) for step in steps]


def put_in_group(user: User, students: Sequence[Student], form: GroupForm) -> list[Outcome]:
    """Those who can be in the group are put there together, so that one undo takes them all out; the others stay."""
    steps = form.put(user, students, is_trial=True)
    fit = [step.student for step in steps if not step.refusal]
    refused = [outcome_of(step, form.group, "") for step in steps if step.refusal]
    done = form.put(user, fit, is_trial=False) if fit else []
    return refused + [outcome_of(step, form.group, _("Går i %(group)s fra %(day)s.")) for step in done]


register_action(
    BulkAction(
        slug="gruppe",
        label=gettext_lazy("Sett i klasse eller gruppe"),
        intro=gettext_lazy(
            "En elev går i én klasse om gangen: En klasse eleven går i fra før, slutter dagen før. Andre grupper "
            "beholder eleven."
        ),
        button=gettext_lazy("Sett elevene i gruppen"),
        permission=Permission.EDIT_GROUPS,
        order=10,
        form=GroupForm,
        act=put_in_group,
        trial=try_out,
        narrow=GroupForm.narrow,
    )
)
