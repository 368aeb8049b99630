"""The codes of a records system as a person writes them: one per line."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import ArchiveClass, ArchiveSystem

Folders = ArchiveClass.Folders
WHICH = {"": Folders.ALL, "alle": Folders.ALL, "elev": Folders.PUPIL, "skole": Folders.SCHOOL}
BACK = {Folders.ALL: "", Folders.PUPIL: "elev", Folders.SCHOOL: "skole"}


class SystemForm(forms.ModelForm):  # type: ignore[type-arg]  # a type argument needs a patch at run time
    klasser = forms.CharField(
        label=gettext_lazy("Klasser på mappene"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Én på hver linje, den primære først: klassifikasjonssystem; klasse; elev eller skole. "
            "Uten klasse brukes elevens fødselsnummer, skjermet. Eksempel: «FNR;; elev» og «K-KODE; B00»."
        ),
    )
    koder = forms.CharField(
        label=gettext_lazy("Tilgangskoder som heter noe annet i arkivet"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Én på hver linje: vår kode = arkivets kode. Eksempel: «UO = 13»."),
    )

    class Meta:
        model = ArchiveSystem
        fields = (
            "own_account",
            "recipient_account",
            "system_name",
            "series",
            "pupil_folder_type",
            "school_folder_type",
            "rule",
            "document_type",
            "attachment_type",
            "status",
        )
        help_texts = {
            "own_account": gettext_lazy("Kontoens id i Fiks forvaltning. Kvitteringene kommer hit."),
            "system_name": gettext_lazy("Arkivet kjenner igjen dokumentene på dette navnet. Endre det ikke senere."),
            "series": gettext_lazy("La stå tom for å bruke arkivdelene som står på hver skole."),
            "rule": gettext_lazy("Navnet på regelen arkivet har laget for oss, hvis det har en."),
            "status": gettext_lazy("Et reservert dokument (R) leveres alltid som reservert."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        system = self.instance
        if system.pk:
            rows = [(row.class_system, row.class_id, BACK[Folders(row.folders)]) for row in system.classes.all()]
            self.initial["klasser"] = "\n".join("; ".join(row).strip("; ") if not row[2] else "; ".join(row)
                                                for row in rows)  # fmt: skip
        self.initial["koder"] = "\n".join(f"{ours} = {theirs}" for ours, theirs in system.access_codes.items())

    def clean_klasser(self) -> list[ArchiveClass]:
        found = []
        for line in filter(str.strip, self.cleaned_data["klasser"].splitlines()):
            parts = [part.strip() for part in line.split(";")]
            system, class_id, which = [*parts, "", ""][:3]
            if not system or len(parts) > 3 or which.lower() not in WHICH or max(map(len, parts)) > 40:
                raise forms.ValidationError(
                    _("Skriv «%(line)s» som system; klasse; elev eller skole.") % {"line": line}
                )
            if not class_id and which.lower() == "skole":
                raise forms.ValidationError(_("En skolemappe har ikke fødselsnummer. Skriv en klasse på linjen."))
            found.append(ArchiveClass(class_system=system, class_id=class_id, folders=WHICH[which.lower()]))
        return found

    def clean_koder(self) -> dict[str, str]:
        found = {}
        for line in filter(str.strip, self.cleaned_data["koder"].splitlines()):
            ours, _equals, theirs = (part.strip() for part in line.partition("="))
            if not (ours and theirs) or max(len(ours), len(theirs)) > 40:
                raise forms.ValidationError(_("Skriv «%(line)s» som vår kode = arkivets kode.") % {"line": line})
            found[ours] = theirs
        return found

    def save(self, commit: bool = True) -> ArchiveSystem:
        self.instance.access_codes = self.cleaned_data["koder"]
        system: ArchiveSystem = super().save(commit)
        return system
