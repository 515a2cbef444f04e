"""One instance as its API knows it, and how willing it is to tell."""

import time
from collections import OrderedDict, deque

from dashboard.demo.connect.contact import on_the_wire
from dashboard.demo.connect.errors import ConnectError
from dashboard.demo.connect.told import Fault, Fields, Queue, Rules

MOST_CONTACTS = 20_000


class Centre:
    def __init__(self, instance_id: str) -> None:
        self.instance_id = instance_id
        self.contacts: OrderedDict[str, Fields] = OrderedDict()
        self.queues: dict[str, Queue] = {}
        self.rules = Rules()
        self.faults: list[Fault] = []
        self.asked: deque[tuple[str, str]] = deque(maxlen=MOST_CONTACTS)
        self._answered: dict[str, deque[float]] = {}

    def tell_contacts(self, contacts: list[Fields]) -> None:
        """All of them or, with a ValueError that says what Amazon does not know, none."""
        for fields in [on_the_wire(fields) for fields in contacts]:
            self.contacts.setdefault(fields["Id"], {}).update(fields)
        while len(self.contacts) > MOST_CONTACTS:
            self.contacts.popitem(last=False)

    def tell_queues(self, queues: list[Queue]) -> None:
        for queue in queues:
            known = self.queues.get(queue.arn)
            self.queues[queue.arn] = known.told(queue) if known else queue

    def admit(self, operation: str) -> None:
        """Raises ConnectError as the rules want it."""
        if operation in self.rules.denied:
            raise ConnectError("AccessDeniedException", f"Not authorized to perform: connect:{operation}")
        lately, now = self._answered.setdefault(operation, deque()), time.monotonic()
        while lately and lately[0] <= now - 1:
            lately.popleft()
        if self.rules.per_s is not None and len(lately) >= max(1, self.rules.per_s):
            raise ConnectError("TooManyRequestsException", "Too Many Requests")
        lately.append(now)

    def next_fault(self, operation: str) -> Fault | None:
        for fault in self.faults:
            if fault.operation in (None, operation):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None
