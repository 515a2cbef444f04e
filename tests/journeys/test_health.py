from tests.journeys.stack import Stack, until


def test_the_product_says_that_it_is_well(stack: Stack) -> None:
    def answer() -> bool:
        found = stack.http.get(f"{stack.url}/healthz")
        return found.status_code == 200 and found.json()["degraded"] == []

    assert until(answer, "nothing is degraded")
