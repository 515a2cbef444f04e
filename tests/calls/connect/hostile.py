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
}
