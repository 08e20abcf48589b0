"""Django's settings, read from the environment (CORRIDOR_DIR, CORRIDOR_DATABASE) and DIR/node.toml. No default secret.

Without a prepared node folder this module still imports (type checks, `makemigrations`, tests): it then has a
random key for this process only and a database in memory, and nothing it makes outlives the process.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from corridor.node import config as node_config
from corridor.node.config import Config

_folder = os.environ.get(node_config.ENVIRONMENT, "")
NODE: Config | None = node_config.load(Path(_folder).resolve()) if _folder else None

SECRET_KEY = (
    (NODE.folder / "keys" / "pages.secret").read_text(encoding="ascii").strip()
    if NODE
    else secrets.token_urlsafe(50)
)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS: list[str] = []
_tls = False
if NODE:
    _address = urlsplit(NODE.pages_url)
    _tls = _address.scheme == "https"
    if _address.hostname:
        ALLOWED_HOSTS.append(_address.hostname)
    CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]


def database(url: str, folder: Path | None) -> dict[str, Any]:
    """Django's DATABASES entry. SQLite in the node's folder unless CORRIDOR_DATABASE names a PostgreSQL."""
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres"):
            raise ValueError("CORRIDOR_DATABASE must begin with postgresql://")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "db.sqlite3") if folder else ":memory:",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


DATABASES = {
    "default": database(
        os.environ.get("CORRIDOR_DATABASE") or os.environ.get("CORRIDOR_TEST_DATABASE", "")
        if not NODE
        else os.environ.get("CORRIDOR_DATABASE", ""),
        NODE.folder if NODE else None,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "corridor.casework",
    "corridor.node",
    "corridor.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "corridor.node.middleware.NoStore",
]
ROOT_URLCONF = "corridor.web.urls"
CSRF_FAILURE_VIEW = "corridor.web.pages.refused"  # Django's own page has inline styles, which our CSP blocks
WSGI_APPLICATION = None
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_USER_MODEL = "casework.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "web:sign-in"

# One browser may be signed in to two desks on one host: ports do not separate cookies, names do.
_state = NODE.state.lower() if NODE else "node"
SESSION_COOKIE_NAME = f"corridor_{_state}_session"
CSRF_COOKIE_NAME = f"corridor_{_state}_csrf"
LANGUAGE_COOKIE_NAME = f"corridor_{_state}_language"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _tls
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _tls else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Bodies are read by views in bounded parts; nothing a person uploads is spooled to a temporary file by Django.
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024  # a table of persons; larger files are refused, never spooled
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
STATIC_ROOT = None

# Case text never reaches a log: structlog renders events of ours, Django's own loggers keep codes and paths only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "corridor.node.logs.Plain"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.db.backends": {"level": "ERROR"}},
}
