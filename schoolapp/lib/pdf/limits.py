"""How much one document may cost, and why one was refused. Figures: security figure F17."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """Per document. The address space counts the warm process itself (about 250 MB), so it bounds memory from above."""

    cpu_seconds: int = 15
    wall_seconds: float = 30.0
    memory_bytes: int = 512 * 1024 * 1024
    pages: int = 200
    html_bytes: int = 2 * 1024 * 1024
    pdf_bytes: int = 25 * 1024 * 1024


PREVIEW = Limits(cpu_seconds=4, wall_seconds=6.0, pages=20, html_bytes=120_000, pdf_bytes=5 * 1024 * 1024)


class Refusal(StrEnum):
    """Why a document gave no PDF."""

    TIME = "time"
    MEMORY = "memory"
    PAGES = "pages"
    SIZE = "size"
    ASSET = "asset"
    FORMAT = "format"
    CRASH = "crash"
    BUSY = "busy"
    SEAL = "seal"
    STORAGE = "storage"


class RenderFailed(Exception):
    """No PDF was made. `refusal` says why; `is_temporary` whether the same input may succeed later."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal

    @property
    def is_temporary(self) -> bool:
        return self.refusal in {Refusal.BUSY, Refusal.CRASH, Refusal.STORAGE}
