"""The municipal administration: Django's admin console behind our own login and rights, in our own frame.

Registers only. Pupils, guardians and documents have screens of their own, with protection and access log. Two rights
guard every page: the console's, and that of the register. Lists reach what the user reaches, and nothing is deleted.
"""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import CharField as CharColumn
from django.db.models import DateField, EmailField, Model, QuerySet, TextField, URLField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.audit import record_event
from accessctl.console_front import front_page
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.registers import history, views
from accessctl.scope import scope_of

# The console's own login, logout and passwords do not exist here.
LEFT_OUT = {"login", "logout", "password_change", "password_change_done", "view_on_site"}

SAVED = "_saved_in_the_console"


class Console(AdminSite):
    site_header = _("Kommunens administrasjon")
    site_title = _("Administrasjon")
    index_title = _("Administrasjon")
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.holds(Permission.ADMINISTER)

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The administrator's tasks, each with the screen or the register where it is done."""
        context = {**self.each_context(request), "title": self.index_title, "tasks": front_page(request.user, self)}
        return render(request, "admin/index.html", context)

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Which app a register belongs to means nothing to those who use it."""
        return redirect("admin:index")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = [entry for entry in super().get_urls() if getattr(entry, "name", None) not in LEFT_OUT]
        guard(urls)
        return urls


def guard(entries: list[Any]) -> None:
    """Declare the console's right on every one of its views, so that the gate lets nobody else in."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            guard(entry.url_patterns)
        else:
            requires(Permission.ADMINISTER)(entry.callback)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class RegisterAdmin(ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """One register. `lede` says what it is for; `key` and `columns` are set where it can be filled from a file."""

    view_on_site = False
    actions = None
    list_per_page = 50
    show_full_result_count = False
    view_permission = Permission.ADMINISTER
    change_permission = Permission.ADMINISTER
    may_add = True
    heading: str | Promise = ""  # where the front page's words for it are not the plural of its rows
    lede: str | Promise = ""
    empty: str | Promise = _("Registeret er tomt.")
    key: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    never_exported: tuple[str, ...] = ()
    file_name = "register"
    formfield_overrides = {
        DateField: {"widget": DateInput},
        CharColumn: {"widget": forms.TextInput},
        EmailField: {"widget": forms.EmailInput},
        URLField: {"widget": forms.URLInput, "assume_scheme": "https"},
        TextField: {"widget": forms.Textarea(attrs={"rows": 4})},
    }
    change_list_template = "admin/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.reached(request.user, self.view_permission)

    def reached(self, user: Any, permission: Permission) -> QuerySet[Any]:
        """The rows for which `user` holds `permission`. What has no scope of its own is for the whole municipality."""
        rows = self.model._default_manager.all()
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(user, permission)
        elif not scope_of(user).reach(permission).everything:
            rows = rows.none()
        ordering = self.get_ordering(None)  # type: ignore[arg-type]  # ours does not look at the request
        found: QuerySet[Any] = rows.order_by(*ordering) if ordering else rows
        return found

    def existing(self, blank: Any, data: dict[str, Any]) -> Any:
        """The stored row that a row of a file is about, by the key; None for a new one or a key nobody can read."""
        try:
            wanted = {name: blank.fields[name].clean(data.get(name)) for name in self.key}
        except ValidationError:
            return None
        return self.found(wanted)

    def found(self, wanted: dict[str, Any]) -> Any:
        return self.model._default_manager.filter(**wanted).first()

    def get_urls(self) -> list[Any]:
        if not self.columns:
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("importer/", self.page(views.upload), name=f"{name}_import"),
            path("importer/<uuid:uuid>/", self.page(views.preview), name=f"{name}_import_preview"),
            path("eksporter/", self.page(views.export), name=f"{name}_export"),
        ]
        return own + super().get_urls()

    def page(self, view: Any) -> Any:
        """A page of this register's own, behind the same guard as the console's."""

        def shown(request: HttpRequest, **given: Any) -> HttpResponse:
            answer: HttpResponse = view(self, request, **given)
            return answer

        return self.admin_site.admin_view(shown)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"register": self, "may_import": self.has_import_permission(request), "query": request.GET.urlencode()}
        return super().changelist_view(request, extra | (extra_context or {}))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return super().history_view(
            request,
            object_id,
            {"changes": history.changes_of(request.user, self.model, object_id)} | (extra_context or {}),
        )

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the filters the list shows; no patterns and no walks to other tables."""
        shown = {name for name in self.list_filter if isinstance(name, str)}
        return lookup.removesuffix("__exact") in shown

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Plain widgets: the console's own need scripts, and offer ways to other registers."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only what the user reaches can be chosen."""
        related: type[Model] = db_field.related_model
        rows = related._default_manager.all()
        if hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user, self.change_permission)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.use_required_attribute = False
        form.user = request.user  # type: ignore[attr-defined]  # the class is made for this request
        return form

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        setattr(request, SAVED, str(obj))
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        setattr(request, SAVED, str(obj))
        return super().response_change(request, obj)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Say what was saved as the rest of the house says it, instead of in the words of Django."""
        if saved := request.__dict__.pop(SAVED, None):
            message = gettext("%(name)s er lagret.") % {"name": saved}
        super().message_user(request, message, *args, **kwargs)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_event(request.user, "console_add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_event(request.user, "console_change", obj)
        return super().log_change(request, obj, message)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return site.has_permission(request) and scope_of(request.user).holds(self.view_permission)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and site.has_permission(request) and scope_of(request.user).holds(self.change_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not site.has_permission(request) or not scope_of(request.user).holds(self.change_permission):
            return False
        return obj is None or self.reached(request.user, self.change_permission).filter(pk=obj.pk).exists()

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.columns) and self.has_add_permission(request) and self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


site = Console(name="admin")
