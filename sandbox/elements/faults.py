"""Misbehaviour to order."""

import threading
from dataclasses import dataclass
from typing import Any

MODES = {
    "slow": "answer after `seconds`",
    "error_before": "503 without doing anything",
    "error_after": "500 after doing it",
    "hang_before": "wait `seconds`, then do it and answer",
    "hang_after": "do it, then wait `seconds` before answering",
    "refuse": "refuse with `text`",
    "malformed": "do it, then answer nonsense; `text` names the kind",
    "duplicate_number": "give a new entry the number of the one before",
    "duplicate_record": "do it twice",
    "reset_before": "break the connection without doing anything",
    "reset_after": "do it, then break the connection",
}


@dataclass
class Fault:
    """Applies to the next `count` messages that match; `skip` lets some matching ones pass first."""

    mode: str
    operation: str = ""
    kind: str = ""
    count: int = 1
    skip: int = 0
    seconds: float = 0
    text: str = ""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"unknown mode {self.mode!r}; known are {', '.join(MODES)}")

    def matches(self, operation: str, kind: str) -> bool:
        return self.operation in ("", operation) and self.kind in ("", kind)


class Faults:
    """Shared by all connections."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Fault] = []
        self.search_lag = 0.0
        self.unknown_initials: set[str] = set()

    def add(self, **fault: Any) -> None:
        with self.lock:
            self.waiting.append(Fault(**fault))

    def clear(self) -> None:
        with self.lock:
            self.waiting.clear()
            self.search_lag = 0.0
            self.unknown_initials.clear()

    def take(self, operation: str, kind: str) -> Fault | None:
        with self.lock:
            for fault in self.waiting:
                if not fault.matches(operation, kind):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    return None
                fault.count -= 1
                if not fault.count:
                    self.waiting.remove(fault)
                return fault
        return None
