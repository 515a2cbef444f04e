"""What deploy/salesforce/ puts into an org is what the client sends to it."""

import json
from pathlib import Path
from xml.etree import ElementTree

from calls.salesforce.client import EXTERNAL_ID, FIELDS

FOLDER = Path(__file__).parents[3] / "deploy" / "salesforce"
SOURCE = FOLDER / "force-app" / "main" / "default"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
CUSTOM = {name for name in FIELDS if name.endswith("__c")}


def tree(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()  # noqa: S314  (our own file)


def texts(element: ElementTree.Element) -> dict[str, str]:
    return {child.tag.removeprefix(NAMESPACE): child.text or "" for child in element}


def permissions(kind: str) -> list[dict[str, str]]:
    root = tree(SOURCE / "permissionsets" / "Ringback_Mirror.permissionset-meta.xml")
    return [texts(element) for element in root.iter(f"{NAMESPACE}{kind}")]


def test_every_custom_field_that_is_sent_is_deployed() -> None:
    files = sorted((SOURCE / "objects" / "Case" / "fields").iterdir())
    assert {texts(tree(file))["fullName"] for file in files} == CUSTOM
    assert all(file.name == f"{texts(tree(file))['fullName']}.field-meta.xml" for file in files)


def test_the_external_id_is_unique_and_knows_small_letters_from_capitals() -> None:
    field = texts(tree(SOURCE / "objects" / "Case" / "fields" / f"{EXTERNAL_ID}.field-meta.xml"))
    assert field["type"] == "Text"
    assert field["length"] == "255"
    assert {field["externalId"], field["unique"], field["caseSensitive"]} == {"true"}


def test_the_permission_set_reaches_every_field_that_has_permissions() -> None:
    # Status is required of every case: Salesforce refuses a permission for such a field.
    fields = {field["field"] for field in permissions("fieldPermissions")}
    assert fields == {f"Case.{name}" for name in FIELDS if name != "Status"}
    assert all(field["editable"] == field["readable"] == "true" for field in permissions("fieldPermissions"))


def test_the_permission_set_deletes_nothing_and_may_call_the_api() -> None:
    (case,) = permissions("objectPermissions")
    assert case == {
        "object": "Case",
        "allowCreate": "true",
        "allowRead": "true",
        "allowEdit": "true",
        "allowDelete": "false",
        "viewAllRecords": "false",
        "modifyAllRecords": "false",
    }
    assert permissions("userPermissions") == [{"enabled": "true", "name": "ApiEnabled"}]


def test_the_manifest_names_all_of_it() -> None:
    members = {member.text for member in tree(FOLDER / "package.xml").iter(f"{NAMESPACE}members")}
    assert members == {f"Case.{name}" for name in CUSTOM} | {"Ringback_Mirror"}
    project = json.loads((FOLDER / "sfdx-project.json").read_text())
    assert [(FOLDER / package["path"]).is_dir() for package in project["packageDirectories"]] == [True]
