import re
from contextlib import closing

import pytest
from django.test import Client

from dashboard.content_policy import content_policy


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/no/such/page", "/static/admin/css/base.css"])
def test_every_answer_carries_the_policy(client: Client, path: str) -> None:
    with closing(client.get(path)) as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-" not in policy
    assert "*" not in policy


@pytest.mark.django_db
def test_the_admin_needs_nothing_inline(client: Client) -> None:
    page = client.get("/admin/login/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_sockets_are_named_with_the_public_host() -> None:
    assert "connect-src 'self' wss://calls.acme.example;" in content_policy("https://calls.acme.example")
    assert "connect-src 'self' ws://127.0.0.1:8000;" in content_policy("http://127.0.0.1:8000")
