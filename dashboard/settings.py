"""Ringback's settings, each value from the environment."""

import re
import secrets
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, validate

from dashboard.kept import kept_secret
from dashboard.logs import logging_to_stderr
from dashboard.mail_server import MailServer

BASE_DIR = Path(__file__).resolve().parent.parent
POSITIVE = validate.Range(min=0, min_inclusive=False)

env = Env()
try:
    VAR_DIR = Path(env.str("RINGBACK_VAR", "") or BASE_DIR / "var").resolve()
    DATABASE_URL = env.str("DATABASE_URL")
    REDIS_URL = env.str("REDIS_URL")
    DEBUG = env.bool("DEBUG", False)
    SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(VAR_DIR / "secret_key", lambda: secrets.token_urlsafe(50))
    # Encrypt what is stored of other systems: the first key encrypts, all of them decrypt.
    SECRETS_KEYS = (
        env.str("RINGBACK_SECRETS_KEYS", "")
        or kept_secret(VAR_DIR / "secrets_keys", lambda: Fernet.generate_key().decode())
    ).split(",")
    METRICS_TOKEN = env.str("METRICS_TOKEN", "")
    LOG_FORMAT = env.str("LOG_FORMAT", "lines", validate=validate.OneOf(["lines", "json"]))
    HOST = env.str("HOST", "127.0.0.1")
    PORT = env.int("PORT", 8000, validate=validate.Range(1, 65535))
    PUBLIC_URL = (env.str("PUBLIC_URL", "") or f"http://127.0.0.1:{PORT}").rstrip("/")

    LEASE_S = env.float("LEASE_S", 8, validate=POSITIVE)
    LEASE_RENEW_S = env.float("LEASE_RENEW_S", 2, validate=POSITIVE)
    SWEEP_S = env.float("SWEEP_S", 2, validate=POSITIVE)
    READ_SLICE_S = env.float("READ_SLICE_S", 60, validate=POSITIVE)
    DEAD_LETTER_DAYS = env.int("DEAD_LETTER_DAYS", 30, validate=validate.Range(min=1, max=3650))
    READER_SLOTS = env.int("READER_SLOTS", 32, validate=validate.Range(min=1))
    STANDBY_AFTER_S = env.float("STANDBY_AFTER_S", 10, validate=POSITIVE)

    # As long as Amazon Connect keeps contact records.
    WORDS_KEPT_MONTHS = env.int("WORDS_KEPT_MONTHS", 24, validate=validate.Range(min=1))

    MAIL = MailServer.parse(env.str("EMAIL_URL", ""))
    DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "")

    CONN_MAX_AGE = env.int("CONN_MAX_AGE", 0, validate=validate.Range(min=0))
    STATEMENT_TIMEOUT_S = env.int("STATEMENT_TIMEOUT_S", 30, validate=POSITIVE)
    LOCK_TIMEOUT_S = env.int("LOCK_TIMEOUT_S", 5, validate=POSITIVE)
    IDLE_TRANSACTION_TIMEOUT_S = env.int("IDLE_TRANSACTION_TIMEOUT_S", 30, validate=POSITIVE)
except (EnvError, ValueError) as error:
    raise ImproperlyConfigured(str(error)) from None

if MAIL.host and "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured("EMAIL_FROM must be an address such as Ringback <ringback@acme.example>.")

if LEASE_RENEW_S * 2 > LEASE_S:
    raise ImproperlyConfigured("LEASE_S must be at least twice LEASE_RENEW_S, or a lease ends between two renewals.")

