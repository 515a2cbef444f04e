"""Records that nobody sends by mistake, by what is wrong with them; each is one record of Kinesis."""

import base64
import gzip
from collections.abc import Callable

from calls.connect.kinds import MAX_BYTES, MAX_PARTS

CONTACT = (
    b'{"AWSContactTraceRecordFormatVersion":"2017-03-10","ContactId":"c1","Channel":"VOICE",'
    b'"InitiationMethod":"INBOUND","LastUpdateTimestamp":"2026-11-02T09:00:00Z",'
)
VOICE = b'{"Version":"1.0.0","Channel":"VOICE","ContactId":"c1","EventType":"SEGMENTS","Segments":['
CHAT = b'{"Version":"2.0.0","Channel":"CHAT","ContactId":"c1","StreamingEventType":"SEGMENTS","Segments":['
EVENT = b'{"version":"0","id":"e1","detail-type":"Amazon Connect Contact Event","time":"2026-11-02T09:00:00Z",'
QUEUED = EVENT + b'"detail":{"contactId":"c1","eventType":"QUEUED"'
AGENT = b'{"AgentARN":"a1","EventId":"e1","EventTimestamp":"2026-11-02T09:00:00Z"'
BUSY = AGENT + b',"EventType":"STATE_CHANGE","CurrentAgentSnapshot":{'
RINGS = b'{"ContactId":"c1","Channel":"VOICE","State":"CONNECTING","StateStartTimestamp":"2026-11-02T09:00:00Z"}'
NOON = b'{"AbsoluteTime":"2026-11-02T12:00:00Z"}'


def said(words: bytes, turn: bytes = b"t1") -> bytes:
    return (
        b'{"Transcript":{"Id":"%b","ParticipantId":"a","ParticipantRole":"AGENT","Content":"%b",'
        b'"BeginOffsetMillis":0,"EndOffsetMillis":1}}' % (turn, words)
    )


def piece(n: int) -> bytes:
    return (
        b'{"Utterance":{"Id":"u%d","TranscriptId":"t1","ParticipantId":"a","ParticipantRole":"AGENT",'
        b'"PartialContent":"4","BeginOffsetMillis":%d,"EndOffsetMillis":%d}}' % (n, n, n + 1)
    )


def full(before: bytes, part: Callable[[int], bytes], after: bytes) -> bytes:
    """As many parts as a record may have."""
    kept: list[bytes] = []
    left, room = MAX_PARTS - sum(map((before + after).count, b"{[,")), MAX_BYTES - len(before + after)
    while left > 0 and room > 0:
        made = part(len(kept))
        left -= sum(map(made.count, b"{[,")) + 1
        room -= len(made) + 1
        kept.append(made)
    return before + b",".join(kept[:-1]) + after


