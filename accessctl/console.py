"""The municipal administration: Django's admin console behind our own login and rights.

Registers only. Pupils, guardians and documents have screens of their own, with protection and access log.
"""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from accessctl.audit import record_event
from accessctl.guards import requires
from accessctl.permissions import Permission

# The console's own login, logout and passwords do not exist here.
LEFT_OUT = {"login", "logout", "password_change", "password_change_done", "view_on_site"}


class Console(AdminSite):
    site_header = _("Kommunens administrasjon")
    site_title = _("Administrasjon")
    index_title = _("Registre")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.holds(Permission.ADMINISTER)

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


class RegisterAdmin(ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """A register that holders of the console's right may read and edit. Nothing is deleted here."""

    view_on_site = False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the filters the list shows; no patterns and no walks to other tables."""
        shown = {name for name in self.list_filter if isinstance(name, str)}
        return lookup.removesuffix("__exact") in shown

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_event(request.user, "console_add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_event(request.user, "console_change", obj)
        return super().log_change(request, obj, message)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


site = Console(name="admin")
