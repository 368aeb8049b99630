"""Variable pay: record, approve, transfer, and look at what was sent."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_act
from accessctl.guards import requires, requires_any
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models import PayBatch, PayLine
from staff.pay import actions
from staff.pay.forms import CorrectForm, MonthForm, WorkForm
from staff.pay.listing import PANES, batches_seen, has_several, in_pane, lines_seen, months_open, positions_for, totals

PAGE_SIZE = 50
RECORD, APPROVE = Permission.RECORD_VARIABLE_PAY, Permission.APPROVE_VARIABLE_PAY


def pane_labels() -> dict[str, str]:
    return {
        "venter": _("Venter på godkjenning"),
        "tilbake": _("Sendt tilbake"),
        "godkjent": _("Godkjent"),
        "overfort": _("Overført"),
    }


@requires_any(RECORD, APPROVE)
@require_safe
def lines(request: SignedInRequest) -> HttpResponse:
    """The lines of own schools, by how far they have come."""
    user = request.user
    pane = request.GET.get("fane", "venter")
    pane = pane if pane in PANES else "venter"
    seen = lines_seen(user)
    page = Paginator(in_pane(seen, pane), PAGE_SIZE).get_page(request.GET.get("side"))
    counts = dict(seen.filter(batch__isnull=True).values_list("state").annotate(n=Count("pk")).order_by())
    tabs = [(slug, label, counts.get(PANES[slug])) for slug, label in pane_labels().items()]
    context = {
        "page": page,
        "pane": pane,
        "tabs": tabs,
        "kept": f"fane={pane}",
        "may_record": user.holds(RECORD),
        "may_approve": user.holds(APPROVE),
        "batches": batches_seen(user)[:12],
        "show_school": has_several(user),
    }
    return render(request, "staff/pay/lines.html", context)


@requires(RECORD)
def new(request: SignedInRequest) -> HttpResponse:
    """Record a line; afterwards the form is ready for the next one."""
    data = request.POST if request.method == "POST" else None
    form = WorkForm(data, positions=positions_for(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            line = actions.record(form.work(), by=request.user)
        except actions.PayError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(line)s er registrert og venter på rektor.") % {"line": line.source_id})
            return redirect("staff:pay_new" if "flere" in request.POST else "staff:pay")
    return render(request, "staff/pay/form.html", {"form": form}, status=422 if form.errors else 200)


@requires_any(RECORD, APPROVE)
def line(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One line: change or delete it while nobody has approved it, and take back what was transferred."""
    found = open_or_404(request, lines_seen(request.user), uuid=uuid)
    at_school = scope_of(request.user).reach(RECORD).covers_school(found.school_id)
    may_change = at_school and found.payee_id != request.user.pk
    is_open = found.state != PayLine.State.APPROVED and not found.corrects_id
    choice = request.POST.get("valg", "")
    form: WorkForm | CorrectForm | None = None
    if may_change and is_open:
        data = request.POST if choice == "lagre" else None
        form = WorkForm(data, positions=positions_for(request.user), line=found)
    elif may_change and found.batch_id and not found.corrects_id:
        form = CorrectForm(request.POST if choice == "rett" else None)
    if request.method == "POST" and may_change and save(request, found, choice, form):
        return redirect("staff:pay")
    context = {
        "line": found,
        "form": form,
        "may_change": may_change,
        "is_open": is_open,
        "may_delete": may_change and found.state != PayLine.State.APPROVED,
        "left": actions.left_of(found) if found.batch_id else None,
        "corrections": found.corrections.all(),
    }
    return render(request, "staff/pay/line.html", context, status=422 if form and form.errors else 200)