REFUSED: dict[str, bytes] = {
    "10,000 levels of objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "10,000 levels of lists": CONTACT + b'"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "half a million levels": b"[" * 500_000 + b"]" * 500_000,
    "5,000 digits": CONTACT + b'"a":' + b"9" * 5000 + b"}",
    "a million digits": CONTACT + b'"a":' + b"9" * 1_000_000 + b"}",
    "a million digits and an exponent": CONTACT + b'"a":' + b"9" * 1_000_000 + b"e1}",
    "an exponent of a million digits": CONTACT + b'"a":1e' + b"9" * 1_000_000 + b"}",
    "a huge exponent": CONTACT + b'"a":1e999999}',
    "NaN": CONTACT + b'"a":NaN}',
    "Infinity": CONTACT + b'"a":-Infinity}',
    "10 MiB": CONTACT + b'"a":"' + b"x" * (10 * MAX_BYTES) + b'"}',
    "10 MiB of brackets": b"[" * (10 * MAX_BYTES),
    "350,000 objects in a list": CONTACT + b'"a":[' + b"{}," * 340_000 + b"{}]}",
    "100,000 segments": VOICE + b"{}," * 100_000 + b"{}]}",
    "500,000 objects in a row": b"{}" * 500_000,
    "a name of a megabyte": CHAT
    + b'{"Event":{"Id":"1","EventType":"x","Time":%b,"DisplayName":"' % NOON
    + b"x" * 1_000_000
    + b'"}}]}',
    "an id of 257 characters": CONTACT + b'"InitialContactId":"' + b"x" * 257 + b'"}',
    "a turn's id of 257 characters": VOICE + said(b"", b"x" * 257) + b"]}",
    "a negative offset": VOICE + piece(-1) + b"]}",
    "a huge offset": VOICE + piece(2**31) + b"]}",
    "the year 0": CONTACT + b'"InitiationTimestamp":"0000-01-01T00:00:00Z"}',
    "the year 1 beyond Greenwich": CONTACT + b'"InitiationTimestamp":"0001-01-01T00:00:00+23:59"}',
    "the year 9999 beyond Greenwich": CONTACT + b'"InitiationTimestamp":"9999-12-31T23:59:59-23:59"}',
    "the year 292277026596": CONTACT + b'"InitiationTimestamp":"292277026596-12-04T15:30:08Z"}',
    "a time as a number": CONTACT + b'"InitiationTimestamp":1762074000000}',
    "an offset of 99 hours": CONTACT + b'"InitiationTimestamp":"2026-11-02T09:00:00+99:99"}',
    "UTF-16": (CONTACT + b'"a":1}').decode().encode("utf-16"),
    "UTF-16 without a mark": (CONTACT + b'"a":1}').decode().encode("utf-16-le"),
    "a byte order mark": b"\xef\xbb\xbf" + CONTACT + b'"a":1}',
    "half a character": CONTACT + b'"a":"\xc3"}',
    "a surrogate in UTF-8": CONTACT + b'"a":"\xed\xa0\x80"}',
    "gzip": gzip.compress(CONTACT + b'"a":1}'),
    "base64": base64.b64encode(CONTACT + b'"a":1}'),
    "nothing": b"",
    "a megabyte of nothing": b" " * 1_000_000,
    "NUL bytes": b"\0" * 1000,
    "an open text": CONTACT + b'"a":"' + b"x" * 1_000_000,
    "half an escape": CONTACT + b'"a":"\\u00"}',
    "a contact event of 10 MiB": QUEUED + b',"a":"' + b"x" * (10 * MAX_BYTES) + b'"}}',
    "a contact event of 10,000 levels": QUEUED + b',"queueInfo":' + b'{"queueInfo":' * 10_000 + b"1" + b"}" * 10_002,
    "a million digits in a contact event": QUEUED + b',"a":' + b"9" * 1_000_000 + b"}}",
    "a contact event without details": EVENT + b'"detail":null}',
    "a contact event with details as a text": EVENT + b'"detail":"{\\"contactId\\":\\"c1\\"}"}',
    "a contact event of a contact as a list": EVENT + b'"detail":{"contactId":["c1"],"eventType":"QUEUED"}}',
    "a contact event of a contact of 257 characters": EVENT
    + b'"detail":{"eventType":"QUEUED","contactId":"'
    + b"x" * 257
    + b'"}}',
    "a queue of a megabyte": QUEUED + b',"queueInfo":{"queueArn":"' + b"x" * 1_000_000 + b'"}}}',
    "a queue as a list": QUEUED + b',"queueInfo":[1]}}',
    "a kind of a megabyte": EVENT + b'"detail":{"contactId":"c1","eventType":"' + b"X" * 1_000_000 + b'"}}',
    "a contact event of the year 292277026596": QUEUED + b',"initiationTimestamp":"292277026596-12-04T15:30:08Z"}}',
    "a contact event of a time as a number": QUEUED + b',"initiationTimestamp":1762074000000}}',
    "an agent event of 10 MiB": BUSY + b'"a":"' + b"x" * (10 * MAX_BYTES) + b'"}}',
    "an agent event of 10,000 levels": BUSY + b'"Configuration":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_002,
    "a million digits in an agent event": BUSY + b'"a":' + b"9" * 1_000_000 + b"}}",
    "an agent event of no agent": BUSY.replace(b'"a1"', b'""') + b'"Contacts":[]}}',
    "an agent event of no known kind": AGENT + b',"EventType":"__proto__"}',
    "a snapshot as a list": AGENT + b',"EventType":"LOGIN","CurrentAgentSnapshot":[]}',
    "a username of 257 characters": BUSY + b'"Configuration":{"Username":"' + b"x" * 257 + b'"}}}',
    "1,001 contacts of one agent": BUSY + b'"Contacts":[' + b",".join([RINGS] * 1001) + b"]}}",
    "a contact of an agent without its id": BUSY + b'"Contacts":[{}]}}',
    "more slots than a number holds": BUSY
    + b'"Configuration":{"RoutingProfile":{"Concurrency":[{"Channel":"VOICE","MaximumSlots":2147483648}]}}}}',
    "100,000 queues of one agent": BUSY
    + b'"Configuration":{"RoutingProfile":{"InboundQueues":['
    + b"{}," * 100_000
    + b"{}]}}}}",
}

