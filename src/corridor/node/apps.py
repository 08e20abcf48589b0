"""Puts this node's house under casework when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class NodeConfig(AppConfig):
    name = "corridor.node"
    label = "node"

    def ready(self) -> None:
        """With a node folder, casework gets this node's house, built when first needed; tests provide their own."""
        config = settings.NODE
        if config is not None:
            from corridor.casework import house
            from corridor.node.wiring import build_house

            house.provide(lambda: build_house(config))
