"""SIGKILL before every single step of signing, receiving and delivering. Each time: all of it or none of it, once."""

from __future__ import annotations

from tests.node.nodes import SECRET, World
from tests.node.story import ask, page, status, whole

SIGN = """
actions.sign_act(person("cp-signatory"), act="request", kind="preservation",
                 to={"state": "XBB", "authority": "XBB-CP"}, body={}, secret=secret, override_reason="later")
"""
RAW = """
import base64
row = models.OutboxLetter.objects.get(act_id=dossier)
from corridor.exchange import sign_letter
letter = sign_letter(bytes(row.raw), letter_id=row.pk, sender=node.sender, to_state="XBB", at=home.clock())
result = {"headers": dict(letter.headers), "raw": base64.b64encode(letter.raw).decode()}
"""
RECEIVE = """
import base64
from corridor.exchange import SignedLetter
node.office.receive(SignedLetter(headers, base64.b64decode(raw)))
"""
MOST = 400


def test_signing(two: World) -> None:
    """A dossier, its act, leaf, letter: whole or absent; the log numbers each once."""
    aurelia = two.nodes["XAA"]
    for step in range(1, MOST):
        before = aurelia.do("result = models.ActRow.objects.count()")
        ended = aurelia.do("result = die_at(step, code, secret=secret)", step=step, code=SIGN, secret=SECRET)
        after = aurelia.do("result = models.ActRow.objects.count()")
        assert after - before in (0, 1)
        whole(aurelia)
        if ended == "done":
            assert after - before == 1
            break
    else:
        raise AssertionError("never came to its end")
    assert step > 20


def test_receiving(two: World) -> None:
    """The letter is brought again after the kill: one act, one receipt, byte for byte the same afterwards."""
    aurelia, borealia = two.nodes["XAA"], two.nodes["XBB"]
    for step in range(1, MOST):
        dossier = ask(aurelia)
        letter = aurelia.do(RAW, dossier=dossier)
        ended = borealia.do("result = die_at(step, code, **letter)", step=step, code=RECEIVE, letter=letter)
        receipts = [
            borealia.do(
                """
import base64
from corridor.exchange import SignedLetter
result = node.office.receive(SignedLetter(letter["headers"], base64.b64decode(letter["raw"]))).hex()
""",
                letter=letter,
            )
            for _ in range(2)
        ]
        assert receipts[0] == receipts[1]
        counts = borealia.do(
            """
result = [models.Dossier.objects.filter(pk=d).count(), models.ActRow.objects.filter(dossier=d).count(),
          models.ActReceipt.objects.filter(act=d).count()]
""",
            d=dossier,
        )
        assert counts == [1, 1, 1]
        assert status(borealia, dossier) == "asked"
        if ended == "done":
            break
    else:
        raise AssertionError("never came to its end")
    whole(borealia)
    assert step > 10


def test_delivering(two: World) -> None:
    """The worker dies at every step of a delivery to a running node; the letter arrives and counts once."""
    aurelia, borealia = two.nodes["XAA"], two.nodes["XBB"]
    aurelia.do(
        "models.OutboxLetter.objects.filter(done=None).update(done=home.clock())"
    )  # letters of the tests before
    borealia.start()
    for step in range(1, MOST):
        dossier = ask(aurelia)
        ended = aurelia.do("outbox.release_leases()\nresult = die_at(step, 'node.worker.round()')", step=step)
        aurelia.do(
            """
outbox.release_leases()
models.OutboxLetter.objects.update(next_due=home.clock())
models.PeerState.objects.update(failures=0, open_until=None)
node.worker.round()
"""
        )
        rows = page(aurelia, dossier)["timeline"]
        assert [row["delivery"] for row in rows] == ["received"]
        assert aurelia.do("result = models.ActReceipt.objects.filter(act=d).count()", d=dossier) == 1
        assert len(page(borealia, dossier)["timeline"]) == 1
        if ended == "done":
            break
    else:
        raise AssertionError("never came to its end")
    assert step > 5
    whole(aurelia)
    whole(borealia)
    borealia.stop()
