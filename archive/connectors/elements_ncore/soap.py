"""The operations of Elements that are used, with its failures sorted into refused, unknown and not done."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError
from zeep import Client, Settings
from zeep.exceptions import Fault, ValidationError

from archive.connectors.base import Gate, Incident, NotDone, Refused, Superseded, Unknown
from archive.connectors.elements_ncore.transport import GatedTransport, MtomTransport

MODEL = "http://www.gecko.no/ephorte/services/objectmodel/v3/en"
OBJECTS = f"{MODEL}/dataobjects"
DOCUMENTS = "http://www.gecko.no/ephorte/services/documents/v3"
STORE = "ObjectModelService"
SENDER_FAULTS = ("Sender", "Client")
REFUSING_STATUS = {400, 413, 415, 422}
# What may stand as a value in a filter expression, which has no quoting.
FILTER_VALUE = re.compile(r"[\w.:/#-]+")

SILENT = "Arkivet kan ikke nås nå."
NO_ANSWER = "Arkivet svarte ikke innen fristen, eller svarte med noe vi ikke kan tolke."

DataObject = Any
Condition = tuple[str, str, object]


class Services:
    """Both services, and the identity that goes into every message. The services themselves give their WSDLs."""

    def __init__(self, config: dict[str, str], timeout: int, gate: Gate) -> None:
        self.config = config
        self.identity = {
            "Database": config["database"],
            "UserName": config["username"],
            "Password": config["password"],
            "Role": config["role"],
            "ExternalSystemName": config["external_system"],
        }
        self._model = _Service(config["object_model_url"], config["wsdl_query"], GatedTransport(gate, timeout))
        self._documents = _Service(config["document_url"], config["wsdl_query"], MtomTransport(gate, timeout))
        self._ids: dict[tuple[str, str], int] = {}

    @property
    def last_answer(self) -> bytes:
        return self._model.transport.raw

    def query(self, kind: str, *conditions: Condition) -> list[DataObject]:
        """Objects that meet all conditions. Raises NotDone when there is no usable answer."""
        arguments = {"DataObjectName": kind, "FilterExpression": _filter(conditions), "ReturnTotalCount": False}
        with self._model.call(changing=False) as service:
            result = service.FilteredQuery(identity=self.identity, arguments=arguments)
            rows = (result.DataObjects.DataObject if result is not None and result.DataObjects else None) or []
            _same_kind(rows, kind)
        return list(rows)

    def insert(self, kind: str, *, echoed: tuple[str, ...] = (), **fields: Any) -> DataObject:
        """The object as the archive stored it. `echoed` names fields that must come back as they were sent."""
        given = {name: value for name, value in fields.items() if value not in (None, "")}
        with self._model.call(changing=True) as service:
            message = self._model.array(kind, given)
            rows = service.Insert(identity=self.identity, dataObjects=message)
            stored = _the_one(rows, kind)
            for name in echoed:
                if getattr(stored, name) != fields[name]:
                    raise ValueError(f"{kind}.{name} came back changed")
        return stored

    def update(self, stored: DataObject, **changes: object) -> DataObject:
        """Write a fetched object back whole, since fields left out would be emptied."""
        for name, value in changes.items():
            setattr(stored, name, value)
        with self._model.call(changing=True) as service:
            rows = service.Update(identity=self.identity, dataObjects=self._model.wrapped(stored))
            return _the_one(rows, stored._xsd_type.name)

    def upload(self, name: str, media_type: str, content: bytes) -> str:
        """Put a file in the archive's reception. Gives the name by which a DocumentObject refers to it."""
        headers = {
            "ContentType": media_type,
            "EphorteIdentity": self.identity,
            "FileName": name,
            "StorageIdentifier": STORE,
        }
        with self._documents.call(changing=True) as service:
            result = service.UploadFile(Content=content, _soapheaders=headers)
            path: str | None = result.header.FileName
            if not path:
                raise ValueError("no name for the uploaded file")
        return path

    def id_of(self, kind: str, field: str, value: str, label: str) -> int | None:
        """The archive's id for a code that people write, such as initials. Raises Refused when it is unknown."""
        if not value:
            return None
        if (kind, value) not in self._ids:
            rows = self.query(kind, (field, "=", value))
            if not rows:
                raise Refused(f"{label} «{value}» finnes ikke i Elements.", self.last_answer)
            current = [row for row in rows if getattr(row, "IsCurrent", True) is not False] or rows
            self._ids[kind, value] = current[0].Id
        return self._ids[kind, value]

    def external_system(self) -> int:
        """The row in Elements that stands for this system; made when it is missing."""
        name = self.identity["ExternalSystemName"]
        if ("ExternalSystem", name) not in self._ids:
            rows = self.query("ExternalSystem", ("ExternalSystemName", "=", name))
            row = rows[0] if rows else self.insert("ExternalSystem", ExternalSystemName=name, IsActive=True)
            self._ids["ExternalSystem", name] = row.Id
        return self._ids["ExternalSystem", name]


