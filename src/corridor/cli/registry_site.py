"""The process behind `corridor registry serve`: the registry's public folder as read-only files."""

from __future__ import annotations

import os
from pathlib import Path

from corridor.cli.registry_serving import FOLDER
from corridor.registry import static

application = static.make_app(Path(os.environ[FOLDER]) / "public")
