"""The description (WSDL) of what is served, written from the contract table."""

from sandbox.elements.contract import (
    ARRAYS,
    BASES,
    DOCUMENTS,
    IDENTITY,
    KINDS,
    MESSAGE,
    MODEL,
    OBJECTS,
    OPERATIONS,
    SERIALIZATION,
    action,
    may_be_nil,
)  # fmt: skip

XMLNS = (
    'xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    f'xmlns:m="{MODEL}" xmlns:o="{OBJECTS}" xmlns:d="{DOCUMENTS}" xmlns:f="{MESSAGE}" xmlns:a="{ARRAYS}" '
    f'xmlns:ser="{SERIALIZATION}" xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" '
    'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"'
)


def _element(name: str, kind: str, *, nil: bool = True, least: str = "0", most: str = "1") -> str:
    nillable = ' nillable="true"' if nil else ""
    return f'<xs:element name="{name}" type="{kind}" minOccurs="{least}" maxOccurs="{most}"{nillable}/>'


def _type(name: str, body: str, base: str = "") -> str:
    content = f"<xs:sequence>{body}</xs:sequence>"
    if base:
        content = f'<xs:complexContent><xs:extension base="{base}">{content}</xs:extension></xs:complexContent>'
    return f'<xs:complexType name="{name}">{content}</xs:complexType>'


def _message_element(name: str, body: str) -> str:
    return f'<xs:element name="{name}"><xs:complexType><xs:sequence>{body}</xs:sequence></xs:complexType></xs:element>'


def _schema(namespace: str, body: str, *imports: str) -> str:
    needed = "".join(f'<xs:import namespace="{each}"/>' for each in imports)
    return f'<xs:schema elementFormDefault="qualified" targetNamespace="{namespace}">{needed}{body}</xs:schema>'


def _identity() -> str:
    return _type("EphorteIdentity", "".join(_element(name, "xs:string") for name in IDENTITY))


def _object_types() -> str:
    parts = []
    for kind, fields in KINDS.items():
        body = "".join(_element(name, f"xs:{simple}", nil=may_be_nil(kind, name)) for name, simple in fields)
        parts.append(_type(kind, body, f"o:{BASES[kind]}" if kind in BASES else "m:DataObject"))
    return "".join(parts)


def _model_types() -> str:
    query = (
        _element("DataObjectName", "xs:string", least="1") + _element("FilterExpression", "xs:string")
        + _element("RelatedObjects", "a:ArrayOfstring") + _element("ReturnTotalCount", "xs:boolean", nil=False)
        + _element("SkipCount", "xs:int") + _element("SortExpression", "xs:string") + _element("TakeCount", "xs:int")
    )  # fmt: skip
    data_object = (
        f'<xs:complexType name="DataObject"><xs:sequence>{_element("SourceDatabase", "xs:string")}</xs:sequence>'
        '<xs:attribute ref="ser:Id"/><xs:attribute ref="ser:Ref"/></xs:complexType>'
    )
    messages = []
    for name, (parameters, result) in OPERATIONS.items():
        messages.append(_message_element(name, "".join(_element(*each) for each in parameters)))
        messages.append(_message_element(f"{name}Response", _element(f"{name}Result", result)))
    return "".join(
        [
            _identity(),
            _type("FilteredQueryArguments", query),
            data_object,
            _type("ArrayOfDataObject", _element("DataObject", "m:DataObject", most="unbounded")),
            _type("QueryResult", _element("DataObjects", "m:ArrayOfDataObject") + _element("TotalCount", "xs:int")),
            *messages,
        ]
    )


