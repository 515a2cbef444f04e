from calls.models.xid import epoch, horizon

Context = dict[str, object]


def live_page(*watches: str) -> Context:
    """What a page tells its socket. Ask before reading the page's rows: what changes meanwhile then comes twice."""
    return {"watch": " ".join(watches), "cursor": horizon(), "epoch": epoch()}
