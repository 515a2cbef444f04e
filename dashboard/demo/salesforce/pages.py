"""Pages to look at a case, and the control path of the demo and the tests."""

from dataclasses import fields
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

from dashboard.demo.salesforce.org import Case, Faults, RecordError
from dashboard.demo.salesforce.rest import ORG

CASES_ON_A_PAGE = 200
CONTENT_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

routes = web.RouteTableDef()


@routes.get("/")
async def home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/lightning/o/Case/list")


@routes.get("/page.css")
async def style(request: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__).with_name("page.css"))


@routes.get("/lightning/o/Case/list")
async def case_list(request: web.Request) -> web.Response:
    cases = request.app[ORG].cases()
    rows = "".join(
        f'<tr><td><a href="{_path(case)}">{case.number}</a></td><td>{escape(case.values.get("Subject", ""))}</td>'
        f"<td>{escape(case.values.get('Status', ''))}</td><td>{_time(case)}</td></tr>"
        for case in cases[:CASES_ON_A_PAGE]
    )
    head = "".join(f'<th scope="col">{title}</th>' for title in ("Case", "Subject", "Status", "Created"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _page("Cases", f"<p>{len(cases)} cases, newest first</p>{table}")


@routes.get("/lightning/r/Case/{id}/view")
async def case_page(request: web.Request) -> web.Response:
    try:
        case = request.app[ORG].case(request.match_info["id"])
    except RecordError:
        return _page("No such case", "<p>It was deleted, or it never was.</p>", status=404)
    facts = {"Id": escape(case.id), "CaseNumber": case.number, "CreatedDate": _time(case)}
    facts |= {name: _shown(name, value) for name, value in case.values.items()}
    rows = "".join(f'<tr><th scope="row">{name}</th><td>{value}</td></tr>' for name, value in facts.items())
    return _page(f"Case {case.number}", f'<p><a href="/lightning/o/Case/list">All cases</a></p><table>{rows}</table>')


@routes.post("/_stand_in/faults")
async def set_faults(request: web.Request) -> web.Response:
    """Replaces all faults; {} ends them. `expire_tokens` happens once, the others last until the next call."""
    # A page of another site may post text, but not JSON.
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    wanted: dict[str, Any] = await request.json()
    org = request.app[ORG]
    expire_tokens = wanted.pop("expire_tokens", False)
    unknown = wanted.keys() - {fault.name for fault in fields(Faults)}
    if unknown:
        raise web.HTTPBadRequest(text=f"no such fault: {', '.join(sorted(unknown))}")
    if expire_tokens:
        org.tokens.clear()
    org.faults = Faults(**wanted)
    return web.json_response({})


@routes.get("/_stand_in/cases")
async def all_cases(request: web.Request) -> web.Response:
    return web.json_response([case.as_json() for case in request.app[ORG].cases()])


@routes.get("/_stand_in/calls")
async def all_calls(request: web.Request) -> web.Response:
    org = request.app[ORG]
    return web.json_response({"calls": org.calls, "logins": org.logins})


def _page(title: str, body: str, status: int = 200) -> web.Response:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>' + escape(title) + " | Salesforce stand-in"
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/page.css"></head><body><header>Salesforce stand-in of the Ringback demo</header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = {"Content-Security-Policy": CONTENT_POLICY, "Referrer-Policy": "no-referrer"}
    return web.Response(text=html, content_type="text/html", status=status, headers=headers)


def _shown(name: str, value: str) -> str:
    text = escape(value)
    if name == "Ringback_Link__c" and value.startswith(("https://", "http://")):
        return f'<a href="{text}" target="_blank" rel="noopener">{text}</a>'
    return text


def _path(case: Case) -> str:
    return f"/lightning/r/Case/{case.id}/view"


def _time(case: Case) -> str:
    return f"{datetime.fromtimestamp(case.created_at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
