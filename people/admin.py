from typing import Any

from django.contrib import messages
from django.contrib.admin import display, register
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.audit import record_pupils
from accessctl.console import RegisterAdmin, site
from accessctl.journal import pupils
from accessctl.login import accounts, session
from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Protection

# The language of the log.
ACCOUNTS = "brukere som kan logge inn"
ACTS = {"steng": accounts.close, "apne": accounts.reopen, "avslutt": accounts.end_logins}


@register(User, site=site)
class UserAdmin(RegisterAdmin):
    """Users come from logins and are never made or edited here; users with address protection are left out."""

    lede = _(
        "Alle som kan logge inn. Her stenger du en bruker eller avslutter innlogginger. Roller gis på en egen side."
    )
    list_display = ["shown_name", "roles", "state", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["display_name"]
    ordering = ["display_name", "pk"]
    fields = ("display_name", "state", "last_login", "roles")
    readonly_fields = fields
    change_form_template = "admin/user.html"
    may_add = False

    @display(description=_("navn"), ordering="display_name")
    def shown_name(self, user: User) -> str:
        return user.display_name or gettext("Uten navn")

    @display(description=_("tilgang"), ordering="-is_active")
    def state(self, user: User) -> str:
        return gettext("Åpen") if user.is_active else gettext("Stengt")

    @display(description=_("roller nå"))
    def roles(self, user: User) -> str:
        return ", ".join(sorted({a.role.name for a in user.assignments_now})) or gettext("Ingen")  # type: ignore[attr-defined]

    def reached(self, user: Any, permission: Permission) -> QuerySet[User]:
        now = Prefetch("assignments", RoleAssignment.objects.on().select_related("role"), to_attr="assignments_now")
        rows: QuerySet[User] = super().reached(user, permission).prefetch_related(now)
        if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
            return rows
        hidden = [value for value in Protection.values if value != Protection.NONE]
        return rows.exclude(person__protection__in=hidden)

    def get_urls(self) -> list[Any]:
        act = path("<int:pk>/handling/<slug:act>/", self.page(act_on), name="accessctl_user_act")
        return [act, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = response.context_data if isinstance(response, TemplateResponse) else None
        if shown and "cl" in shown:
            listed = [account.pk for account in shown["cl"].result_list]
            record_pupils(request.user, "list", pupils.source().with_accounts(listed), what=ACCOUNTS)
        return response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> User | None:
        found: User | None = super().get_object(request, object_id, from_field)
        if found:
            record_pupils(request.user, "open", pupils.source().with_accounts([found.pk]), what=ACCOUNTS)
        return found

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = response.context_data if isinstance(response, TemplateResponse) else None
        if shown and (found := shown.get("original")):
            shown["logins"] = session.alive(found.login_sessions.order_by("-created_at"))
        return response


def act_on(register: UserAdmin, request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Close, open, or end the logins of one user."""
    user = register.reached(request.user, register.change_permission).filter(pk=pk).first()
    if user is None or act not in ACTS or request.method != "POST":
        raise Http404
    try:
        ACTS[act](user, by=request.user)  # type: ignore[operator]  # three verbs with the same shape
        messages.success(request, gettext("Det er gjort."))
    except accounts.NotOneself:
        messages.error(request, gettext("Du kan ikke stenge din egen bruker. Be en annen kommuneadmin om det."))
    return redirect("admin:accessctl_user_change", pk)