if 0 < len(METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("METRICS_TOKEN must have at least 16 characters, or be empty.")

SECRETS_KEYS = [key.strip() for key in SECRETS_KEYS]
try:
    for key in SECRETS_KEYS:
        Fernet(key)
except ValueError:
    raise ImproperlyConfigured("RINGBACK_SECRETS_KEYS must be Fernet keys with commas between them.") from None

# The site

_public = re.fullmatch(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?", PUBLIC_URL, re.IGNORECASE)
if not _public:
    raise ImproperlyConfigured("PUBLIC_URL must be https:// (or http://) and a host, and nothing after it.")

_LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = _LOOPBACK if _public[2] in _LOOPBACK else [_public[2]]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

IS_HTTPS = _public[1].lower() == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|metrics)$"]  # asked from within the network, in plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "dashboard",
    "calls",
    "transcripts",
    "channels",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "dashboard.probes.ProbesMiddleware",
    "dashboard.content_policy.ContentPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # served from where they lie: nothing to collect before a start

AUTH_USER_MODEL = "calls.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = logging_to_stderr(debug=DEBUG, is_json=LOG_FORMAT == "json")

# PostgreSQL

try:
    _database = dj_database_url.parse(DATABASE_URL, conn_max_age=CONN_MAX_AGE, conn_health_checks=True)
except (ValueError, KeyError):
    raise ImproperlyConfigured("DATABASE_URL is not an address such as postgresql://user:password@host/name.") from None
if _database["ENGINE"] != "django.db.backends.postgresql" or not _database["NAME"]:
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host/name.")

_options = _database.setdefault("OPTIONS", {})
# A folder of sockets can only be named after the "?" (a host is made lower case), yet dbshell looks for it in HOST.
_database["HOST"] = _options.pop("host", _database["HOST"])
_options["options"] = " ".join(
    filter(
        None,
        [
            str(_options.get("options", "")),
            f"-c statement_timeout={STATEMENT_TIMEOUT_S}s",
            f"-c lock_timeout={LOCK_TIMEOUT_S}s",
            f"-c idle_in_transaction_session_timeout={IDLE_TRANSACTION_TIMEOUT_S}s",
        ],
    )
)
_options.setdefault("connect_timeout", 5)
_options.setdefault("application_name", "ringback")
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# E-mail: alerts for people

EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starts_tls, MAIL.is_tls
EMAIL_TIMEOUT = 5

# Redis: hints only

_REDIS_URL_HELP = "REDIS_URL must be redis://host:port/0, rediss://host:port/0 or unix:///path."
try:
    _redis = urlsplit(REDIS_URL)
    _redis.port  # noqa: B018 - raises if it is none
except ValueError:
    raise ImproperlyConfigured(_REDIS_URL_HELP) from None
if _redis.scheme not in ("redis", "rediss", "unix") or not (_redis.hostname or _redis.path.strip("/")):
    raise ImproperlyConfigured(_REDIS_URL_HELP)

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            # Subscribers wait with a limit of their own; this one frees a publisher from a Redis that hangs.
            "hosts": [{"address": REDIS_URL, "socket_timeout": 5, "socket_connect_timeout": 2}],
            "prefix": "ringback",
        },
    },
}


def _broker_url() -> str:
    if _redis.scheme != "unix":
        return REDIS_URL
    database = parse_qs(_redis.query).get("db", ["0"])[0]
    return f"redis+socket://{_redis.path}?virtual_host={database}"  # kombu's own spelling


CELERY_BROKER_URL = _broker_url()
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the second for which a worker waits in BRPOP.
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    # A connection that was cut without a word is noticed after twice this and a second; 25 s are usual.
    "health_check_interval": 5,
    "socket_keepalive": True,
    # What could not be said is said again by a sweep: nobody waits for a Redis that is away.
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Redis that is full, or only a replica for a moment, ends no worker.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# Nothing is acknowledged late, so it means nothing: it is said because Celery asks for a word.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {"calls.tasks.read_shard": {"queue": "readers"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What a worker has no slot for is another's.
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# How often, in seconds.
SWEEPS = {
    "calls.tasks.sweep_shards": SWEEP_S,
    "calls.tasks.sweep_mirror": SWEEP_S,
    "calls.tasks.sweep_calls": 5.0,
    "calls.tasks.sweep_connect": SWEEP_S,
    "calls.tasks.sweep_alerts": 1.0,
    "calls.tasks.sweep_rates": 10.0,
    "calls.tasks.sweep_deliveries": 1.0,
    "calls.tasks.sweep_owed": 60.0,
    "calls.tasks.attend_backfills": SWEEP_S,
    "calls.tasks.sweep_dead_letters": 10.0,
    "calls.tasks.fill_from_records": 60.0,
    "transcripts.tasks.keep_partitions": 3600.0,
}
# Each expires before the next one is due, so that nothing piles up while no worker listens.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": every_s, "options": {"expires": every_s}} for task, every_s in SWEEPS.items()
}

# What rules of alerts ask, by the kind of rule; and who counts the figures of queues.
LASTING_ALERTS = {
    "long-call": "calls.alerting.long_call.LongCall",
    "long-wait": "calls.alerting.long_wait.LongWait",
    "silence": "transcripts.alerting.silence.Silence",
    "sentiment": "transcripts.alerting.sentiment.Sentiment",
}
MOMENTARY_ALERTS = {"category": "transcripts.alerting.category.Category"}
QUEUE_FIGURES = "dashboard.figures.breached.breached"

# Which handlers a stream's records may go to: the ground floor does not know them.
STREAM_HANDLERS = [
    "calls.intake.ContactRecords",
    "calls.stages.contact_events.ContactEvents",
    "calls.stages.agent_events.AgentEvents",
    "transcripts.intake.ContactLens",
]
