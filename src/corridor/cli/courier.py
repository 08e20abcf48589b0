"""`corridor courier`: letters that travel by hand between nodes, and their receipts on the way back."""

from __future__ import annotations

from pathlib import Path

from corridor.cli.evidence.inputs import CliFault, say
from corridor.cli.node import _use, dir_
from corridor.cli.params import EXISTING, PATH, Room, argument, as_json, option

app = Room("courier", help="Letters carried by hand: take one in, keep the receipt that came back.")


@app.command()
@argument("file", type=EXISTING, help="The courier file, as the other State's dossier page gave it.")
@option("--receipt", "out", type=PATH, help="Where to write the receipt for the way back. It must not exist.")
@dir_
@as_json
def take(file: Path, out: Path | None, folder: Path | None, as_json: bool) -> None:
    """Take in a letter that came by hand: checked, kept and receipted as if it had been posted.

    Example: corridor courier take ./XBB-1f3a.corridor-letter --receipt ./receipt.json --dir ./borealia
    """
    if out is not None and out.exists():
        raise CliFault("cli.evidence.exists", path=out)
    _use(folder)
    from corridor.casework import courier
    from corridor.casework.house import house
    from corridor.exchange.courier import read_courier, write_receipt

    taken = courier.take(house(), read_courier(file).to_bytes())
    if out is not None:
        write_receipt(out, taken.receipt)
    lines = [f"taken: a letter of {taken.state}", *([f"receipt: {out}"] if out is not None else [])]
    say(lines, {"state": taken.state, "letter": taken.letter, "receipt": str(out) if out else None}, as_json)


@app.command()
@argument("file", type=EXISTING, help="The receipt the courier brought back.")
@dir_
@as_json
def receipt(file: Path, folder: Path | None, as_json: bool) -> None:
    """Keep the receipt for a letter that went by hand: the letter is then no longer sent.

    Example: corridor courier receipt ./receipt.json --dir ./aurelia
    """
    _use(folder)
    from corridor.casework import courier
    from corridor.casework.house import house
    from corridor.exchange.courier import read_receipt_file

    state = courier.receipt(house(), read_receipt_file(file))
    say([f"kept: the receipt of {state}"], {"state": state}, as_json)
