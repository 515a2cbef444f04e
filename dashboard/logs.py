import logging
import traceback
from typing import Any

import psycopg
import structlog
from django.db import Error as DjangoDatabaseError
from structlog.typing import Processor

EVENTS: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_to_stderr(*, debug: bool, is_json: bool = False) -> dict[str, Any]:
    """Django's LOGGING: one line an event, from structlog and from the libraries alike; or one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *EVENTS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    lines = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": EVENTS,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(without_row_values),
            structlog.processors.JSONRenderer()
            if is_json
            else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": lines},
        "filters": {
            "error_by_name": {"()": lambda: _error_by_name},
            "without_stacks": {"()": lambda: _without_stacks},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # Django's own handlers would say the same a second time, and mail it.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "WARNING" if debug else "ERROR"},
            "django.channels.server": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "urllib3": {"level": "ERROR"},
            "celery.app.trace": {"level": "WARNING", "filters": ["error_by_name"]},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING", "filters": ["without_stacks"]},
        },
    }


def _error_by_name(record: logging.LogRecord) -> bool:
    """Celery puts an error's own text into its line, where nothing takes the row out; the traceback tells it."""
    if isinstance(record.args, dict) and record.exc_info and record.exc_info[0]:
        record.args = {**record.args, "exc": record.exc_info[0].__name__}
    return True


def _without_stacks(record: logging.LogRecord) -> bool:
    """The clock tells two stacks for each message that it cannot send, several times a second while Redis is away."""
    if record.exc_info and type(record.exc_info[1]).__name__ == "SchedulingError":
        record.msg, record.args, record.exc_info = str(record.exc_info[1]), None, None
    return True


def without_row_values(exc_info: Any) -> str:
    """The traceback; of an error of the database only its code, because its text quotes the row."""
    told = traceback.TracebackException(*exc_info)
    _redact(told, exc_info[1])
    return "".join(told.format()).rstrip()


def _redact(told: traceback.TracebackException, error: BaseException | None) -> None:
    if isinstance(error, DjangoDatabaseError | psycopg.Error):
        told._str = getattr(error.__cause__ or error, "sqlstate", None) or "no SQLSTATE"  # type: ignore[attr-defined]
    for cause, why in ((told.__cause__, "__cause__"), (told.__context__, "__context__")):
        if cause is not None:
            _redact(cause, getattr(error, why))
