"""The post's coded errors, and what one means when another node tells it; sentences are in faults.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.faults import Fault


class ExchangeFault(Fault):
    """An error of this room. Facts name States, sizes and codes; never an act, a dossier or a word of one."""


# The peer itself cannot be spoken to: what the circuit breaker counts, and what ends a round of requests.
PEER_DOWN = frozenset(
    {
        "exchange.peer.unreachable",
        "exchange.peer.trouble",
        "exchange.peer.not-pinned",
        "exchange.peer.redirect",
        "exchange.peer.address",
    }
)

# Codes of this room that another node may tell us and that mean here what they meant there.
TELLABLE = frozenset(
    {
        "exchange.request.malformed",
        "exchange.request.not-covered",
        "exchange.request.clock",
        "exchange.request.replayed",
        "exchange.request.no-length",
        "exchange.request.too-large",
        "exchange.request.too-often",
        "exchange.request.body-digest",
        "exchange.letter.cannot-open",
        "exchange.letter.misaddressed",
        "exchange.letter.act-id",
        "exchange.package.malformed",
        "exchange.package.incomplete",
    }
)


def told(code: str, state: str, facts: Mapping[str, int] | None = None) -> ExchangeFault:
    """The fault a refusal by another State's node stands for here. A code of another room is quoted, not
    believed: what the letter carried was refused, for that reason.
    """
    if code not in TELLABLE:
        return ExchangeFault("exchange.letter.refused", reason=code, state=state)
    known = dict(facts or {})
    if code == "exchange.request.too-often" and "seconds" in known:
        known["wait"] = known["seconds"]
    return ExchangeFault(code, fact="(told by the other node)", **known)