def object_model(address: str) -> str:
    """The description of the object model service."""
    serialization = _schema(
        SERIALIZATION, '<xs:attribute name="Id" type="xs:ID"/><xs:attribute name="Ref" type="xs:IDREF"/>'
    )
    arrays = _schema(ARRAYS, _type("ArrayOfstring", _element("string", "xs:string", most="unbounded")))
    schemas = [
        _schema(MODEL, _model_types(), ARRAYS, SERIALIZATION),
        serialization,
        arrays,
        _schema(OBJECTS, _object_types(), MODEL),
    ]
    messages, operations, bound = [], [], []
    for name in OPERATIONS:
        for direction, element in (("Input", name), ("Output", f"{name}Response")):
            messages.append(
                f'<wsdl:message name="{name}{direction}"><wsdl:part name="parameters" element="m:{element}"/>'
                "</wsdl:message>"
            )
        operations.append(
            f'<wsdl:operation name="{name}"><wsdl:input wsaw:Action="{action(name)}" message="m:{name}Input"/>'
            f'<wsdl:output wsaw:Action="{action(name)}Response" message="m:{name}Output"/></wsdl:operation>'
        )
        bound.append(
            f'<wsdl:operation name="{name}"><soap12:operation soapAction="{action(name)}" style="document"/>'
            '<wsdl:input><soap12:body use="literal"/></wsdl:input>'
            '<wsdl:output><soap12:body use="literal"/></wsdl:output>'
            "</wsdl:operation>"
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><wsdl:definitions name="ObjectModelService" targetNamespace="{MODEL}" '
        f"{XMLNS}><wsdl:types>{''.join(schemas)}</wsdl:types>{''.join(messages)}"
        f'<wsdl:portType name="ObjectModelService">{"".join(operations)}</wsdl:portType>'
        '<wsdl:binding name="WsHttpBinding_Text_ObjectModelService" type="m:ObjectModelService">'
        f'<soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>{"".join(bound)}</wsdl:binding>'
        '<wsdl:service name="ObjectModelService"><wsdl:port name="WsHttpBinding_Text_ObjectModelService" '
        f'binding="m:WsHttpBinding_Text_ObjectModelService"><soap12:address location="{address}"/></wsdl:port>'
        "</wsdl:service></wsdl:definitions>"
    )


def documents(address: str) -> str:
    """The description of the document service; only uploading."""
    texts = "".join(
        f'<xs:element name="{name}" nillable="true" type="xs:string"/>'
        for name in ("ContentType", "FileName", "StorageIdentifier", "Identifier")
    )
    body = (
        '<xs:element name="UploadMessage"><xs:complexType><xs:sequence><xs:element name="Content" type="f:StreamBody"/>'
        "</xs:sequence></xs:complexType></xs:element>"
        f"{texts}{_identity().replace('m:', 'd:')}"
        '<xs:element name="EphorteIdentity" nillable="true" type="d:EphorteIdentity"/>'
        '<xs:element name="UploadReturnMessage"><xs:complexType><xs:sequence/></xs:complexType></xs:element>'
    )
    stream = _schema(
        MESSAGE, '<xs:simpleType name="StreamBody"><xs:restriction base="xs:base64Binary"/></xs:simpleType>'
    )
    sent, returned = ("ContentType", "EphorteIdentity", "FileName", "StorageIdentifier"), ("FileName", "Identifier")
    messages, bound = "", ""
    for side, message, headers in (("input", "UploadMessage", sent), ("output", "UploadReturnMessage", returned)):
        parts = "".join(f'<wsdl:part name="{name}" element="d:{name}"/>' for name in headers)
        messages += (
            f'<wsdl:message name="{message}"><wsdl:part name="parameters" element="d:{message}"/></wsdl:message>'
            f'<wsdl:message name="{message}_Headers">{parts}</wsdl:message>'
        )
        bound += f'<wsdl:{side} name="{message}">' + "".join(
            f'<soap:header message="d:{message}_Headers" part="{name}" use="literal"/>' for name in headers
        ) + f'<soap:body use="literal"/></wsdl:{side}>'  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="utf-8"?><wsdl:definitions name="DocumentService" targetNamespace="{DOCUMENTS}" '
        f"{XMLNS}><wsdl:types>{stream}{_schema(DOCUMENTS, body, MESSAGE)}</wsdl:types>{messages}"
        '<wsdl:portType name="DocumentService"><wsdl:operation name="UploadFile">'
        '<wsdl:input wsaw:Action="UploadFile" name="UploadMessage" message="d:UploadMessage"/>'
        f'<wsdl:output wsaw:Action="{DOCUMENTS}/DocumentService/UploadFileResponse" name="UploadReturnMessage" '
        'message="d:UploadReturnMessage"/></wsdl:operation></wsdl:portType>'
        '<wsdl:binding name="BasicHttpBinding_Mtom_Streamed_DocumentService" type="d:DocumentService">'
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="UploadFile">'
        f'<soap:operation soapAction="UploadFile" style="document"/>{bound}</wsdl:operation></wsdl:binding>'
        '<wsdl:service name="DocumentService"><wsdl:port name="BasicHttpBinding_Mtom_Streamed_DocumentService" '
        f'binding="d:BasicHttpBinding_Mtom_Streamed_DocumentService"><soap:address location="{address}"/></wsdl:port>'
        "</wsdl:service></wsdl:definitions>"
    )
