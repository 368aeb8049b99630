"""Forms of letters and templates. Drafts are kept as they are typed; only finalising asks that they are complete."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from documents.content import form_fields
from documents.fields import FLOW_TYPES, Field, Kind, is_required
from documents.letterheads import head_of
from documents.markup import plain
from documents.models import LANGUAGES, Document, DocumentType
from documents.typed import is_readable, read, shown
from students.models import Student

LONGEST = {Kind.LINE: 300, Kind.DATE: 10, Kind.TIME: 5, Kind.TEXT: 20_000, Kind.ROWS: 10_000}


class DateInput(forms.TextInput):
    input_type = "date"


class TimeInput(forms.TextInput):
    input_type = "time"


def form_field(field: Field, *, required: bool, typed: str = "") -> forms.CharField:
    """The input of one merge field. What was `typed` stays to be mended: a field for days shows only what is a day."""

    def judge(text: str) -> None:
        read(field.kind, text)

    name = field.label
    errors = {"required": _("Fyll ut «%(name)s».") % {"name": name}}
    widget: forms.Widget = forms.TextInput()
    match field.kind:
        case Kind.DATE if is_readable(field.kind, typed):
            widget = DateInput()
        case Kind.TIME if is_readable(field.kind, typed):
            widget = TimeInput()
        case Kind.TEXT | Kind.ROWS:
            widget = forms.Textarea(attrs={"rows": 6 if field.kind == Kind.TEXT else 4})
    return forms.CharField(
        label=str(field.label),
        help_text=str(field.help),
        required=required,
        max_length=LONGEST[field.kind],
        widget=widget,
        validators=[judge],
        error_messages=errors,
    )


class DraftForm(forms.Form):
    """What the author fills in for one document. A day or time that is none is always told of, and with `judge` also
    what is missing before it can be finalised.
    """

    use_required_attribute = False

    def __init__(self, document: Document, *, values: Mapping[str, str] | None = None, judge: bool = False) -> None:
        filled = document.fields if values is None else values
        own, slug = form_fields(document), document.document_type.slug
        typed = {field.name: shown(field.kind, str(filled.get(field.name, ""))) for field in own}
        super().__init__(data=typed)
        self.judge = judge
        for field in own:
            self.fields[field.name] = form_field(field, required=is_required(slug, field), typed=typed[field.name])

    def clean(self) -> None:
        """A draft may lack what it takes to be finalised."""
        if not self.judge:
            for name in [name for name in self.errors if self.has_error(name, "required")]:
                del self.errors[name]


def typed_values(document: Document, data: Mapping[str, str]) -> dict[str, str]:
    """What was typed for this document's fields, made safe to keep and cut at what a field can hold."""
    return {
        field.name: plain(data[field.name])[: LONGEST[field.kind]]
        for field in form_fields(document)
        if field.name in data
    }


def writable_types() -> QuerySet[DocumentType]:
    """The kinds that are written in the editor: in use, with a template, and neither made by a flow nor elsewhere."""
    written = DocumentType.objects.exclude(slug__in=FLOW_TYPES).filter(made_in=DocumentType.MadeIn.EDITOR)
    return written.filter(is_active=True, template_versions__is_current=True).distinct()


class NewDocumentForm(forms.Form):
    """Which kind of letter, and in which written form. `series` makes a form sent twice one draft."""

    use_required_attribute = False
    document_type = forms.ModelChoiceField(
        label=_("Hva slags dokument?"),
        queryset=DocumentType.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        to_field_name="slug",
        error_messages={"required": _("Velg et dokument.")},
    )
    language = forms.ChoiceField(label=_("Målform"), choices=LANGUAGES, widget=forms.RadioSelect)
    series = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, student: Student, data: Mapping[str, str] | None = None) -> None:
        own = student.person.written_form
        schools = head_of(student.school).language if student.school else "nb"
        language = own if own in dict(LANGUAGES) else schools
        super().__init__(data=data, initial={"language": language, "series": uuid4()})
        kinds = self.fields["document_type"]
        assert isinstance(kinds, forms.ModelChoiceField)
        kinds.queryset = writable_types()

    @property
    def series_id(self) -> UUID:
        series: UUID = self.cleaned_data["series"]
        return series


class AttachmentForm(forms.Form):
    """A file and what it is called in the letter."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("PDF/A, PNG eller JPEG. Høyst 25 MB."),
        error_messages={"required": _("Velg en fil."), "empty": _("Filen er tom. Velg en annen fil.")},
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    title = forms.CharField(
        label=_("Navn på vedlegget"),
        max_length=120,
        error_messages={"required": _("Skriv hva vedlegget heter.")},
    )


class TemplateForm(forms.Form):
    """A template's title and text. `based_on` is the version the editor started from."""

    use_required_attribute = False
    title = forms.CharField(label=_("Tittel"), max_length=200, error_messages={"required": _("Skriv en tittel.")})
    body = forms.CharField(
        label=_("Tekst"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "true"}),
        strip=False,
        error_messages={"required": _("Skriv en tekst.")},
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"].replace("\r\n", "\n")
        return body.strip() + "\n"
