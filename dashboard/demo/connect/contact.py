"""A contact as it is told, checked against Amazon's own service model and put as the wire has it."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.model import Shape, StructureShape
from botocore.session import get_session

from dashboard.demo.connect.told import Fields


@cache
def _contact() -> Shape:
    return get_session().get_service_model("connect").shape_for("Contact")


def on_the_wire(contact: Fields) -> Fields:
    """Raises ValueError."""
    if not isinstance(contact.get("Id"), str):
        raise ValueError("A contact needs an Id.")
    wired: Fields = _wired(contact, _contact(), "Contact")
    return wired


def _wired(value: Any, shape: Shape, at: str) -> Any:
    """Times are seconds since 1970 in a body."""
    if shape.type_name == "timestamp":
        return datetime.fromisoformat(str(value)).astimezone(UTC).timestamp()
    if not isinstance(shape, StructureShape):
        return value
    if not isinstance(value, dict):
        raise ValueError(f"{at} is an object.")
    if unknown := value.keys() - shape.members.keys():
        raise ValueError(f"Amazon's {at} has no {min(unknown)}.")
    return {name: _wired(child, shape.members[name], f"{at}.{name}") for name, child in value.items()}
