"""One record's way into Elements, step by step. Each returned id is noted at once, so that any attempt can go on.

Elements writes the link to our key after the case and the entry themselves, and has no transactions across calls.
Therefore case, entry and documents carry our key in a custom attribute too, and both are searched before anything is
made. The order of steps, and that the first document is updated instead of inserted, follow how Elements behaves
(docs/archive.md).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from archive import titles
from archive.connectors.base import Case, Incident, Journal, Parcel, Receipt, Refused, Unknown
from archive.connectors.elements_ncore.soap import DataObject, Services
from archive.record import FileRef

NATIONAL_ID_CLASS = "FNRP"
UNDER_TREATMENT, CLOSED = "B", "A"
FINISHED = "F"
MAIN, ATTACHMENT = "H", "V"
ARCHIVE_VARIANT = "A"
# What an entry is created as: it must not be journalled before its documents are there.
TEMPORARY = {"I": "M", "T": "M"}


class Transfer:
    """Raises what the connector's `deliver` raises."""

    def __init__(self, services: Services, parcel: Parcel, journal: Journal) -> None:
        self.services = services
        self.parcel = parcel
        self.record = parcel.record
        self.journal = journal
        self.key_attribute = services.config["key_attribute"]
        self.is_pupil = self.record.folder.kind == "pupil"
        self.restricted = bool(self.record.access_code and self.record.legal_basis)
        self.made: set[str] = set()

    def run(self) -> Receipt:
        school = self.parcel.school
        find = self.services.id_of
        self.officer = find("UserName", "Initials", school.case_owner_initials, "Saksansvarlig")
        self.unit = find("AdministrativeUnit", "ShortCode", school.administrative_unit, "Administrativ enhet")
        group = self.parcel.folder.access_group or school.access_group
        self.group = find("AccessGroup", "Description", group, "Tilgangsgruppe")
        case = self._case()
        self._case_link(case)
        self._classification(case)
        entry = self._entry(case)
        self._entry_link(entry)
        self._correspondents(entry)
        self._documents(entry)
        self._status(entry)
        return self._receipt(case, entry)

    def _case(self) -> Case:
        known = self.parcel.case
        if known and known.id.isdecimal():
            return known
        # Known by its number only: made by a person, or here by another way in.
        row = self._case_by_number() if known and known.number else self._existing_case() or self._new_case()
        case = Case(str(row.Id), row.CaseYear, row.SequenceNumber)
        self.journal.note_case(case)
        return case

    def _case_by_number(self) -> DataObject:
        """The case that a person made in Elements and gave us the number of."""
        assert self.parcel.case
        year, number = self.parcel.case.year, self.parcel.case.number
        rows = self.services.query("Case", ("CaseYear", "=", year), ("SequenceNumber", "=", number))
        if len(rows) != 1:
            raise Refused(f"Fant ikke mappe {year}/{number} i Elements.", self.services.last_answer)
        if rows[0].CaseStatusId == CLOSED:
            raise Refused(f"Mappen {year}/{number} er avsluttet i Elements.", self.services.last_answer)
        return rows[0]

    def _existing_case(self) -> DataObject | None:
        key = self.record.folder.key
        rows = self.services.query("Case", (self.key_attribute, "=", key))
        linked = self.services.query("ExternalSystemLinkCase", *self._link_conditions(key))
        ids = {row.Id for row in rows} | {row.CaseId for row in linked}
        if not ids and self.parcel.national_id:
            ids = {row.Id for row in self._earlier_cases()}
        if len(ids) > 1:
            raise Incident(
                f"Arkivet har flere mapper for samme elev eller skole: {_listed(ids)}.", self.services.last_answer
            )
        return next(iter(rows), None) or (self._by_id("Case", ids.pop()) if ids else None)

    def _earlier_cases(self) -> list[DataObject]:
        """Open pupil folders from before this system."""
        return self.services.query(
            "Case",
            ("PrimaryClassification.ClassId", "=", self.parcel.national_id),
            ("SeriesId", "=", self.parcel.school.pupil_series),
            ("CaseStatusId", "<>", CLOSED),
        )

    def _new_case(self) -> DataObject:
        folder, school, config = self.record.folder, self.parcel.school, self.services.config
        shielded = self.is_pupil and self.restricted
        setup = self.parcel.folder
        self.made.add("case")
        return self.services.insert(
            "Case",
            echoed=("Title", self.key_attribute),
            Title=titles.plain(folder.title),
            PublicTitle=titles.restricted(folder.public_title),
            PublicTitleNames=titles.name_tagged(folder.public_title),
            SeriesId=school.pupil_series if self.is_pupil else setup.series or school.school_series,
            FileTypeId=config["pupil_file_type"] if self.is_pupil else config["school_file_type"],
            CaseStatusId=UNDER_TREATMENT,
            OfficerNameId=self.officer,
            AdministrativeUnitId=self.unit,
            RegistryManagementUnitId=school.registry_unit,
            AccessGroupId=self.group,
            AccessCodeId=self.record.access_code if shielded else setup.access_code or None,
            Pursuant=self.record.legal_basis if shielded else None,
            IsRestricted=True if shielded else None,
            **{self.key_attribute: folder.key},
        )

    def _case_link(self, case: Case) -> None:
        if self.journal.folder_known("link"):
            return
        key = self.record.folder.key
        found = (
            [] if "case" in self.made else self.services.query("ExternalSystemLinkCase", *self._link_conditions(key))
        )
        link = found[0] if found else self._link("ExternalSystemLinkCase", key, CaseId=int(case.id))
        self.journal.folder_note("link", str(link.Id))

    def _classification(self, case: Case) -> None:
        """Class a pupil's folder on the national id, which is then forgotten on our side, a school's on its codes."""
        for order, code in enumerate(self.parcel.folder.classes):
            self._class(case, code, order)
        number = self.parcel.national_id
        if not number or not self.is_pupil:
            return
        if not self.journal.folder_known("class"):
            wanted = (("CaseId", "=", case.id), ("ClassificationSystemId", "=", NATIONAL_ID_CLASS))
            found = [] if "case" in self.made else self.services.query("Classification", *wanted)
            row = found[0] if found else self.services.insert(
                "Classification",
                CaseId=int(case.id),
                ClassificationSystemId=NATIONAL_ID_CLASS,
                ClassId=number,
                IsRestricted=True,
                SortOrder="1",
            )  # fmt: skip
            self.journal.folder_note("class", str(row.Id))
        self.journal.forget_national_id()

    def _class(self, case: Case, code: str, order: int) -> None:
        step = f"class.{order}"
        if self.journal.folder_known(step):
            return
        wanted = (("CaseId", "=", case.id), ("ClassId", "=", code))
        found = [] if "case" in self.made else self.services.query("Classification", *wanted)
        row = found[0] if found else self.services.insert(
            "Classification",
            CaseId=int(case.id),
            ClassificationSystemId=self.services.config.get("school_class_system", "K-koder"),
            ClassId=code,
            SortOrder=str(order + 1),
        )  # fmt: skip
        self.journal.folder_note(step, str(row.Id))

    def _entry(self, case: Case) -> str:
        if known := self.journal.known("entry"):
            return known
        found = entries_with_key(self.services, self.record.key)
        if len(found) > 1:
            raise Incident(
                f"Arkivet har flere journalposter for samme dokument: {_listed(found)}.", self.services.last_answer
            )
        entry = found[0] if found else str(self._new_entry(case).Id)
        self.journal.note("entry", entry)
        return entry

    def _new_entry(self, case: Case) -> DataObject:
        record = self.record
        self.made.add("entry")
        return self.services.insert(
            "RegistryEntry",
            echoed=("CaseId", "Title", self.key_attribute),
            CaseId=int(case.id),
            Title=titles.plain(record.title),
            TitleRestricted=titles.restricted(record.public_title),
            TitlePersonNameTagged=titles.name_tagged(record.public_title),
            RegistryEntryTypeId=record.registry_type,
            RecordStatusId=TEMPORARY.get(record.registry_type, FINISHED),
            DocumentCategoryId=record.document_type or None,
            DocumentDate=datetime.fromisoformat(record.document_date),
            AccessCodeId=record.access_code,
            Pursuant=record.legal_basis,
            IsRestricted=True if self.restricted else None,
            OfficerNameId=self.officer,
            AdministrativeUnitId=self.unit,
            RegistryManagementUnitId=self.parcel.school.registry_unit,
            **{self.key_attribute: record.key},
        )

    def _entry_link(self, entry: str) -> None:
        if self.journal.known("link"):
            return
        kind, key = "ExternalSystemLinkRegistryEntry", self.record.key
        found = [] if "entry" in self.made else self.services.query(kind, *self._link_conditions(key))
        link = found[0] if found else self._link(kind, key, RegistryEntryId=int(entry))
        self.journal.note("link", str(link.Id))

    def _correspondents(self, entry: str) -> None:
        left = []
        if "entry" not in self.made:
            left = self.services.query("SenderRecipient", ("RegistryEntryId", "=", entry))
        for index, person in enumerate(self.record.correspondents):
            step = f"correspondent.{index}"
            row = next((row for row in left if (row.Name, row.IsRecipient) == (person.name, person.is_recipient)), None)
            if row is not None:
                left.remove(row)
            elif not self.journal.known(step):
                row = self.services.insert(
                    "SenderRecipient",
                    echoed=("Name",),
                    RegistryEntryId=int(entry),
                    Name=person.name,
                    IsRecipient=person.is_recipient,
                    IsRestricted=True if self.restricted and (self.is_pupil or person.protected) else None,
                )
            if row is not None and not self.journal.known(step):
                self.journal.note(step, str(row.Id))

    def _documents(self, entry: str) -> None:
        for index, ref in enumerate(self.record.files):
            if not self.journal.known(f"object.{index}"):
                description = self._description(entry, index, ref)
                self._object(description, index, ref)

    def _description(self, entry: str, index: int, ref: FileRef) -> str:
        if known := self.journal.known(f"document.{index}"):
            return known
        fields = {
            "DocumentTitle": titles.plain(ref.title),
            "DocumentStatusId": FINISHED,
            "AccessCodeId": self.record.access_code or None,
            "Pursuant": self.record.legal_basis or None,
            self.key_attribute: f"{self.record.key}#{index}",
        }
        description = self._first_document(entry, fields) if index == 0 else self._next_document(entry, index, fields)
        self.journal.note(f"document.{index}", description)
        return description

    def _first_document(self, entry: str, fields: dict[str, Any]) -> str:
        """Elements made this one together with the entry."""
        link = min(
            self.services.query("RegistryEntryDocument", ("RegistryEntryId", "=", entry)), key=_order, default=None
        )
        if link is None:
            return self._next_document(entry, 0, fields)
        self.services.update(self._by_id("DocumentDescription", link.DocumentDescriptionId), **fields)
        self.services.update(link, DocumentLinkTypeId=MAIN)
        return str(link.DocumentDescriptionId)

    def _next_document(self, entry: str, index: int, fields: dict[str, Any]) -> str:
        own = (self.key_attribute, "=", f"{self.record.key}#{index}")
        found = [] if "entry" in self.made else self.services.query("DocumentDescription", own)
        row = found[0] if found else self.services.insert("DocumentDescription", **fields)
        pair = (("RegistryEntryId", "=", entry), ("DocumentDescriptionId", "=", row.Id))
        if not found or not self.services.query("RegistryEntryDocument", *pair):
            self.services.insert(
                "RegistryEntryDocument",
                RegistryEntryId=int(entry),
                DocumentDescriptionId=row.Id,
                DocumentLinkTypeId=ATTACHMENT if index else MAIN,
                SortOrder=index + 1,
            )
        return str(row.Id)

    def _object(self, description: str, index: int, ref: FileRef) -> None:
        rows = [] if "entry" in self.made else self._objects(description)
        if not rows:
            path = self.services.upload(f"{index + 1}.pdf", "application/pdf", self.parcel.read(ref))
            self.journal.note(f"upload.{index}", path)
            self.services.insert(
                "DocumentObject",
                DocumentDescriptionId=int(description),
                VersionNumber=1,
                VariantFormatId=ARCHIVE_VARIANT,
                FileformatId=ref.file_format,
                FilePath=path,
                FileSize=ref.size,
                Checksum=ref.sha256,
                CheckSumAlgorithm="SHA256",
            )
        self.journal.note(f"object.{index}", f"{description}/1")

    def _status(self, entry: str) -> None:
        if self.journal.known("status"):
            return
        row = self._own_entry(entry)
        if row.RecordStatusId != self.record.status:
            self.services.update(row, RecordStatusId=self.record.status)
        self.journal.note("status", self.record.status)

    def _receipt(self, case: Case, entry: str) -> Receipt:
        """Read back what the archive holds; only that is proof."""
        for index, ref in enumerate(self.record.files):
            rows = self._objects(self.journal.known(f"document.{index}"))
            sums = [str(row.Checksum or "").lower() for row in rows]
            if len(sums) > 1:
                raise Incident("Arkivet har flere filer for samme dokument.", self.services.last_answer)
            if sums != [ref.sha256]:
                raise Unknown("Filen i arkivet har en annen kontrollsum enn vår.", self.services.last_answer)
        twins = self.services.query("RegistryEntry", (self.key_attribute, "=", self.record.key))
        if len(twins) > 1:
            words = f"Arkivet har flere journalposter for samme dokument: {_listed(row.Id for row in twins)}."
            raise Incident(words, self.services.last_answer)
        row = self._own_entry(entry)
        if (str(row.CaseId), row.RecordStatusId) != (case.id, self.record.status):
            raise Unknown("Journalposten i arkivet har en annen mappe eller status.", self.services.last_answer)
        return Receipt(entry, case, row.RegisterYear, row.SequenceNumber, self.services.last_answer)

    def _own_entry(self, entry: str) -> DataObject:
        """The entry as it stands; checked to be ours, since it may be written back whole."""
        row = self._by_id("RegistryEntry", entry)
        if getattr(row, self.key_attribute) != self.record.key:
            raise Unknown("Svaret fra arkivet gjelder et annet dokument.", self.services.last_answer)
        return row

    def _objects(self, description: str) -> list[DataObject]:
        return self.services.query("DocumentObject", ("DocumentDescriptionId", "=", description))

    def _by_id(self, kind: str, number: object) -> DataObject:
        rows = self.services.query(kind, ("Id", "=", number))
        if [str(row.Id) for row in rows] != [str(number)]:
            raise Unknown(f"Arkivet finner ikke igjen {kind} {number}.", self.services.last_answer)
        return rows[0]

    def _link_conditions(self, key: str) -> tuple[tuple[str, str, object], ...]:
        return _link_conditions(self.services, key)

    def _link(self, kind: str, key: str, **target: int) -> DataObject:
        code = self.services.external_system()
        return self.services.insert(kind, echoed=("ExternalKey",), ExternalKey=key, ExternalSystemCode=code, **target)


def entries_with_key(services: Services, key: str) -> list[str]:
    """Ids of the registry entries that carry our key, by link or by attribute."""
    rows = services.query("RegistryEntry", (services.config["key_attribute"], "=", key))
    linked = services.query("ExternalSystemLinkRegistryEntry", *_link_conditions(services, key))
    return [str(number) for number in sorted({row.Id for row in rows} | {row.RegistryEntryId for row in linked})]


def _link_conditions(services: Services, key: str) -> tuple[tuple[str, str, object], ...]:
    name = services.identity["ExternalSystemName"]
    return (("ExternalSystem.ExternalSystemName", "=", name), ("ExternalKey", "=", key))


def _order(link: DataObject) -> int:
    return int(link.SortOrder or 0)


def _listed(ids: Iterable[Any]) -> str:
    return ", ".join(str(number) for number in sorted(ids))
