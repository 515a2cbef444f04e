"""The REST API: collections of cases, one query, limits."""

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from dashboard.demo.salesforce.org import DAILY_CALLS, Org, Record, RecordError

ORG = web.AppKey("org", Org)
RECORDS_PER_CALL = 200
IDS_PER_QUERY = 500
QUERY = re.compile(r"SELECT Id, CaseNumber FROM Case WHERE Id IN \(('[^']*'(?:, ?'[^']*')*)\)")

routes = web.RouteTableDef()
DATA = r"/services/data/v{version:\d{2,3}\.\d}"


def refuse(status: int, code: str, message: str) -> web.Response:
    return web.json_response([{"message": message, "errorCode": code}], status=status)


@routes.patch(f"{DATA}/composite/sobjects/Case/Ringback_Key__c")
async def upsert_cases(request: web.Request) -> web.Response:
    return await _save(request, request.app[ORG].upsert)


@routes.patch(f"{DATA}/composite/sobjects")
async def update_cases(request: web.Request) -> web.Response:
    return await _save(request, request.app[ORG].update)


@routes.delete(f"{DATA}/sobjects/Case/{{id}}")
async def delete_case(request: web.Request) -> web.Response:
    try:
        request.app[ORG].delete(request.match_info["id"])
    except RecordError as refusal:
        return refuse(404, refusal.code, refusal.message)
    return web.Response(status=204)


@routes.get(f"{DATA}/query{{slash:/?}}")
async def query(request: web.Request) -> web.Response:
    match = QUERY.fullmatch(request.query.get("q", ""))
    ids = re.findall(r"'([^']*)'", match[1]) if match else []
    if not 0 < len(ids) <= IDS_PER_QUERY:
        return refuse(400, "MALFORMED_QUERY", "unexpected token: the stand-in knows one query")
    version = request.match_info["version"]
    records = [
        {
            "attributes": {"type": "Case", "url": f"/services/data/v{version}/sobjects/Case/{case.id}"},
            "Id": case.id,
            "CaseNumber": case.number,
        }
        for case in request.app[ORG].cases()
        if case.id in ids or case.id[:15] in ids
    ]
    return web.json_response({"totalSize": len(records), "done": True, "records": records})


@routes.get(f"{DATA}/limits{{slash:/?}}")
async def limits(request: web.Request) -> web.Response:
    calls = request.app[ORG].calls
    return web.json_response({"DailyApiRequests": {"Max": DAILY_CALLS, "Remaining": DAILY_CALLS - calls}})


async def _save(request: web.Request, save: Callable[[list[Record], bool], list[Record]]) -> web.Response:
    try:
        body = await request.json()
        records, all_or_none = [_fields(record) for record in body["records"]], body.get("allOrNone", False) is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return refuse(400, "JSON_PARSER_ERROR", "The body is not a collection of records of type Case")
    if not 0 < len(records) <= RECORDS_PER_CALL:
        return refuse(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {RECORDS_PER_CALL}")
    return web.json_response(save(records, all_or_none))


def _fields(record: Any) -> Record:
    if record["attributes"]["type"] != "Case":
        raise ValueError("not a case")
    return {name: value for name, value in record.items() if name != "attributes"}
