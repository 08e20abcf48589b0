"""What granian loads in each listener's worker process: `pages` (Django) and `exchange` (the post office)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from corridor.node import config as node_config
from corridor.node.init import set_up_django
from corridor.node.server import LIFELINE, watch_parent

set_up_django(node_config.folder_from_environment())

from corridor.node.logs import configure  # noqa: E402  Django must be configured first

configure()
if LIFELINE in os.environ:
    watch_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))


def _up(name: str) -> None:
    folder = node_config.folder_from_environment() / "run"
    (folder / f"{name}.up").touch()


def _pages() -> Callable[..., Any]:
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    _up("pages")
    return application


def _exchange() -> Callable[..., Any]:
    from django.conf import settings
    from django.db import close_old_connections

    from corridor.casework.house import house
    from corridor.exchange.transport.wsgi import make_app
    from corridor.node.wiring import Node

    config = settings.NODE
    assert config is not None
    application = make_app(Node(config, house()).office)

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        close_old_connections()
        return application(environ, start_response)

    _up("exchange")
    return served


def __getattr__(name: str) -> Callable[..., Any]:
    """Each listener builds only its own application, when granian asks for it."""
    if name == "pages":
        return _pages()
    if name == "exchange":
        return _exchange()
    raise AttributeError(name)
