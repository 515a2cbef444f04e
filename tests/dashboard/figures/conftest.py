import pytest

from calls.models import Person

from .floor import Floor


@pytest.fixture
def floor(db: None) -> Floor:
    return Floor.open("contact-records", "contact-lens", "contact-events", "agent-events")


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root")
