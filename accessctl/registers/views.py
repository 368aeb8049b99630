"""Reading a file into a register, in two steps, and taking a register out as a file.

Called by the register's admin with itself first; the console's guard has let the request through.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.audit import record_act, record_event
from accessctl.models import RegisterFile
from accessctl.registers import files
from accessctl.registers.files import Unreadable
from accessctl.registers.forms import UploadForm, headings_of
from accessctl.registers.plan import Outcome, Plan, make_plan
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock

KEPT = timedelta(hours=1)
SHOWN = 200


def address(admin: Any, page: str) -> str:
    return f"admin:{admin.opts.app_label}_{admin.opts.model_name}_{page}"


def context(admin: Any, request: SignedInRequest, **more: Any) -> dict[str, Any]:
    shared = admin.admin_site.each_context(request)
    headings = headings_of(admin.get_form(request)(), admin.columns)
    return {**shared, "opts": admin.opts, "register": admin, "headings": list(headings.values()), **more}


def upload(admin: Any, request: SignedInRequest) -> HttpResponse:
    """Step one: choose a file. What can be read is kept for the preview; nothing else is."""
    if not admin.has_import_permission(request):
        raise PermissionDenied(admin.change_permission)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > files.MOST_BYTES:
                raise Unreadable(_("Filen er for stor. Den kan være høyst %(n)d MB.") % {"n": 5})
            content = file.read()
            make_plan(admin, request, *files.read(content))
        except Unreadable as reason:
            form.add_error("file", str(reason))
        else:
            own = RegisterFile.objects.own(request.user, admin.model._meta.label)
            register = admin.model._meta.label
            kept = own.keep(request.user, register, content, forget_before=clock.now() - KEPT)
            return redirect(address(admin, "import_preview"), kept.uuid)
    title = _("Importer %(name)s") % {"name": admin.opts.verbose_name_plural}
    shown = context(admin, request, form=form, title=title)
    return render(request, "admin/import.html", shown, status=422 if form.errors else 200)


def preview(admin: Any, request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Step two: what will happen, and the button that makes exactly that happen."""
    if not admin.has_import_permission(request):
        raise PermissionDenied(admin.change_permission)
    kept = own_file(admin, request, uuid)
    if kept.applied_at or not kept.content:
        messages.info(request, _("Filen er allerede importert, eller den er for gammel. Last den opp på nytt."))
        return redirect(address(admin, "import"))
    plan = make_plan(admin, request, *files.read(bytes(kept.content)))
    if request.method == "POST":
        if request.POST.get("plan") == plan.digest and not plan.of(Outcome.ERROR):
            apply(admin, request, kept, plan)
            messages.success(request, done(plan))
            return redirect(address(admin, "changelist"))
        messages.warning(request, _("Registeret er endret siden du så forhåndsvisningen. Se gjennom den på nytt."))
    kept.plan, kept.counts = plan.digest, plan.counts
    kept.save(update_fields=["plan", "counts"])
    title = _("Forhåndsvis import av %(name)s") % {"name": admin.opts.verbose_name_plural}
    groups = [(outcome.value, len(plan.of(outcome)), plan.of(outcome)[:SHOWN]) for outcome in Outcome]
    shown = context(admin, request, title=title, plan=plan, counts=plan.counts, groups=groups, file=kept, most=SHOWN)
    return render(request, "admin/import_preview.html", shown, status=409 if request.method == "POST" else 200)


def own_file(admin: Any, request: SignedInRequest, uuid: UUID) -> RegisterFile:
    """Only whoever uploaded a file sees what is in it."""
    mine = RegisterFile.objects.own(request.user, admin.model._meta.label)
    found = mine.filter(uuid=uuid, uploaded_at__gte=clock.now() - KEPT).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def apply(admin: Any, request: SignedInRequest, kept: RegisterFile, plan: Plan) -> None:
    """Save every new and changed row, or none. The file's content is thrown away, its checksum is kept."""
    for row in plan.rows:
        if row.outcome in (Outcome.NEW, Outcome.CHANGED):
            saved = row.form.save(commit=False)
            admin.save_model(request, saved, row.form, change=row.outcome == Outcome.CHANGED)
            record_event(request.user, "import_row", saved)
    kept.applied_at, kept.content = clock.now(), b""
    kept.save(update_fields=["applied_at", "content"])
    what = f"{admin.model._meta.label}: {plan.counts}"[:120]
    record_act(request.user, "import_register", what=what, object_id=kept.uuid)


def done(plan: Plan) -> str:
    counts = plan.counts
    return _("Importen er ferdig: %(new)d nye, %(changed)d endret, %(unchanged)d uten endring.") % counts


def export(admin: Any, request: SignedInRequest) -> HttpResponse:
    """What the list shows with the filters that are set, as CSV or Excel. Logged."""
    if not admin.has_view_permission(request):
        raise PermissionDenied(admin.view_permission)
    as_excel = request.GET.get("format") == "xlsx"
    filters = request.GET.copy()
    filters.pop("format", None)
    request.GET = filters  # type: ignore[assignment]  # the console's list reads its filters there, and only reads
    rows = admin.get_changelist_instance(request).get_queryset(request)
    form_class = admin.get_form(request)
    columns = [name for name in admin.columns if name not in admin.never_exported]
    lines = []
    for row in rows[: files.MOST_ROWS]:
        form = form_class(instance=row)
        lines.append([form.as_cell(name) for name in columns])
    named = headings_of(form_class(), tuple(columns))
    write = files.to_excel if as_excel else files.to_csv
    kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet" if as_excel else "csv; charset=utf-8"
    response = HttpResponse(
        write([named[name] for name in columns], lines), content_type=f"{'application' if as_excel else 'text'}/{kind}"
    )
    extension = "xlsx" if as_excel else "csv"
    name = f"{admin.file_name}-{clock.today().isoformat()}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    record_act(request.user, "export", what=f"{admin.model._meta.label}: {len(lines)}")
    return response
