import json
import logging
import logging.config
import sys

import pytest
from celery import Celery, shared_task
from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from dashboard.logs import logging_to_stderr

NUMBER = "+1 202 555 0142"


def refused_row() -> DatabaseError:
    with pytest.raises(DatabaseError, match="555") as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::date", [NUMBER])
    return refused.value


def told(error: Exception, capfd: pytest.CaptureFixture[str], *, is_json: bool = False) -> str:
    formatter = logging_to_stderr(debug=False, is_json=is_json)["formatters"]["lines"]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter.pop("()")(**formatter))
    logger = logging.Logger("calls")
    logger.addHandler(handler)
    logger.error("A batch was refused", exc_info=error)
    return capfd.readouterr().err


@pytest.mark.django_db
def test_an_error_of_the_database_is_told_by_its_code_without_the_row(capfd: pytest.CaptureFixture[str]) -> None:
    text = told(refused_row(), capfd)
    assert "A batch was refused" in text
    assert "22008" in text
    assert NUMBER not in text


@pytest.mark.django_db
def test_an_error_that_another_was_raised_from_keeps_its_own_words_only(capfd: pytest.CaptureFixture[str]) -> None:
    error = RuntimeError("could not store")
    error.__cause__ = refused_row()
    text = told(error, capfd)
    assert "could not store" in text
    assert "22008" in text
    assert NUMBER not in text


def test_a_line_says_where_it_comes_from_and_how_grave_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    assert "[error" in (line := told(ValueError("plain"), capfd))
    assert "[calls]" in line
    assert "ValueError: plain" in line


@pytest.mark.django_db
def test_json_is_one_object_a_line_and_tells_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    text = told(refused_row(), capfd, is_json=True)
    line = json.loads(text)
    assert text.count("\n") == 1
    assert (line["event"], line["level"], line["logger"]) == ("A batch was refused", "error", "calls")
    assert line["timestamp"].endswith("Z")
    assert "22008" in line["exception"]
    assert NUMBER not in text


@shared_task
def store_number() -> None:
    raise refused_row()


@pytest.mark.django_db
def test_a_task_that_failed_is_told_without_the_row(capfd: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(logging_to_stderr(debug=False))  # onto the standard error that is captured now
    try:
        store_number.apply()
    finally:
        logging.config.dictConfig(settings.LOGGING)
    text = capfd.readouterr().err
    assert "raised unexpected: DataError" in text
    assert "22008" in text
    assert NUMBER not in text


def test_a_clock_whose_broker_is_away_tells_it_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    app = Celery("tests", broker="redis://127.0.0.1:1", set_as_current=False)
    app.conf.update(task_publish_retry=False, broker_transport_options={"max_retries": 0})
    entry = ScheduleEntry("sweep", "calls.tasks.sweep_shards", schedule=schedule(1), app=app)
    Scheduler(app, lazy=True).apply_entry(entry)
    (record,) = caplog.records
    assert record.getMessage().startswith("Couldn't apply scheduled task sweep: ")
    assert "\n" not in record.getMessage()
    assert record.exc_info is None