def save(request: SignedInRequest, line: PayLine, choice: str, form: WorkForm | CorrectForm | None) -> bool:
    """Carry out what was chosen on the page of a line. Whether it was done."""
    try:
        if choice == "slett":
            actions.remove(line, by=request.user)
            messages.success(request, _("Linjen er slettet."))
            return True
        if form is None or not form.is_valid():
            return False
        if isinstance(form, WorkForm):
            actions.change(line, form.work(), by=request.user)
            messages.success(request, _("Linjen er lagret og venter på rektor."))
        else:
            data = form.cleaned_data
            actions.correct(line, quantity=data["antall"], comment=data["kommentar"], by=request.user)
            messages.success(request, _("Rettelsen er registrert og venter på rektor."))
    except actions.PayError as error:
        form.add_error(None, str(error)) if form and form.is_bound else messages.error(request, str(error))
        return False
    return True


@requires(APPROVE)
@require_POST
def decide(request: SignedInRequest) -> HttpResponse:
    """Approve the chosen lines, or send them back with what is wrong."""
    keys = request.POST.getlist("valgt")
    wanted = [uuid for uuid in (key.partition(".")[0] for key in keys) if is_uuid(uuid)]
    chosen = list(lines_seen(request.user).filter(uuid__in=wanted))
    if not chosen:
        messages.error(request, _("Velg minst én linje."))
        return redirect("staff:pay")
    if any(line.key not in keys for line in chosen):
        messages.error(request, _("Noen av linjene er endret siden du så dem. Se over dem på nytt."))
        return redirect("staff:pay")
    try:
        if request.POST.get("valg") == "godkjenn":
            n = actions.approve(chosen, by=request.user)
            messages.success(request, ngettext("%(n)d linje er godkjent.", "%(n)d linjer er godkjent.", n) % {"n": n})
        else:
            n = actions.send_back(chosen, answer=request.POST.get("svar", "")[:200], by=request.user)
            done = ngettext("%(n)d linje er sendt tilbake.", "%(n)d linjer er sendt tilbake.", n) % {"n": n}
            messages.success(request, done)
    except actions.PayError as error:
        messages.error(request, str(error))
    return redirect("staff:pay")


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@requires(APPROVE)
def transfer(request: SignedInRequest) -> HttpResponse:
    """See what would be sent for a month, and send it, once."""
    form = MonthForm(request.POST or request.GET, months=months_open(request.user))
    month = form.month
    ready = list(actions.ready(month.school, month.period)) if month else []
    if request.method == "POST" and month:
        try:
            batch = actions.transfer(
                month.school, period=month.period, seen=request.POST.get("sett", ""), by=request.user
            )
        except actions.PayError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Overføring %(number)s er laget. Hent filen her.") % {"number": batch.number})
            return redirect("staff:pay_batch", batch.uuid)
    context = {
        "form": form,
        "month": month,
        "count": len(ready),
        "totals": totals(ready),
        "seen": actions.digest_of(ready),
        "is_early": month is not None and month.period + timedelta(days=31) > clock.today(),
    }
    return render(request, "staff/pay/transfer.html", context)


@requires_any(RECORD, APPROVE)
@require_safe
def batch(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One transfer: what was in it, and its file."""
    found = open_or_404(request, batches_seen(request.user).select_related("created_by"), uuid=uuid)
    inside = lines_seen(request.user).filter(batch=found).order_by("position__employee__employee_number", "pk")
    page = Paginator(inside, PAGE_SIZE).get_page(request.GET.get("side"))
    context = {
        "batch": found,
        "page": page,
        "kept": "",
        "totals": totals(inside),
        "may_fetch": request.user.holds(APPROVE),
    }
    return render(request, "staff/pay/batch.html", context)


@requires(APPROVE)
@require_safe
def batch_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The very bytes that were made at the transfer, however often they are asked for."""
    rows = PayBatch.objects.visible_to(request.user, APPROVE)
    found = open_or_404(request, rows, action="download", uuid=uuid)
    record_act(request.user, "fetch_pay_file", what=str(found.number), object_id=found.uuid)
    response = HttpResponse(bytes(found.content), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="variabel-lonn-{found.number:06d}.csv"'
    return response
