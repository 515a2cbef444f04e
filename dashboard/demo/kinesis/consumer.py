from dataclasses import dataclass, field
from typing import Any


@dataclass
class Consumer:
    """A registered consumer. Of each shard it has one subscription: a later one takes over from an earlier one."""

    name: str
    stream_arn: str
    created_at: float
    active_at: float
    subscribed_at: dict[str, float] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"{self.stream_arn}/consumer/{self.name}:{int(self.created_at)}"

    def is_active(self, now: float) -> bool:
        return now >= self.active_at

    def description(self, now: float) -> dict[str, Any]:
        return {
            "ConsumerName": self.name,
            "ConsumerARN": self.arn,
            "ConsumerStatus": "ACTIVE" if self.is_active(now) else "CREATING",
            "ConsumerCreationTimestamp": self.created_at,
        }
