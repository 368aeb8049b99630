"""Screens about the list of pupils: saved views, doing one thing with many, and taking the list out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from schoolapp.lib.pdf.limits import RenderFailed
from students.lists.actions import ViewError, delete_view, do_with_many, save_view
from students.lists.forms import ViewForm
from students.lists.listing import Listing
from students.lists.registry import BulkAction, actions_for
from students.lists.selection import MOST, Selection, selected
from students.lists.tables import shown
from students.lists.taking_out import MIME, MOST_ON_PAPER, Format, TakenOut, TakeOutForm, take_out
from students.models import SavedView

TAKE_OUT = "uttrekk"
NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@requires(Permission.VIEW_PUPIL)
def views(request: SignedInRequest) -> HttpResponse:
    """The saved views, and a form that names the list the address describes."""
    listing = Listing(request.user, request.GET)
    reach = scope_of(request.user).reach(Permission.EDIT_GROUPS)
    schools = School.objects.visible_to(request.user, Permission.EDIT_GROUPS)
    if not reach.everything:
        schools = schools.filter(pk__in=reach.school_ids)
    form = ViewForm(request.POST if request.method == "POST" else None, schools=schools)
    query = listing.address(with_name=False)
    if request.method == "POST" and form.is_valid():
        try:
            save_view(name=form.cleaned_data["navn"], query=query, school=form.school, by=request.user)
        except ViewError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Visningen er lagret. Du finner den over elevlisten."))
            return redirect(f"{reverse('students:list')}?{query}")
    context = {
        "form": form,
        "query": query,
        "saved_views": SavedView.objects.visible_to(request.user).own_first(),
        "deletable": set(
            SavedView.objects.visible_to(request.user).deletable_by(request.user).values_list("pk", flat=True)
        ),
    }
    return render(request, "students/lists/views.html", context, status=422 if form.errors else 200)


@requires(Permission.VIEW_PUPIL)
@require_POST
def remove_view(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    view = open_or_404(request, SavedView.objects.visible_to(request.user), uuid=uuid)
    try:
        delete_view(view, by=request.user)
    except ViewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Visningen er slettet."))
    return redirect("students:views")


@requires(Permission.VIEW_PUPIL)
@require_POST
def bulk(request: SignedInRequest) -> HttpResponse:
    """One thing with many pupils: asked about, shown beforehand, done. Names that are shown are logged."""
    listing = Listing(request.user, request.GET)
    selection = selected(request.user, listing, request.POST)
    wanted = request.POST.get("handling", "")
    action = next((found for found in actions_for(request.user) if found.slug == wanted), None)
    if refusal := why_not(selection, known=action is not None or wanted == TAKE_OUT):
        messages.error(request, refusal)
        return redirect(f"{reverse('students:list')}?{listing.address()}")
    if action is None:
        return take_out_page(request, listing, selection, TakeOutForm(None, listing=listing, selection=selection))
    return do(request, listing, selection, action)


def do(request: SignedInRequest, listing: Listing, selection: Selection, action: BulkAction) -> HttpResponse:
    """The form, then what would happen to each, then what did."""
    step = request.POST.get("steg", "")
    form = action.form(request.user, request.POST if step else None)
    if action.narrow:
        action.narrow(form, selection.students)
    context: dict[str, Any] = {"listing": listing, "selection": selection, "action": action, "form": form}
    if selection.is_all and step and request.POST.get("antall") != str(len(selection.students)):
        form.add_error(None, _("Listen har endret seg siden sist. Se over på nytt før du går videre."))
    if not step or not form.is_valid():
        return render(request, "students/lists/bulk.html", context, status=422 if form.errors else 200)
    is_trial = step == "se" and action.trial is not None
    context["outcomes"] = do_with_many(action, selection.students, form=form, by=request.user, is_trial=is_trial)
    if form.errors:
        return render(request, "students/lists/bulk.html", context, status=422)
    if address := getattr(form, "leads_to", ""):
        return redirect(address)
    context |= {"is_trial": is_trial, "done": sum(outcome.is_done for outcome in context["outcomes"])}
    record_list(request.user, "list", selection.students)
    return render(request, "students/lists/outcomes.html", context)


def why_not(selection: Selection, *, known: bool) -> str:
    if not known:
        return _("Velg hva du vil gjøre med elevene.")
    if selection.is_too_many:
        return _("Listen har flere enn %(n)d elever. Avgrens den først, for eksempel til én skole.") % {"n": MOST}
    if not selection.students:
        return _("Kryss av elevene det gjelder, eller velg alle i listen.")
    return ""


@requires(Permission.VIEW_PUPIL)
@require_POST
def taken_out(request: SignedInRequest) -> HttpResponse:
    """The list as CSV, Excel, PDF or a page to print."""
    listing = Listing(request.user, request.GET)
    selection = selected(request.user, listing, request.POST)
    form = TakeOutForm(request.POST, listing=listing, selection=selection)
    format_ = next((found for found in Format if found.value == request.POST.get("format")), None)
    if refusal := why_not(selection, known=format_ is not None):
        messages.error(request, refusal)
        return redirect(f"{reverse('students:list')}?{listing.address()}")
    assert format_ is not None
    if format_ in (Format.PDF, Format.PRINT) and len(selection.students) > MOST_ON_PAPER:
        form.add_error(None, _("På papir er det plass til %(n)d elever. Velg CSV eller Excel.") % {"n": MOST_ON_PAPER})
    if not form.is_valid():
        return take_out_page(request, listing, selection, form)
    try:
        made = take_out(request.user, listing, selection.students, form=form, format_=format_)
    except RenderFailed:
        form.add_error(None, _("Vi fikk ikke laget PDF-en nå. Prøv igjen om litt, eller velg Excel."))
        return take_out_page(request, listing, selection, form)
    return send(request, made)


def take_out_page(request: SignedInRequest, listing: Listing, selection: Selection, form: TakeOutForm) -> HttpResponse:
    context = {"listing": listing, "selection": selection, "form": form, "formats": Format}
    return render(request, "students/lists/take_out.html", context, status=422 if form.errors else 200)


def send(request: SignedInRequest, made: TakenOut) -> HttpResponse:
    """The file, never cached, with a name that tells of nobody."""
    if made.format == Format.PRINT:
        context = {"table": made.table, "rows": shown(made.table.rows)}
        response = render(request, "students/lists/print.html", context)
    else:
        response = HttpResponse(made.content, content_type=MIME[made.format])
        response["Content-Disposition"] = f'attachment; filename="{made.filename}"'
    for name, value in NO_STORE.items():
        response[name] = value
    return response