class _Service:
    def __init__(self, url: str, wsdl_query: str, transport: GatedTransport) -> None:
        self.url = url
        self.wsdl = f"{url}?{wsdl_query}"
        self.transport = transport
        self._client: Client | None = None
        self._proxy: Any = None

    def _connect(self) -> Any:
        if self._proxy is None:
            client = Client(self.wsdl, transport=self.transport, settings=Settings(forbid_dtd=True))
            binding = next(iter(client.wsdl.bindings))
            self._client, self._proxy = client, client.create_service(binding, self.url)
        return self._proxy

    def array(self, kind: str, fields: dict[str, object]) -> Any:
        assert self._client is not None
        return self.wrapped(self._client.get_type(f"{{{OBJECTS}}}{kind}")(**fields))

    def wrapped(self, thing: DataObject) -> Any:
        assert self._client is not None
        return self._client.get_type(f"{{{MODEL}}}ArrayOfDataObject")(DataObject=[thing])

    @contextmanager
    def call(self, *, changing: bool) -> Iterator[Any]:
        try:
            proxy = self._connect()
        except Exception as error:
            raise NotDone(SILENT) from error
        self.transport.changing, self.transport.sent = changing, False
        try:
            yield proxy
        except (Superseded, Refused, Incident, NotDone, Unknown, ValidationError):
            raise
        except Fault as error:
            raise self._sorted_fault(error, changing) from error
        except Exception as error:
            if not self.transport.sent:
                raise
            raise self._sorted(error, changing) from error

    def _sorted_fault(self, error: Fault, changing: bool) -> Refused | Unknown | NotDone:
        words = str(error.message or "").strip() or NO_ANSWER
        if not changing:
            return NotDone(words, self.transport.raw)
        if str(error.code or "").rpartition(":")[2] in SENDER_FAULTS:
            return Refused(words, self.transport.raw)
        if self.transport.status in REFUSING_STATUS:
            return Refused(words, self.transport.raw)
        return Unknown(words, self.transport.raw)

    def _sorted(self, error: Exception, changing: bool) -> Refused | Unknown | NotDone:
        raw, status = self.transport.raw, self.transport.status
        if _never_connected(error):
            return NotDone(SILENT, raw)
        if not changing:
            return NotDone(NO_ANSWER, raw)
        if status in REFUSING_STATUS:
            return Refused(f"Arkivet avviste meldingen (HTTP {status}).", raw)
        if 400 <= status < 500:
            return NotDone(f"Arkivet slipper oss ikke til (HTTP {status}).", raw)
        return Unknown(NO_ANSWER, raw)


def _never_connected(error: Exception) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    inner = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    if not isinstance(inner, MaxRetryError):
        return False
    certificate = "CERTIFICATE_VERIFY_FAILED" in str(inner.reason)
    return isinstance(inner.reason, NewConnectionError) or certificate


def _filter(conditions: tuple[Condition, ...]) -> str:
    for field, _, value in conditions:
        if not FILTER_VALUE.fullmatch(str(value)):
            raise Refused(f"Verdien «{value}» for {field} har tegn som ikke kan søkes fram i Elements.")
    return " AND ".join(f"{field}{operator}{value}" for field, operator, value in conditions)


def _same_kind(rows: list[DataObject], kind: str) -> None:
    for row in rows:
        if row._xsd_type.name != kind:
            raise ValueError(f"asked for {kind}, got {row._xsd_type.name}")


def _the_one(rows: Any, kind: str) -> DataObject:
    objects = list(rows or [])  # zeep unwraps arrays
    _same_kind(objects, kind)
    if len(objects) != 1 or (hasattr(objects[0], "Id") and not objects[0].Id):
        raise ValueError(f"expected one stored {kind}")
    return objects[0]
