from calls.models import Call
from calls.models.xid import epoch, horizon

Context = dict[str, object]


def live_page(*watches: str, number: int | None = None) -> Context:
    """What a page tells its socket. Ask before reading the page's rows: what changes meanwhile then comes twice."""
    return {"watch": " ".join(watches), "cursor": horizon(), "epoch": epoch(), "number": number}


def live_call(call: Call) -> Context:
    return live_page(f"call:{call.pk}", number=call.number)