TAKEN: dict[str, bytes] = {
    "as many parts as may be": full(CONTACT + b'"a":[', lambda n: b"{}", b"]}"),
    "as many keys as may be": full(CONTACT + b'"Attributes":{', lambda n: b'"%x":"%x"' % (n, n), b"}}"),
    "as many levels as may be": CONTACT + b'"a":' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}",
    "as many pieces as may be": full(VOICE, piece, b"]}"),
    "as many turns as may be": full(VOICE, lambda n: said(b"4", b"t%d" % n), b"]}"),
    "as many categories as may be": full(VOICE, lambda n: b'{"Categories":{"MatchedCategories":["%x"]}}' % n, b"]}"),
    "as many issues as may be": full(
        CHAT + b'{"Issues":{"IssuesDetected":[{"TranscriptItems":[',
        lambda n: b'{"Id":"t%d","CharacterOffsets":{"BeginOffsetChar":0,"EndOffsetChar":1}}' % n,
        b"]}]}}]}",
    ),
    "a million digits as a text": VOICE + said(b"4" * 1_000_000) + b"]}",
    "half a million spoken digits": VOICE + said(b"4 " * 500_000) + b"]}",
    "many card numbers": VOICE + said(b"4111 1111 1111 1111, and " * 40_000) + b"]}",
    "many words for digits": VOICE + said(b"double four oh " * 60_000) + b"]}",
    "nearly ids": VOICE + said(b"00000000-0000-0000-0000-" * 40_000) + b"]}",
    "a million spaces": VOICE + said(b"1" + b" " * 1_000_000) + b"]}",
    "NULs": VOICE + said(b"\\u0000" * 170_000) + b"]}",
    "lone surrogates": CONTACT + b'"a":"' + b"\\ud800" * 170_000 + b'"}',
    "a key called __proto__": CONTACT + b'"Attributes":{"__proto__":"x","constructor":"y"}}',
    "one key twice": CONTACT + b'"ContactId":"c2","ContactId":"c3"}',
    "a fraction of a million digits": CONTACT + b'"a":0.' + b"9" * 1_000_000 + b"}",
    "a tiny exponent": CONTACT + b'"a":1e-999999}',
    "many digits of a second": CONTACT + b'"InitiationTimestamp":"2026-11-02T09:00:00.' + b"0" * 1_000_000 + b'Z"}',
    "an unmodelled megabyte": CONTACT + b'"Agent":{"Note":"' + b"x" * 1_000_000 + b'"}}',
    "a contact event of as many tags as may be": full(QUEUED + b',"tags":{', lambda n: b'"%x":"%x"' % (n, n), b"}}}"),
    "a contact event of as many levels as may be": QUEUED + b',"a":' + b'{"a":' * 60 + b"1" + b"}" * 62,
    "a contact event of NULs": QUEUED + b',"disconnectReason":"\\u0000\\u0000","a\\u0000":"\\u0000"}}',
    "a contact event of lone surrogates": QUEUED + b',"queueInfo":{"queueArn":"' + b"\\ud800" * 500 + b'"}}}',
    "a contact event with a key called __proto__": QUEUED + b',"__proto__":{"queueInfo":{}},"constructor":"y"}}',
    "a contact event with one key twice": QUEUED + b',"queueInfo":{},"QueueInfo":{"queueArn":"q1"},"contactId":"c2"}}',
    "a contact event with an unmodelled megabyte": QUEUED + b',"a":"' + b"x" * 1_000_000 + b'"}}',
    "an agent event of as many queues as may be": full(
        BUSY + b'"Contacts":[%b],"Configuration":{"RoutingProfile":{"InboundQueues":[' % RINGS,
        lambda n: b'{"ARN":"q%d","Name":"%d"}' % (n, n),
        b"]}}}}",
    ),
    "1,000 contacts of one agent": BUSY + b'"Contacts":[' + b",".join([RINGS] * 1000) + b"]}}",
    "an agent event of as many levels as may be": BUSY
    + b'"Contacts":[%b],"a":' % RINGS
    + b'{"a":' * 60
    + b"1"
    + b"}" * 62,
    "an agent event of NULs": BUSY
    + b'"Configuration":{"Username":"%b"},"Contacts":[%b]}}' % (b"\\u0000" * 256, RINGS.replace(b"VOICE", b"\\u0000")),
    "an agent event of lone surrogates": BUSY
    + b'"AgentStatus":{"Name":"%b"},"Contacts":[%b]}}' % (b"\\ud800" * 256, RINGS),
    "an agent event with keys called __proto__": BUSY
    + b'"__proto__":{},"Configuration":{"AgentHierarchyGroups":{"__proto__":{"Name":"x"}}},"Contacts":[%b]}}' % RINGS,
    "an agent event with an unmodelled megabyte": BUSY + b'"Contacts":[%b],"a":"' % RINGS + b"x" * 1_000_000 + b'"}}',
}
