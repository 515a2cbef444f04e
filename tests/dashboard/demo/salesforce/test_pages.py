import time

from .conftest import Caller, case


def test_a_case_page_shows_every_field_escaped_and_links_back(caller: Caller) -> None:
    link = "https://ringback.example/cases/1/?a=1&b=2"
    (created,) = caller.upsert(case("i:1", Subject="<script>alert(1)</script>", Ringback_Link__c=link))
    page = caller.send("GET", f"/lightning/r/Case/{created['id']}/view")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert '<a href="https://ringback.example/cases/1/?a=1&amp;b=2" target="_blank" rel="noopener">' in page.text
    assert "00000001" in page.text
    assert "'unsafe" not in page.headers["Content-Security-Policy"]


def test_a_link_that_is_no_address_is_no_link(caller: Caller) -> None:
    (created,) = caller.upsert(case("i:1", Ringback_Link__c="javascript:alert(1)"))
    assert 'href="javascript:' not in caller.send("GET", f"/lightning/r/Case/{created['id']}/view").text


def test_the_list_has_the_newest_case_first(caller: Caller) -> None:
    caller.upsert(case("i:1"), case("i:2"))
    page = caller.send("GET", "/lightning/o/Case/list").text
    assert page.index("00000002") < page.index("00000001")
    assert caller.send("GET", "/").headers["Location"] == "/lightning/o/Case/list"


def test_the_style_sheet_is_there(caller: Caller) -> None:
    assert caller.send("GET", "/page.css").headers["Content-Type"] == "text/css"


def test_a_deleted_case_has_no_page(caller: Caller) -> None:
    (created,) = caller.upsert(case("i:1"))
    caller.data("DELETE", f"/sobjects/Case/{created['id']}")
    assert caller.send("GET", f"/lightning/r/Case/{created['id']}/view").status_code == 404
    assert caller.cases() == []


def test_cases_carry_when_they_were_made(caller: Caller) -> None:
    before_ms = time.time_ns() // 1_000_000
    caller.upsert(case("i:1"))
    assert before_ms <= caller.cases()[0]["created_at"] <= time.time_ns() // 1_000_000
