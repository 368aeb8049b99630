"""How the archive behaves: what each operation does, and what it refuses."""

import re
from datetime import UTC, datetime

from lxml import etree

from sandbox.elements.contract import MODEL, fields_of
from sandbox.elements.faults import Faults
from sandbox.elements.soap import Rejected, read_objects
from sandbox.elements.store import Row, Store

CONDITION = re.compile(r"\s*([A-Za-z.0-9]+)\s*(=|<>)\s*(.*?)\s*")
INITIALS = re.compile(r"[A-ZÆØÅ]{2,8}\d?")
# What an archivist has entered long before.
REGISTERS = {"UserName", "AdministrativeUnit", "AccessGroup"}
FINAL_STATUSES = {"E", "J", "A"}


def text_of(parent: etree._Element, name: str) -> str:
    found = parent.find(f"{{{MODEL}}}{name}")
    return (found.text or "") if found is not None else ""


class Archive:
    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults

    def query(self, message: etree._Element) -> list[tuple[str, Row]]:
        arguments = message.find(f"{{{MODEL}}}arguments")
        kind, expression = text_of(arguments, "DataObjectName"), text_of(arguments, "FilterExpression")
        try:
            known = fields_of(kind)
        except KeyError:
            raise Rejected(f"Ukjent dataobjekt: {kind}") from None
        conditions = []
        for part in re.split(r" and ", expression, flags=re.IGNORECASE) if expression else []:
            match = CONDITION.fullmatch(part)
            if match is None or not ("." in match[1] or match[1] in known):
                raise Rejected(f"Ugyldig filteruttrykk for {kind}: {part}")
            conditions.append((match[1], match[2], match[3]))
        if kind in REGISTERS:
            self._make_known(kind, conditions)
        lag = 0 if kind in REGISTERS else self.faults.search_lag
        rows = self.store.select(kind, conditions, lag)
        return [(kind, self._as_shown(kind, row)) for row in rows]

    def _make_known(self, kind: str, conditions: list[tuple[str, str, str]]) -> None:
        """Users, units and groups exist as soon as somebody asks for them, if the name looks like one."""
        for field, _, value in conditions:
            is_name = field in ("ShortCode", "Description") or (field == "Initials" and INITIALS.fullmatch(value))
            if is_name and not self.store.select(kind, [(field, "=", value)]):
                self.store.insert(kind, {field: value})

    def _as_shown(self, kind: str, row: Row) -> Row:
        return row | {"IsCurrent": row["Initials"] not in self.faults.unknown_initials} if kind == "UserName" else row

    def insert(self, message: etree._Element, *, borrowed_number: bool = False) -> list[tuple[str, Row]]:
        stored = []
        for kind, fields in read_objects(message.find(f"{{{MODEL}}}dataObjects")):
            self._check(kind, fields)
            with self.store.lock:
                row = self.store.insert(kind, self._completed(kind, fields, borrowed_number))
                if kind == "RegistryEntry":
                    self._first_document(row)
            stored.append((kind, row))
        return stored

    def update(self, message: etree._Element) -> list[tuple[str, Row]]:
        stored = []
        for kind, fields in read_objects(message.find(f"{{{MODEL}}}dataObjects")):
            self._check(kind, fields)
            if kind == "RegistryEntry" and fields.get("RecordStatusId") in FINAL_STATUSES:
                self._check_documents(fields)
            row = self.store.replace(kind, fields)
            if row is None:
                raise Rejected(f"{kind} finnes ikke.")
            stored.append((kind, row))
        return stored

    def _check(self, kind: str, fields: Row) -> None:
        if officer := fields.get("OfficerNameId"):
            user = self.store.select("UserName", [("Id", "=", str(officer))])
            if not user or user[0]["Initials"] in self.faults.unknown_initials:
                initials = user[0]["Initials"] if user else officer
                raise Rejected(f"Saksbehandler {initials} er ikke en aktiv bruker i Elements.")
        if fields.get("IsRestricted") and kind in ("RegistryEntry",) and not (
            fields.get("AccessCodeId") and fields.get("Pursuant")
        ):  # fmt: skip
            raise Rejected("Skjerming krever tilgangskode og hjemmel.")
        if kind == "RegistryEntry" and not self.store.select("Case", [("Id", "=", str(fields.get("CaseId")))]):
            raise Rejected("Saken finnes ikke.")
        if kind == "DocumentObject":
            upload = self.store.upload(fields.get("FilePath", ""))
            if upload is None:
                raise Rejected("Filen er ikke lastet opp.")
            if upload[0] != str(fields.get("Checksum", "")).lower():
                raise Rejected("Kontrollsummen stemmer ikke med filen.")

    def _check_documents(self, entry: Row) -> None:
        for link in self.store.select("RegistryEntryDocument", [("RegistryEntryId", "=", str(entry["Id"]))]):
            number = str(link["DocumentDescriptionId"])
            description = self.store.select("DocumentDescription", [("Id", "=", number)])[0]
            files = self.store.select("DocumentObject", [("DocumentDescriptionId", "=", number)])
            if description.get("DocumentStatusId") != "F" or not files:
                raise Rejected("Alle dokumenter må være ferdigstilt før journalposten får denne statusen.")

    def _completed(self, kind: str, fields: Row, borrowed_number: bool) -> Row:
        today = datetime.now(UTC).astimezone().date()
        if kind == "Case":
            number = self.store.next_number(kind, "SequenceNumber", "CaseYear", today.year)
            return fields | {"CaseYear": today.year, "SequenceNumber": number, "CaseDate": f"{today}T00:00:00"}
        if kind == "RegistryEntry":
            number = self.store.next_number(kind, "SequenceNumber", "RegisterYear", today.year)
            siblings = self.store.select(kind, [("CaseId", "=", str(fields["CaseId"]))])
            return fields | {
                "RegisterYear": today.year,
                "SequenceNumber": self.store.last_number() if borrowed_number else number,
                "DocumentNumber": len(siblings) + 1,
                "RegistryDate": f"{today}T00:00:00",
            }
        return fields

    def _first_document(self, entry: Row) -> None:
        """A new entry has one document at once; the caller is to fill it in."""
        description = self.store.insert("DocumentDescription", {"DocumentStatusId": "B"})
        self.store.insert(
            "RegistryEntryDocument",
            {"RegistryEntryId": entry["Id"], "DocumentDescriptionId": description["Id"], "SortOrder": 1},
        )
