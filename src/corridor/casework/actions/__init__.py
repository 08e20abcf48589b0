"""One function for each legal act or internal action. Whoever changes anything in a case does it through here."""

from __future__ import annotations

from corridor.casework.actions.acts import confirm, deliver, sign_act
from corridor.casework.actions.cases import (
    attach_dossier,
    begin_import,
    close_case,
    confirm_import,
    detach_dossier,
    drop_import,
    export_case_persons,
    make_case_available,
    map_import,
    open_case,
    remove_case_person,
    rename_case,
    reopen_case,
    save_case_person,
)
from corridor.casework.actions.drafts import (
    discard_draft,
    merge_draft,
    return_draft,
    save_draft,
    sign_draft,
    submit_draft,
)
from corridor.casework.actions.evidence import (
    abandon_upload,
    add_part,
    check_package,
    finish_upload,
    open_evidence,
    read_item,
    seal_from_server,
    server_folder,
    start_upload,
)
from corridor.casework.actions.law import (
    answer_gaps,
    confirm_paragraphs,
    load_certified_text,
    record_progress,
)
from corridor.casework.actions.measures import record_measure, record_measure_step
from corridor.casework.actions.moving import hand_to_authority
from corridor.casework.actions.national import make_available, record_minute
from corridor.casework.actions.paper import mark_paper_sent, receive_paper, save_paper_peer
from corridor.casework.actions.people import (
    add_authority,
    add_officer,
    disable_officer,
    reset_officer,
    signed_in,
    too_many,
)
from corridor.casework.actions.safeguards import record_safeguard, record_safeguards, skip_safeguard

__all__ = [
    "abandon_upload",
    "add_authority",
    "add_officer",
    "add_part",
    "answer_gaps",
    "attach_dossier",
    "begin_import",
    "check_package",
    "close_case",
    "confirm",
    "confirm_import",
    "confirm_paragraphs",
    "deliver",
    "detach_dossier",
    "disable_officer",
    "discard_draft",
    "drop_import",
    "export_case_persons",
    "finish_upload",
    "hand_to_authority",
    "load_certified_text",
    "make_available",
    "make_case_available",
    "map_import",
    "mark_paper_sent",
    "merge_draft",
    "open_case",
    "open_evidence",
    "read_item",
    "receive_paper",
    "record_measure",
    "record_measure_step",
    "record_minute",
    "record_progress",
    "record_safeguard",
    "record_safeguards",
    "remove_case_person",
    "rename_case",
    "reopen_case",
    "reset_officer",
    "return_draft",
    "save_case_person",
    "save_draft",
    "save_paper_peer",
    "seal_from_server",
    "server_folder",
    "sign_act",
    "sign_draft",
    "signed_in",
    "skip_safeguard",
    "start_upload",
    "submit_draft",
    "too_many",
]
