"""Settings. Everything that differs between installations comes from the environment; `.env.example` lists it all."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from schoolapp.lib.origins import page_origins
from schoolapp.lib.schedule import daily_schedule

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("ENVIRONMENT", "production")
DEVELOPMENT = ENVIRONMENT == "development"
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
BASE_URL = env.str("BASE_URL", "https://localhost")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".local")))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.forms",
    "csp",
    "guardian",
    "pgtrigger",
    "pghistory",
    "accessctl",
    "people",
    "schools",
    "staff",
    "students",
    "guardians",
    "archive",
    "messaging",
    "documents",
    "admissions",
    "sfo",
    "grading",
    "schoolapp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "schoolapp.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accessctl.login.store.UserMiddleware",
    "schoolapp.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "schoolapp.lib.upload_limit.UploadLimitMiddleware",
    "schoolapp.no_nul.NoNulMiddleware",
    "accessctl.journal.middleware.JournalMiddleware",
    "accessctl.middleware.AccessMiddleware",
    "schoolapp.not_served.NotServedMiddleware",
]

ROOT_URLCONF = "schoolapp.urls"
WSGI_APPLICATION = "schoolapp.wsgi.application"

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
                "csp.context_processors.nonce",
                "schoolapp.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL") | {"CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", 60)}}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Login. The providers' addresses are read from their discovery documents.
AUTH_USER_MODEL = "accessctl.User"
AUTHENTICATION_BACKENDS = ["accessctl.login.backend.ProviderBackend", "guardian.backends.ObjectPermissionBackend"]
LOGIN_URL = "accessctl:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
LOGIN_PROVIDERS = {
    "idporten": {
        "issuer": env.str("IDPORTEN_ISSUER", "https://idporten.no"),
        "client_id": env.str("IDPORTEN_CLIENT_ID", ""),
        "client_secret": env.str("IDPORTEN_CLIENT_SECRET", ""),
        "client_auth": env.str("IDPORTEN_CLIENT_AUTH", "client_secret_basic"),
        # Our own key as a JWK with `kid`; when it is set, private_key_jwt is used instead of the secret.
        "private_jwk": env.str("IDPORTEN_PRIVATE_JWK", ""),
        "requested_acr": env.str("IDPORTEN_ACR", "idporten-loa-high"),
        "minimum_acr": env.str("IDPORTEN_MINIMUM_ACR", "idporten-loa-substantial"),
    },
    "feide": {
        "issuer": env.str("FEIDE_ISSUER", "https://auth.dataporten.no"),
        "client_id": env.str("FEIDE_CLIENT_ID", ""),
        "client_secret": env.str("FEIDE_CLIENT_SECRET", ""),
        "client_auth": env.str("FEIDE_CLIENT_AUTH", "client_secret_basic"),
    },
}
# Who a national id belongs to is known by an app above accessctl; see people.directory.
LOGIN_DIRECTORY = "people.directory"
# What gives somebody business here, and the role that follows from it alone.
LOGIN_GROUNDS = [
    ("staff.login.is_employee", ""),
    ("guardians.login.is_guardian", "foresatt"),
    ("students.login.is_pupil", "elev"),
]
# mozilla-django-oidc. Addresses, keys and levels per provider are in accessctl.login.providers.
OIDC_REDIRECT_FIELD_NAME = "neste"
OIDC_MAX_STATES = 10
SYNTHETIC_IDS_ALLOWED = env.bool("SYNTHETIC_IDS_ALLOWED", False)

# A run of the population register that would change more than this share of those it knows waits for a person.
REGISTER_STOP_PERCENT = env.int("REGISTER_STOP_PERCENT", 10)
# So many days without a finished run before somebody is reminded (the handbook asks for protection daily).
REGISTER_OVERDUE_DAYS = env.int("REGISTER_OVERDUE_DAYS", 2)

# KS Fiks: the population register. Without a role nothing is asked for; a role without the rest refuses to start.
KSFIKS = {
    "url": env.str("KSFIKS_URL", "https://api.fiks.ks.no"),
    "role_id": env.str("KSFIKS_ROLE_ID", ""),
    "integration_id": env.str("KSFIKS_INTEGRATION_ID", ""),
    "integration_password": env.str("KSFIKS_INTEGRATION_PASSWORD", ""),
    "municipality": env.str("KSFIKS_MUNICIPALITY", ""),
}
MASKINPORTEN = {
    # With a slash at the end, as Maskinporten spells itself in the grant.
    "issuer": env.str("MASKINPORTEN_ISSUER", "https://maskinporten.no/"),
    "token_url": env.str("MASKINPORTEN_TOKEN_URL", "https://maskinporten.no/token"),
    "client_id": env.str("MASKINPORTEN_CLIENT_ID", ""),
    # Our own key as a JWK with `kid`.
    "private_jwk": env.str("MASKINPORTEN_PRIVATE_JWK", ""),
    # The municipality's organisation number, where a supplier asks on its behalf.
    "consumer_org": env.str("MASKINPORTEN_CONSUMER_ORG", ""),
}
KSFIKS_TIMES = env.list("KSFIKS_TIMES", default=["03:30"])

# The change history. Its triggers follow the code: they are laid anew at every `migrate`.
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = False

# So many different pupils outside own groups may one user open in a day before the privacy officer is told.
ALERT_PUPILS_PER_DAY = env.int("ALERT_PUPILS_PER_DAY", 40)
# How often one user may try to take emergency access in a day.
EMERGENCY_ACCESS_PER_DAY = env.int("EMERGENCY_ACCESS_PER_DAY", 5)
# The logs are sealed with an Ed25519 key (docs/innsynslogg.md): its 32 bytes in base64. Each seal is also written to a
# file that should be shipped to another host, and to the log stream.
LOG_SEAL_KEY = env.str("LOG_SEAL_KEY", "")
LOG_SEAL_OLD_PUBLIC_KEYS = env.list("LOG_SEAL_OLD_PUBLIC_KEYS", default=[])
LOG_SEAL_FILE = env.str("LOG_SEAL_FILE", "")
# The municipality's certificate for the electronic seal on finalised documents (docs/documents.md). Empty: no seal.
SEAL = {"pkcs12": env.str("SEAL_PKCS12", ""), "passphrase_file": env.str("SEAL_PASSPHRASE_FILE", "")}

GUARDIAN_GET_INIT_ANONYMOUS_USER = ANONYMOUS_USER_NAME = None

SESSION_ENGINE = "accessctl.login.store"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "schoolapp.errors.csrf_failure"
if not DEVELOPMENT:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many reverse proxies of ours add to X-Forwarded-For. 0 means that the header is not believed.
PROXIES_IN_FRONT = env.int("PROXIES_IN_FRONT", 0)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Logout sends the browser from our form to the provider, so the policy must allow that step.
PROVIDER_ORIGINS = sorted({origin for p in LOGIN_PROVIDERS.values() for origin in page_origins(str(p["issuer"]))})
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *PROVIDER_ORIGINS],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("Engelsk"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# The law asks for the statement to be easy to find (UU-02); empty hides the link.
ACCESSIBILITY_STATEMENT_URL = env.str("ACCESSIBILITY_STATEMENT_URL", "")
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Oslo"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
NODE_MODULES = Path(env.str("NODE_MODULES", str(BASE_DIR / "node_modules")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/designsystemet", NODE_MODULES / "@digdir" / "designsystemet-css" / "dist"),
    ("vendor/designsystemet-theme", NODE_MODULES / "@digdir" / "designsystemet-theme" / "src" / "themes"),
    ("vendor/designsystemet-web", NODE_MODULES / "@digdir" / "designsystemet-web" / "dist"),
    ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("vendor/inter", NODE_MODULES / "@fontsource-variable" / "inter"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEVELOPMENT
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(DATA_DIR / "files")))
# Files hold children's data: only the application reads them, and no URL serves the folder.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
MAX_UPLOAD_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

ARCHIVE_CONNECTOR = env.str("ARCHIVE_CONNECTOR", "elements_ncore")
ARCHIVE_CLIENT_TIMEOUT = env.int("ARCHIVE_CLIENT_TIMEOUT", 30)
# Longer than client timeout + the archive's own work + its search lag + clock error; see docs/archive.md.
ARCHIVE_QUIET_SECONDS = env.int("ARCHIVE_QUIET_SECONDS", 480)
# How many deliveries are under way at once; the archive worker should have as many processes.
ARCHIVE_CONCURRENCY = env.int("ARCHIVE_CONCURRENCY", 4)
FIKS_IO = {
    "url": env.str("FIKS_IO_URL", ""),
    "integration_id": env.str("FIKS_IO_INTEGRATION_ID", ""),
    "integration_password": env.str("FIKS_IO_INTEGRATION_PASSWORD", ""),
    "amqp_url": env.str("FIKS_IO_AMQP_URL", ""),
    "private_keys": env.list("FIKS_IO_PRIVATE_KEYS", default=[]),
    "signing_key": env.str("FIKS_IO_SIGNING_KEY", ""),
    "signing_certificate": env.str("FIKS_IO_SIGNING_CERTIFICATE", ""),
    "ttl_hours": env.int("FIKS_IO_TTL_HOURS", 24),
    "keep_days": env.int("FIKS_IO_KEEP_DAYS", 90),
}
NCORE = {
    "object_model_url": env.str("NCORE_OBJECT_MODEL_URL", ""),
    "document_url": env.str("NCORE_DOCUMENT_URL", ""),
    "database": env.str("NCORE_DATABASE", ""),
    "username": env.str("NCORE_USERNAME", ""),
    "password": env.str("NCORE_PASSWORD", ""),
    "role": env.str("NCORE_ROLE", ""),
    "external_system": env.str("NCORE_EXTERNAL_SYSTEM", "Schoolapp"),
    "wsdl_query": env.str("NCORE_WSDL_QUERY", "singleWsdl"),
    # The custom attribute of cases and registry entries in which the archive keeps our key; agreed with the archive.
    "key_attribute": env.str("NCORE_KEY_ATTRIBUTE", "CustomAttribute10"),
    "pupil_file_type": env.str("NCORE_PUPIL_FILE_TYPE", "ELEV"),
    "school_file_type": env.str("NCORE_SCHOOL_FILE_TYPE", "SAK"),
}

# SvarUt (docs/dispatch.md). Without an account letters wait, and nothing is sent.
SVARUT = {
    "url": env.str("SVARUT_URL", "https://svarut.ks.no"),
    "account_id": env.str("SVARUT_ACCOUNT_ID", ""),
    "integration_id": env.str("SVARUT_INTEGRATION_ID", ""),
    "integration_password": env.str("SVARUT_INTEGRATION_PASSWORD", ""),
    # The neutral sender on envelopes, the same for all schools; without a name the one set up at SvarUt stands there.
    "return_name": env.str("SVARUT_RETURN_NAME", ""),
    "return_org_number": env.str("SVARUT_RETURN_ORG_NUMBER", ""),
    "return_address": env.str("SVARUT_RETURN_ADDRESS", ""),
    "return_postal_code": env.str("SVARUT_RETURN_POSTAL_CODE", ""),
    "return_city": env.str("SVARUT_RETURN_CITY", ""),
}
# SvarUt gives up after 15 minutes; whoever gives up earlier may never learn the id of what was sent.
SVARUT_CLIENT_TIMEOUT = env.int("SVARUT_CLIENT_TIMEOUT", 960)
# Longer than client timeout + SvarUt's own work + its search lag + clock error.
SVARUT_QUIET_SECONDS = env.int("SVARUT_QUIET_SECONDS", 1260)
# How many letters are under way at once; the letters worker should have as many processes.
SVARUT_CONCURRENCY = env.int("SVARUT_CONCURRENCY", 4)
SVARUT_REGRET_MINUTES = env.int("SVARUT_REGRET_MINUTES", 5)

# The staff register from HR: a folder its files are dropped in, or the address of Visma Enterprise HRM's service.
STAFF_FEED_FOLDER = env.str("STAFF_FEED_FOLDER", "")
STAFF_FEED_URL = env.str("STAFF_FEED_URL", "")
STAFF_FEED_USERNAME = env.str("STAFF_FEED_USERNAME", "")
STAFF_FEED_PASSWORD = env.str("STAFF_FEED_PASSWORD", "")
STAFF_FEED_TIMES = env.list("STAFF_FEED_TIMES", default=["01:30"])
# A file that would leave less than this share of those employed changes nothing.
STAFF_FEED_LEAST_PERCENT = env.int("STAFF_FEED_LEAST_PERCENT", 90)
STAFF_FEED_LATE_HOURS = env.int("STAFF_FEED_LATE_HOURS", 36)
# Positions whose code begins so teach, and stand in the position plan. Heads and deputies (795) do not.
STAFF_TEACHING_CODES = env.list("STAFF_TEACHING_CODES", default=["796"])

# Celery rings the bell; see docs/architecture.md for why each value is what it is.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "health_check_interval": 25,
    "retry_on_timeout": False,
    # A save must not wait for a broker that is down; the sweepers ring again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "archive.tasks.*": {"queue": "archive"},
    "documents.tasks.*": {"queue": "pdf"},
    "messaging.tasks.*": {"queue": "letters"},
}
ARCHIVE_RUN_TIMES = env.list("ARCHIVE_RUN_TIMES", default=["15:30", "02:00"])
CELERY_BEAT_SCHEDULE = {
    **daily_schedule("archive-run", "archive.tasks.start_run", ARCHIVE_RUN_TIMES),
    **daily_schedule("classes-of-today", "students.tasks.repeat_classes", ["00:05"]),
    **daily_schedule("moves-due", "admissions.tasks.carry_out_moves", ["00:05", "05:00"]),
    "year-sweep": {"task": "admissions.tasks.sweep_year", "schedule": 30.0},
    "letters-sweep": {"task": "admissions.tasks.sweep_letters", "schedule": 60.0},
    **daily_schedule("statistics-freeze", "students.tasks.freeze_statistics", ["00:01", "06:01"]),
    "rosters-sweep": {"task": "guardians.tasks.sweep_rosters", "schedule": 60.0},
    "photos-sweep": {"task": "guardians.tasks.sweep_photos", "schedule": 60.0},
    "insight-sweep": {"task": "students.tasks.sweep_insight", "schedule": 60.0},
    "archive-sweep": {"task": "archive.tasks.sweep", "schedule": 30.0},
    **daily_schedule("archive-empty-replies", "archive.tasks.empty_old_replies", ["04:15"]),
    "archive-watch": {"task": "archive.tasks.tell_operator", "schedule": 3600.0},
    "dispatch-sweep": {"task": "messaging.tasks.sweep", "schedule": 30.0},
    "dispatch-status": {"task": "messaging.tasks.poll", "schedule": 60.0},
    "documents-sweep": {"task": "documents.tasks.sweep", "schedule": 30.0},
    "documents-sweep-school": {"task": "documents.tasks.sweep_school_documents", "schedule": 60.0},
    "documents-sweep-batches": {"task": "documents.tasks.sweep_batches", "schedule": 30.0},
    **daily_schedule("staff-nightly", "staff.tasks.nightly", STAFF_FEED_TIMES),
    **daily_schedule("staff-close", "staff.tasks.close_ended", ["00:05", "06:05"]),
    "staff-waiting": {"task": "staff.tasks.run_waiting", "schedule": 60.0},
    **daily_schedule("register-nightly", "guardians.tasks.register_nightly", KSFIKS_TIMES),
    "register-sweep": {"task": "guardians.tasks.register_sweep", "schedule": 30.0},
    "log-seal": {"task": "accessctl.tasks.seal_log", "schedule": 30.0},
    "log-alerts": {"task": "accessctl.tasks.look_for_alerts", "schedule": 300.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "redact": {"()": "schoolapp.lib.logs.RedactNationalIds"},
        "request": {"()": "schoolapp.lib.logs.NameTheRequest"},
        "refusals": {"()": "schoolapp.lib.logs.RefusalsOnOneLine"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact", "request"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"filters": ["refusals"]},
        "pgtrigger": {"level": "WARNING"},
        "pika": {"level": "CRITICAL"},
        "zeep": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
