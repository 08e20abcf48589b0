"""What pages, the API and the command line read. Every function takes the person and goes through `access`."""

from __future__ import annotations

from corridor.casework.queries.advising import advise, departing
from corridor.casework.queries.cases import (
    case_history,
    case_page,
    case_person,
    case_persons,
    cases_list,
    cases_of,
    import_page,
)
from corridor.casework.queries.copying import copied, earlier
from corridor.casework.queries.desk import desk
from corridor.casework.queries.dossier import changes, dossier_page, package_dossier, package_row
from corridor.casework.queries.export import export
from corridor.casework.queries.forms import addressees, draft_page, form_page, kinds, missing
from corridor.casework.queries.hands import hands
from corridor.casework.queries.law import (
    certified_text,
    certified_texts,
    gap_answers,
    law_confirmed,
    law_entries,
    law_paragraphs,
    law_progress,
)
from corridor.casework.queries.national import national_file, use_terms
from corridor.casework.queries.owed import owed
from corridor.casework.queries.paper import call_back, check_file, issued, read_back, states_to_call
from corridor.casework.queries.papers import (
    courier_file,
    enter_page,
    paper_file,
    paper_peers,
    papers_of,
    scan_file,
)
from corridor.casework.queries.people import people
from corridor.casework.queries.searching import search
from corridor.casework.queries.supervision import supervision

__all__ = [
    "addressees",
    "advise",
    "call_back",
    "case_history",
    "case_page",
    "case_person",
    "case_persons",
    "cases_list",
    "cases_of",
    "certified_text",
    "certified_texts",
    "changes",
    "check_file",
    "copied",
    "courier_file",
    "departing",
    "desk",
    "dossier_page",
    "draft_page",
    "earlier",
    "enter_page",
    "export",
    "form_page",
    "gap_answers",
    "hands",
    "import_page",
    "issued",
    "kinds",
    "law_confirmed",
    "law_entries",
    "law_paragraphs",
    "law_progress",
    "missing",
    "national_file",
    "owed",
    "package_dossier",
    "package_row",
    "paper_file",
    "paper_peers",
    "papers_of",
    "people",
    "read_back",
    "scan_file",
    "search",
    "states_to_call",
    "supervision",
    "use_terms",
]
