"""Against the supplier's own description of the services, where it lies beside the project."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from lxml import etree
from zeep import Client

from archive.models import Delivery
from sandbox.elements import wsdl
from sandbox.elements.contract import KINDS, OBJECTS
from tests.archive.parts import let_time_pass, make_record, queue, run_all

FOLDER = Path(django_settings.BASE_DIR).parent / "shared" / "archive" / "elements-ncore"
DESCRIPTIONS = {"object_model": "ObjectModelServiceV3En.wsdl", "documents": "DocumentServiceV3.wsdl"}
XS = "{http://www.w3.org/2001/XMLSchema}"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the supplier's description is not at {FOLDER}")


def ours(name: str, folder: Path) -> Client:
    path = folder / f"{name}.wsdl"
    path.write_text(getattr(wsdl, name)("http://127.0.0.1/"))
    return Client(str(path))


def theirs(name: str) -> Client:
    return Client(str(FOLDER / DESCRIPTIONS[name]))


def operations(client: Client) -> dict:
    return next(iter(client.wsdl.bindings.values()))._operations


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_operations_are_those_of_the_supplier(name, tmp_path):
    official, served = operations(theirs(name)), operations(ours(name, tmp_path))
    assert served
    for operation, mine in served.items():
        real = official[operation]
        assert mine.soapaction == real.soapaction
        assert mine.input.signature() == real.input.signature()
        assert mine.output.signature(as_output=True) == real.output.signature(as_output=True)
        assert mine.abstract.wsa_action == real.abstract.wsa_action


@pytest.mark.parametrize("kind", KINDS)
def test_objects_have_the_suppliers_fields_in_the_suppliers_order(kind, tmp_path):
    def fields(client: Client) -> list[tuple]:
        elements = client.get_type(f"{{{OBJECTS}}}{kind}").elements
        return [(name, element.type.name, element.min_occurs, element.nillable) for name, element in elements]

    served = fields(ours("object_model", tmp_path))
    names = {name for name, *_ in served}
    assert served == [field for field in fields(theirs("object_model")) if field[0] in names]


def official_schema(name: str, folder: Path) -> etree.XMLSchema:
    """The schemas inside the description, written out so that they find each other."""
    schemas = list(etree.parse(str(FOLDER / DESCRIPTIONS[name])).iter(f"{XS}schema"))
    files = {schema.get("targetNamespace"): f"{name}{number}.xsd" for number, schema in enumerate(schemas)}
    for schema in schemas:
        for needed in schema.iter(f"{XS}import"):
            if needed.get("namespace") in files:
                needed.set("schemaLocation", files[needed.get("namespace")])
        etree.ElementTree(schema).write(str(folder / files[schema.get("targetNamespace")]))
    root = "".join(f'<xs:import namespace="{space}" schemaLocation="{file}"/>' for space, file in files.items())
    (folder / f"{name}.xsd").write_text(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{root}</xs:schema>')
    return etree.XMLSchema(file=str(folder / f"{name}.xsd"))


@pytest.mark.django_db
def test_every_message_both_ways_is_valid(elements, school, tmp_path):
    schemas = {name: official_schema(name, tmp_path) for name in DESCRIPTIONS}
    elements.messages = []
    queue(make_record("dok:1:v1", files=3), school)
    queue(make_record("dok:2:v1", registry_type="I", status="J"), school)
    elements.faults.add(mode="error_after", operation="Insert", kind="DocumentDescription")
    run_all()
    let_time_pass()
    run_all()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"archived"}
    seen = set()
    for request, answer in elements.messages:
        message = etree.fromstring(request)
        for content in message.iter("{*}Content"):  # a file sent as an attachment stands for its base64 text
            del content[:]
            content.text = "JVBERi0="
        seen.add(etree.QName(message).localname)
        schemas["documents" if message.tag.endswith("UploadMessage") else "object_model"].assertValid(message)
        if not message.tag.endswith("UploadMessage"):
            body = next(e for e in etree.fromstring(answer) if etree.QName(e).localname == "Body")[0]
            if etree.QName(body).localname != "Fault":
                schemas["object_model"].assertValid(body)
    assert seen == {"FilteredQuery", "Insert", "Update", "UploadMessage"}
    assert len(elements.messages) > 40


@pytest.mark.django_db
def test_connector_reads_the_suppliers_description(elements, school):
    """The connector takes the services' own description, whatever more it holds."""
    elements.descriptions = {name: (FOLDER / file).read_bytes() for name, file in DESCRIPTIONS.items()}
    delivery = queue(make_record("dok:1:v1", files=2), school)
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == "archived"
