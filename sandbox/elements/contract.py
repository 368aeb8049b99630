"""The part of the NCore contract that is served: objects, their fields in order, and the operations.

Names, order and types are facts of the interface; tests compare them with the official description.
"""

MODEL = "http://www.gecko.no/ephorte/services/objectmodel/v3/en"
OBJECTS = f"{MODEL}/dataobjects"
DOCUMENTS = "http://www.gecko.no/ephorte/services/documents/v3"
MESSAGE = "http://schemas.microsoft.com/Message"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"

S, I, B, D = "string", "int", "boolean", "dateTime"

_TEXTS = tuple((f"CustomAttribute{number}", S) for number in (1, 10))

# kind → fields, without those inherited. The order is that of the interface, where it is significant.
KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "Case": (
        ("AccessCodeId", S), ("AccessGroupId", I), ("AdministrativeUnitId", I), ("CaseDate", D), ("CaseStatusId", S),
        ("CaseYear", I), *_TEXTS, ("FileTypeId", S), ("Id", I), ("IsRestricted", B), ("OfficerNameId", I),
        ("PublicTitle", S), ("PublicTitleNames", S), ("Pursuant", S), ("RegistryManagementUnitId", S),
        ("SequenceNumber", I), ("SeriesId", S), ("Title", S),
    ),
    "RegistryEntry": (
        ("AccessCodeId", S), ("AdministrativeUnitId", I), ("CaseId", I), *_TEXTS, ("DocumentDate", D),
        ("DocumentNumber", I), ("Id", I), ("IsRestricted", B), ("OfficerNameId", I), ("Pursuant", S),
        ("RecordStatusId", S), ("RegisterYear", I), ("RegistryDate", D), ("RegistryEntryTypeId", S),
        ("RegistryManagementUnitId", S), ("SequenceNumber", I), ("Title", S), ("TitlePersonNameTagged", S),
        ("TitleRestricted", S),
    ),
    "SenderRecipient": (
        ("CopyRecipient", B), ("ExternalId", S), ("Id", I), ("IdTypeId", S), ("IsRecipient", B), ("IsResponsible", B),
        ("IsRestricted", B), ("Name", S), ("RegistryEntryId", I),
    ),
    "RegistryEntryDocument": (
        ("DocumentDescriptionId", I), ("DocumentLinkTypeId", S), ("RegistryEntryId", I), ("SortOrder", I),
    ),
    "DocumentDescription": (
        ("AccessCodeId", S), *_TEXTS, ("DocumentStatusId", S), ("DocumentTitle", S), ("Id", I), ("Pursuant", S),
    ),
    "DocumentObject": (
        ("CheckSumAlgorithm", S), ("Checksum", S), ("CurrentVersion", B), ("DocumentDescriptionId", I),
        ("FilePath", S), ("FileSize", I), ("FileformatId", S), ("VariantFormatId", S), ("VersionNumber", I),
    ),
    "Classification": (
        ("CaseId", I), ("ClassId", S), ("ClassificationSystemId", S), ("IsRestricted", B), ("SortOrder", S), ("Id", I),
    ),
    "ExternalSystem": (("ExternalSystemName", S), ("Id", I), ("IsActive", B)),
    "ExternalSystemLink": (("ExternalKey", S), ("ExternalSystemCode", I), ("Id", I)),
    "ExternalSystemLinkCase": (("CaseId", I),),
    "ExternalSystemLinkRegistryEntry": (("RegistryEntryId", I),),
    "UserName": (("FirstName", S), ("Id", I), ("Initials", S), ("IsCurrent", B), ("LastName", S)),
    "AdministrativeUnit": (("Description", S), ("Id", I), ("ShortCode", S)),
    "AccessGroup": (("Description", S), ("Id", I)),
}  # fmt: skip

BASES = {"ExternalSystemLinkCase": "ExternalSystemLink", "ExternalSystemLinkRegistryEntry": "ExternalSystemLink"}

# Numbers that are left out instead of being sent as nil.
NEVER_NIL = {
    "Id", "DocumentDescriptionId", "RegistryEntryId", "SortOrder", "VersionNumber", "CaseId", "ExternalSystemCode",
    "IsActive",
}  # fmt: skip
NIL_AFTER_ALL = {("RegistryEntry", "CaseId"), ("SenderRecipient", "RegistryEntryId"), ("Classification", "SortOrder")}

# operation → (parameters, result type); a type is written prefix:name as in the description that is served.
OPERATIONS: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "FilteredQuery": ((("identity", "m:EphorteIdentity"), ("arguments", "m:FilteredQueryArguments")), "m:QueryResult"),
    "Insert": ((("identity", "m:EphorteIdentity"), ("dataObjects", "m:ArrayOfDataObject")), "m:ArrayOfDataObject"),
    "Update": ((("identity", "m:EphorteIdentity"), ("dataObjects", "m:ArrayOfDataObject")), "m:ArrayOfDataObject"),
}

IDENTITY = ("Database", "Password", "Role", "UserName", "ExternalSystemName")


def may_be_nil(kind: str, field: str) -> bool:
    return field not in NEVER_NIL or (kind, field) in NIL_AFTER_ALL


def fields_of(kind: str) -> dict[str, str]:
    """All fields with their types, inherited ones first."""
    inherited = KINDS[BASES[kind]] if kind in BASES else ()
    return dict((*inherited, *KINDS[kind]))


def action(operation: str) -> str:
    return f"{MODEL}/ObjectModelService/{operation}"
