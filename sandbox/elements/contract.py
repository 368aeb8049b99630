"""The part of the NCore contract that is served: objects, their fields in order, and the operations.

Names, order and types are facts of the interface; tests compare them with the official description.
"""

MODEL = "http://www.gecko.no/ephorte/services/objectmodel/v3/en"
OBJECTS = f"{MODEL}/dataobjects"
DOCUMENTS = "http://www.gecko.no/ephorte/services/documents/v3"
MESSAGE = "http://schemas.microsoft.com/Message"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"

S, N, B, D = "string", "int", "boolean", "dateTime"

_TEXTS = tuple((f"CustomAttribute{number}", S) for number in (1, 10))

# kind → fields, without those inherited. The order is that of the interface, where it is significant.
KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "Case": (
        ("AccessCodeId", S), ("AccessGroupId", N), ("AdministrativeUnitId", N), ("CaseDate", D), ("CaseStatusId", S),
        ("CaseYear", N), *_TEXTS, ("FileTypeId", S), ("Id", N), ("IsRestricted", B), ("OfficerNameId", N),
        ("PublicTitle", S), ("PublicTitleNames", S), ("Pursuant", S), ("RegistryManagementUnitId", S),
        ("SequenceNumber", N), ("SeriesId", S), ("Title", S),
    ),
    "RegistryEntry": (
        ("AccessCodeId", S), ("AdministrativeUnitId", N), ("CaseId", N), *_TEXTS, ("DocumentCategoryId", S),
        ("DocumentDate", D), ("DocumentNumber", N), ("Id", N), ("IsRestricted", B), ("OfficerNameId", N),
        ("Pursuant", S), ("RecordStatusId", S), ("RegisterYear", N), ("RegistryDate", D), ("RegistryEntryTypeId", S),
        ("RegistryManagementUnitId", S), ("SequenceNumber", N), ("Title", S), ("TitlePersonNameTagged", S),
        ("TitleRestricted", S),
    ),
    "SenderRecipient": (
        ("CopyRecipient", B), ("ExternalId", S), ("Id", N), ("IdTypeId", S), ("IsRecipient", B), ("IsResponsible", B),
        ("IsRestricted", B), ("Name", S), ("RegistryEntryId", N),
    ),
    "RegistryEntryDocument": (
        ("DocumentDescriptionId", N), ("DocumentLinkTypeId", S), ("RegistryEntryId", N), ("SortOrder", N),
    ),
    "DocumentDescription": (
        ("AccessCodeId", S), *_TEXTS, ("DocumentStatusId", S), ("DocumentTitle", S), ("Id", N), ("Pursuant", S),
    ),
    "DocumentObject": (
        ("CheckSumAlgorithm", S), ("Checksum", S), ("CurrentVersion", B), ("DocumentDescriptionId", N),
        ("FilePath", S), ("FileSize", N), ("FileformatId", S), ("VariantFormatId", S), ("VersionNumber", N),
    ),
    "Classification": (
        ("CaseId", N), ("ClassId", S), ("ClassificationSystemId", S), ("IsRestricted", B), ("SortOrder", S), ("Id", N),
    ),
    "ExternalSystem": (("ExternalSystemName", S), ("Id", N), ("IsActive", B)),
    "ExternalSystemLink": (("ExternalKey", S), ("ExternalSystemCode", N), ("Id", N)),
    "ExternalSystemLinkCase": (("CaseId", N),),
    "ExternalSystemLinkRegistryEntry": (("RegistryEntryId", N),),
    "UserName": (("FirstName", S), ("Id", N), ("Initials", S), ("IsCurrent", B), ("LastName", S)),
    "AdministrativeUnit": (("Description", S), ("Id", N), ("ShortCode", S)),
    "AccessGroup": (("Description", S), ("Id", N)),
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
