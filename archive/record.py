"""What other apps hand to the archive: plain data, no model of theirs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FolderRef:
    """The case a record belongs in. `key` is our own and holds no national id."""

    key: str
    kind: str  # "pupil" or "school"
    title: str
    public_title: str
    national_id: str = ""  # class of a pupil folder; dropped once the archive has the folder
    born_on: str = ""


@dataclass(frozen=True, slots=True)
class Correspondent:
    name: str
    is_recipient: bool
    protected: bool = False


@dataclass(frozen=True, slots=True)
class FileRef:
    """A frozen file in storage, with the proof of what it is."""

    path: str
    name: str
    title: str
    sha256: str
    size: int
    puid: str
    file_format: str  # the archive's code, such as PDF/A → "RA-PDF"


@dataclass(frozen=True, slots=True)
class Record:
    """One registry entry with its documents. The first file is the main document."""

    key: str  # stable per document version; the archive finds a repeat by it
    folder: FolderRef
    title: str
    public_title: str
    registry_type: str  # I, U, N or X
    status: str  # the journal status to deliver, such as F, J or R
    document_date: str
    access_code: str
    legal_basis: str
    correspondents: tuple[Correspondent, ...]
    files: tuple[FileRef, ...]
    document_type: str = ""  # the archive's code for the kind of document, where it uses such codes
