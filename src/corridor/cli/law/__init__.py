"""`corridor law`: the Convention and its neighbours from the command line. Each command asks one public function."""

from __future__ import annotations

from corridor.cli.law import certified, crimes, forecast, kit, publish, road, standing, texts
from corridor.cli.params import Room

law_app = Room(
    "law",
    help="The Convention and its neighbours, as data: what they say, whom they bind on a day, what national law has.",
    epilog="Each prints JSON with --json. Texts are in our own words, each with its source and how far to trust it.",
    chapters={
        "What the instruments say": (
            "article",
            "articles",
            "search",
            "definition",
            "form",
            "forms",
            "matrix",
            "certified",
        ),
        "Who is bound": ("between", "status", "import-status", "forecast", "states"),
        "National law and conduct": ("criminality", "conduct", "gaps"),
        "The road to becoming a Party": ("deposit-kit",),
        "To read and to publish": ("press", "site"),
    },
)
for command in (
    texts.article,
    texts.articles,
    texts.search,
    texts.definition,
    texts.form,
    texts.forms,
    texts.matrix,
    certified.certified,
    standing.between,
    road.status,
    road.import_status,
    forecast.forecast,
    standing.states,
    crimes.criminality,
    crimes.conduct,
    crimes.gaps,
    kit.deposit_kit,
    road.press,
    publish.site,
):
    law_app.add_command(command)
