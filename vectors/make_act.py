"""Write vectors/act/: one act, or one set of acts, a file; each with at most one fault and the paragraph that decides.

Every run makes new keys, so the files change; what each one shows does not. Any language can run them. A file with
`envelope` is one act as it arrives: verify it with `state_keys` and compare `expected`. A file with `envelopes` is a
dossier: verify all, fold them as of `as_of`, compare status, outcomes, waiting and disclosure. Status and outcomes do
not rest on the law data (spec/act.md 5), so these files stay good when a paragraph is corrected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corridor import dossier
from corridor.dossier import Act, Basis, Member, Party, State, Text, VerifiedAct
from corridor.notary import Envelope, KeyUse, canonical, credentials, dsse, keys

HERE = Path(__file__).parent / "act"
NOW = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)
PACKAGE, STATEMENT = "ab" * 32, "cd" * 32
REASONS = (Text("reasons", "en", "As our law has it."),)
MEASURE = {
    "measure": {
        "authority": "District Court",
        "kind": "search_access",
        "date": "2027-03-03",
        "legal_basis": "Code of Procedure s. 98",
    }
}


class Office:
    """One authority of one State with one officer."""

    def __init__(
        self, state: str, powers: tuple[str, ...] = ("sign:preservation", "sign:stored_data")
    ) -> None:
        self.state, self.party = state, Party(state, f"{state}-CA")
        self.state_key, self.key = keys.generate(KeyUse.STATE), keys.generate(KeyUse.OFFICER)
        self.credential = self.certify(powers)

    def certify(self, powers: tuple[str, ...]) -> Envelope:
        return credentials.issue(
            self.state_key,
            state=self.state,
            authority=self.party.authority,
            number="7K2M",
            key=self.key.public,
            powers=list(powers),
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=60),
        )


OFFICES = {state: Office(state) for state in ("XAA", "XBB", "XCC")}
KEYS = {state: [office.state_key.public.to_dict()] for state, office in OFFICES.items()}


def state_keys(state: str) -> list[keys.PublicKey]:
    return [OFFICES[state].state_key.public] if state in OFFICES else []


def write(name: str, rule: str, stage: str, expected: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    body = {"name": name, "rule": rule, "stage": stage, "expected": expected} | content
    text = json.dumps(body, indent=1, ensure_ascii=False, sort_keys=True)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def opening(kind: str = "preservation", salt: str = "00" * 32) -> Act:
    members = [Member("XAA", "XAA-CA", "requesting"), Member("XBB", "XBB-CA", "requested")]
    return dossier.opening(
        kind,
        basis=Basis("UNCC_2024", "42"),
        members=members,
        sender=OFFICES["XAA"].party,
        credential=OFFICES["XAA"].credential,
        time=NOW,
        body={},
        salt=salt,
    )


class Story:
    """Acts on a table; `seen` says what the State had before it."""

    def __init__(self, kind: str) -> None:
        self.acts: list[VerifiedAct] = []
        self.opened = self.put(opening(kind))

    def put(self, act: Act) -> VerifiedAct:
        key = OFFICES[act.header.sender.state].key
        self.acts.append(dossier.verify_act(dossier.sign(act, key), state_keys))
        return self.acts[-1]

    def past(self, *heads: VerifiedAct) -> list[VerifiedAct]:
        by_id = {act.id: act for act in self.acts}
        found: set[str] = set()
        todo = [head.id for head in heads]
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                header = by_id[at].act.header
                todo += [*header.seen, *([header.prev] if header.prev else [])]
        return [act for act in self.acts if act.id in found]

    def view(self, *heads: VerifiedAct) -> State:
        return dossier.fold(self.past(*heads) if heads else self.acts, as_of=NOW)

    def draft(self, state: str, name: str, body: Any = None, *seen: VerifiedAct, texts: Any = ()) -> Act:
        office = OFFICES[state]
        return dossier.following(
            self.view(*seen),
            name,
            sender=office.party,
            credential=office.credential,
            time=NOW + timedelta(minutes=len(self.acts)),
            body=body or {},
            texts=texts,
            salt=f"{len(self.acts):02x}" * 32,
        )

    def act(
        self, state: str, name: str, body: Any = None, *seen: VerifiedAct, texts: Any = ()
    ) -> VerifiedAct:
        return self.put(self.draft(state, name, body, *seen, texts=texts))

    def write(self, name: str, rule: str, stage: str, leave_out: tuple[VerifiedAct, ...] = ()) -> None:
        rows = [act for act in self.acts if act not in leave_out]
        state = dossier.fold(rows, as_of=NOW)
        expected = {
            "status": state.status,
            "disclosure_stopped": state.disclosure_stopped,
            "outcomes": {id_: [each.status, each.reason] for id_, each in sorted(state.outcomes.items())},
            "waiting_for": list(state.waiting_for),
        }
        shown = sorted(rows, key=lambda act: act.id)  # in no order that means anything
        content = {
            "as_of": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "state_keys": KEYS,
            "envelopes": [act.envelope.to_dict() for act in shown],
            "acts": {act.id: f"{act.state} {act.act.header.act}" for act in rows},
        }
        write(name, rule, stage, expected, content)


def single(name: str, rule: str, stage: str, envelope: Envelope, code: str | None) -> None:
    expected = {"code": code} if code else {"id": envelope.id}
    write(name, rule, stage, expected, {"state_keys": KEYS, "envelope": envelope.to_dict()})


def one_act() -> None:
    """Files of one act: sections 2 to 4 of the page."""
    good = opening()
    tree = json.loads(dossier.encode(good))
    mine = OFFICES["XAA"]

    def altered(change: Callable[[dict[str, Any]], None]) -> Envelope:
        raw = json.loads(json.dumps(tree))
        change(raw)
        return dsse.sign(dossier.PAYLOAD_TYPE, canonical.dumps(raw), mine.key)

    def put(*path: Any) -> Callable[[dict[str, Any]], None]:
        def change(raw: dict[str, Any]) -> None:
            at: Any = raw
            for part in path[:-2]:
                at = at[part]
            at[path[-2]] = path[-1]

        return change

    single("good", "An act is read as it was signed.", "4", dossier.sign(good, mine.key), None)
    single(
        "good-unknown-fields",
        "Fields nobody knows are kept.",
        "2",
        altered(put("header", "later", {"a": [1]})),
        None,
    )
    signed = dossier.sign(good, mine.key)
    byte = signed.payload.replace(b"0" * 64, b"1" + b"0" * 63)
    single("byte-changed", "One byte changed.", "4.5", replace(signed, payload=byte), "notary")

    text = signed.payload.replace(b'"time":"2027-03-02T02:00:00Z"', b'"time":"2027-03-02T02:00:01Z"')
    single(
        "time-changed", "The time was changed after signing.", "4.5", replace(signed, payload=text), "notary"
    )
    single(
        "other-type",
        "The payload type is not that of an act.",
        "4.1",
        dsse.sign("application/json", signed.payload, mine.key),
        "dossier.act.type",
    )
    single(
        "other-officer",
        "Signed by another key than the credential names.",
        "4.5",
        dossier.sign(good, OFFICES["XBB"].key),
        "notary",
    )
    foreign = replace(good, header=replace(good.header, credential=OFFICES["XBB"].credential))
    single(
        "credential-of-another-state",
        "The credential is certified by another State.",
        "4.3",
        dossier.sign(foreign, OFFICES["XBB"].key),
        "notary",
    )
    weak = replace(good, header=replace(good.header, credential=mine.certify(("decide",))))
    single(
        "no-power",
        "The officer may not sign acts of this kind.",
        "4.4",
        dossier.sign(weak, mine.key),
        "dossier.act.power-missing",
    )
    late = replace(good, header=replace(good.header, time=NOW + timedelta(days=90)))
    single(
        "credential-over",
        "The credential was over at the time claimed.",
        "4.3",
        dossier.sign(late, mine.key),
        "notary",
    )
    single(
        "format",
        "A format this page does not describe.",
        "2",
        altered(put("header", "corridor", "act/9")),
        "dossier.act.format-unknown",
    )
    single(
        "salt-short",
        "The salt is not 32 bytes.",
        "3",
        altered(put("header", "salt", "ab" * 31)),
        "dossier.act.malformed",
    )
    single(
        "time-offset",
        "Times are UTC to the second, written with Z.",
        "3",
        altered(put("header", "time", "2027-03-02T02:00:00+00:00")),
        "dossier.act.malformed",
    )
    single(
        "seen-twice",
        "An act is seen once.",
        "3",
        altered(put("header", "seen", [PACKAGE, PACKAGE])),
        "dossier.act.malformed",
    )
    single(
        "to-itself",
        "A State does not address itself.",
        "3",
        altered(put("header", "to", [{"state": "XAA", "authority": "XAA-CA"}])),
        "dossier.act.addressees",
    )
    single(
        "to-a-stranger",
        "The opening act is for the members it names.",
        "3",
        altered(put("header", "to", [{"state": "XCC", "authority": "XCC-CA"}])),
        "dossier.act.members",
    )
    single(
        "opening-with-prev",
        "An opening act follows nothing.",
        "3",
        altered(put("header", "prev", PACKAGE)),
        "dossier.act.opening",
    )
    single(
        "opening-without-basis",
        "An opening act names its basis.",
        "3",
        altered(put("header", "basis", None)),
        "dossier.act.opening",
    )
    single(
        "following-with-members",
        "Only an opening act names members.",
        "3",
        altered(put("header", "dossier", PACKAGE)),
        "dossier.act.not-opening",
    )
    twice = signed.payload.replace(b'"body":{}', b'"body":{},"body":{}')
    single(
        "key-twice",
        "A key stands once.",
        "2",
        dsse.sign(dossier.PAYLOAD_TYPE, twice, mine.key),
        "dossier.act.not-json",
    )
    number = signed.payload.replace(b'"body":{}', b'"body":{"a":1.5}')
    single(
        "fraction",
        "No fractions.",
        "2",
        dsse.sign(dossier.PAYLOAD_TYPE, number, mine.key),
        "dossier.act.not-json",
    )


def dossiers() -> None:
    """Files of several acts: sections 5 to 9 of the page."""
    story = Story("stored_data")
    story.act("XBB", "acknowledge")
    story.act("XBB", "accept")
    story.act("XBB", "execute", MEASURE)
    story.act("XBB", "deliver", {"packages": [PACKAGE], "custody": [STATEMENT]})
    story.act("XAA", "confirm", {"packages": [PACKAGE]})
    story.write("fold-confirmed", "From request to confirmed evidence.", "6")

    story = Story("stored_data")
    accept = story.act("XBB", "accept", None, story.opened)
    story.act("XAA", "withdraw", None, story.opened)
    story.write("cross-withdraw-accept", "The withdrawal ends; the acceptance is overtaken.", "6.3")
    execute = story.act("XBB", "execute", MEASURE, accept)
    story.act("XBB", "deliver", {"packages": [PACKAGE], "custody": [STATEMENT]}, execute)
    story.write("cross-withdraw-deliver", "What was handed over stands with what it rests on.", "6.3")

    story = Story("stored_data")
    refuse = story.act("XBB", "refuse", {"ground": "domestic_prohibition"}, story.opened, texts=REASONS)
    story.act("XBB", "close", None, refuse)
    story.act("XAA", "supplement", None, story.opened)
    story.write("cross-refuse-supplement", "Refusal overtaken; what rests on it is void.", "6.5")

    story = Story("preservation")
    preserved = story.act("XBB", "preserved", {"preserved_until": "2027-06-01"})
    story.act("XBB", "expire", {"date": "2027-06-02"}, preserved)
    story.act("XAA", "ask_extension", None, preserved)
    story.write("cross-extend-expire", "Asked in time: the data stay.", "6.3")

    story = Story("stored_data")
    accept = story.act("XBB", "accept", None, story.opened)
    story.act("XBB", "refuse", {"ground": "domestic_prohibition"}, story.opened, texts=REASONS)
    story.write("fork", "Two acts of one State after the same one: no effect for either.", "8")
    story.act("XBB", "stand", {"stands": accept.id})
    story.write("fork-settled", "That State signed which stands.", "8")

    story = Story("stored_data")
    asked = story.act("XBB", "ask")
    story.act("XAA", "supplement")
    story.write("held-out", "An act whose past has not arrived is held out.", "6.1", leave_out=(asked,))

    story = Story("preservation")
    story.act("XBB", "preserved", {"preserved_until": "2027-06-01"})
    early = story.act("XBB", "expire", {"date": "2027-05-01"})
    story.write("illegal-early-expiry", "A term ends no sooner than the State itself set.", "5.9")
    assert story.view().outcomes[early.id].status == "illegal"

    story = Story("stored_data")
    draft = story.draft("XBB", "acknowledge")
    story.put(
        replace(
            draft,
            header=replace(draft.header, act="deliver"),
            body={"packages": [PACKAGE], "custody": [STATEMENT]},
        )
    )
    story.write("illegal-deliver", "Nothing is handed over without the measure it rests on.", "5.9")

    story = Story("preservation")
    draft = story.draft("XBB", "acknowledge")
    stranger = OFFICES["XCC"]
    story.put(
        replace(draft, header=replace(draft.header, sender=stranger.party, credential=stranger.credential))
    )
    story.write("illegal-stranger", "A State that is no member has no effect.", "5.3")

    story = Story("preservation")
    draft = opening(salt="11" * 32)
    story.acts = []
    story.put(replace(draft, header=replace(draft.header, rules=replace(draft.header.rules, fold="9"))))
    story.write("unknown-rules", "Unknown rules: kept, shown, no status, no disclosure.", "9")


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*.json"):
        old.unlink()
    one_act()
    dossiers()


if __name__ == "__main__":
    main()
