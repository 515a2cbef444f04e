QUEUE = ("queue_arn", "queue_name")  # of a call

QueueKey = tuple[int, str]  # of the instance, and the queue's ARN, or its name where no ARN is told


def queue_key(instance_id: int, arn: str, name: str) -> QueueKey:
    return instance_id, arn or name
