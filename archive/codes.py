"""The codes one municipality and its archive have agreed on. The interface cannot be asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClassCode:
    """One class of a folder. Without `class_id` it is the pupil's own number, which is never shown."""

    system: str
    class_id: str = ""
    for_pupils: bool = True
    for_schools: bool = True


@dataclass(frozen=True, slots=True)
class Codes:
    system: str = "Schoolapp"
    rule: str = ""
    series: str = ""
    pupil_folder_type: str = ""
    school_folder_type: str = ""
    document_type: str = ""
    attachment_type: str = ""
    status: str = ""
    classes: tuple[ClassCode, ...] = ()
    access_codes: Mapping[str, str] = field(default_factory=dict)
