"""What officers do in the stories, said once."""

from __future__ import annotations

from typing import Any

from tests.node.nodes import SECRET, TestNode, until


def ask(node: TestNode, kind: str = "preservation", **more: Any) -> str:
    """This State asks the other; the dossier's id."""
    code = "CP" if kind == "preservation" else "CA"
    other = "XBB" if node.state == "XAA" else "XAA"
    return str(
        node.do(
            """
made = actions.sign_act(person(by), act="request", kind=kind, to=to, body=body, secret=secret,
                        override_reason="the rest follows", basis={"instrument": "UNCC_2024", "provision": ""})
result = made.dossier
""",
            by=f"{code.lower()}-signatory",
            kind=kind,
            to={"state": other, "authority": f"{other}-{code}"},
            body=more,
            secret=SECRET,
        )
    )


def sign(
    node: TestNode, dossier: str, act: str, body: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The signatory of the dossier's authority signs from the page as it is now."""
    answer: dict[str, Any] = node.do(
        """
row = models.Dossier.objects.select_related("home").get(pk=dossier)
who = person("cp-signatory" if row.home.code.endswith("CP") else "ca-signatory")
seen = queries.dossier_page(who, dossier).heads
result = actions.sign_act(who, act=act, dossier_id=dossier, body=body, seen=seen, secret=secret, **more)
""",
        dossier=dossier,
        act=act,
        body=body or {},
        more=more,
        secret=SECRET,
    )
    return answer


def safeguards(node: TestNode, dossier: str) -> None:
    """The signatory records every safeguard nobody has recorded, before the request is executed."""
    node.do(
        """
row = models.Dossier.objects.select_related("home").get(pk=dossier)
who = person("cp-signatory" if row.home.code.endswith("CP") else "ca-signatory")
for step in queries.national_file(who, dossier).missing:
    actions.record_safeguard(who, dossier, step=step.step, outcome="met", reason="Nothing found.", language="en",
                             authority="District Court", secret=secret)
""",
        dossier=dossier,
        secret=SECRET,
    )


def page(node: TestNode, dossier: str) -> dict[str, Any]:
    """The dossier as its own signatory sees it; empty while it is not there."""
    answer: dict[str, Any] = node.do(
        """
row = models.Dossier.objects.select_related("home").filter(pk=dossier).first()
result = {}
if row is not None:
    who = person("cp-signatory" if row.home.code.endswith("CP") else "ca-signatory")
    result = queries.dossier_page(who, dossier)
""",
        dossier=dossier,
    )
    return answer


def status(node: TestNode, dossier: str) -> str:
    return str(page(node, dossier).get("status", ""))


def reaches(node: TestNode, dossier: str, wanted: str, seconds: float = 30) -> None:
    until(lambda: status(node, dossier) == wanted, seconds)


def seal(node: TestNode, dossier: str, items: dict[str, int]) -> str:
    """Seal items of given sizes; the package's id."""
    return str(
        node.do(
            """
who = person("ca-signatory")
upload = actions.start_upload(who, dossier).id
for name, size in items.items():
    at = 0
    while at < size or size == 0:
        data = (name.encode() * 1048576)[: min(8 << 20, size - at)]
        actions.add_part(who, upload, item=name, offset=at, data=data, last=at + len(data) >= size)
        at += len(data)
        if size == 0:
            break
result = actions.finish_upload(who, upload, secret=secret).package
""",
            dossier=dossier,
            items=items,
            secret=SECRET,
        )
    )


def export(node: TestNode, dossier: str) -> dict[str, Any]:
    """What the fold makes of the dossier at this node, and the ids of its acts in the order they count."""
    answer: dict[str, Any] = node.do(
        """
import json
from corridor.casework.queries.export import summary
result = json.loads(summary(store.load(home, models.Dossier.objects.get(pk=dossier))))
""",
        dossier=dossier,
    )
    return answer


def whole(node: TestNode) -> None:
    """Nothing lost, nothing doubled: every act in the log once, every own act with a letter, the log audits."""
    node.do(
        """
sequencer.run(home)
log = home.log()
log.audit()
entries = [entry.hex() for entry in log.entries(0, log.size)]
assert len(set(entries)) == len(entries), "a leaf twice in the log"
for act in models.ActRow.objects.all():
    assert entries.count(act.pk) == 1, ("act not in the log", act.pk)
    leaf = models.LogLeaf.objects.get(leaf=act.pk)
    assert entries[leaf.index] == act.pk, "another number than the log's"
    if act.own:
        assert act.letters.count() == 1, "no letter, or two"
assert models.LogLeaf.objects.count() == len(entries), "the database and the log differ"
"""
    )


MEASURE = {
    "measure": {
        "authority": "District Court",
        "kind": "production_order_data",
        "date": "2026-11-20",
        "legal_basis": "section 12",
    }
}
