"""The org behind the stand-in: its cases, its rules for them, and the faults that are switched on."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEY = "Ringback_Key__c"
MAX_LENGTH = {
    KEY: 255,
    "Ringback_Link__c": 255,
    "Subject": 255,
    "Description": 32_000,
    "Status": 255,
    "Origin": 255,
    "Priority": 255,
    "SuppliedPhone": 40,
}
DAILY_CALLS = 100_000
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

Record = dict[str, Any]


@dataclass
class RecordError(Exception):
    """Why one record is refused, as a result of a collection says it."""

    code: str
    message: str
    fields: list[str] = field(default_factory=list)


@dataclass
class Case:
    id: str
    number: str
    created_at_ms: int
    values: dict[str, str] = field(default_factory=dict)
    is_deleted: bool = False

    def as_json(self) -> Record:
        """As the control path lists it: `created_at` in milliseconds of the epoch."""
        return {"Id": self.id, "CaseNumber": self.number, "created_at": self.created_at_ms} | self.values


@dataclass
class Faults:
    down: bool = False
    slow_ms: int = 0
    lock_row: int = 0
    limit: bool = False
    refuse_field: dict[str, str] | None = None
    refuse_tokens: bool = False


class Org:
    """Lives in the server's thread only. Its cases outlive it in `file`, if one is given."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.faults = Faults()
        self.tokens: set[str] = set()
        self.calls = 0
        self.logins = 0
        self._cases: dict[str, Case] = {}  # by the first 15 characters of the id, which say it all
        self._by_key: dict[str, Case] = {}
        self._load()

    def _load(self) -> None:
        kept = json.loads(self.file.read_text()) if self.file and self.file.exists() else []
        for case in (Case(**values) for values in kept):
            self._cases[case.id[:15]] = case
            if case.values.get(KEY) and not case.is_deleted:
                self._by_key[case.values[KEY]] = case

    def _keep(self) -> None:
        """Before anybody hears of a change: whoever was told an id finds it after a restart."""
        if self.file:
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps([asdict(case) for case in self._cases.values()]))
            new.replace(self.file)

    def cases(self) -> list[Case]:
        """Newest first."""
        return [case for case in reversed(self._cases.values()) if not case.is_deleted]

    def case(self, case_id: str) -> Case:
        case = self._cases.get(case_id[:15]) if len(case_id) in {15, 18} else None
        if case is None:
            raise RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if case.is_deleted:
            raise RecordError("ENTITY_IS_DELETED", "entity is deleted")
        return case

    def delete(self, case_id: str) -> None:
        case = self.case(case_id)
        case.is_deleted = True
        # A deleted record is no match for an upsert: the next one makes a new case.
        self._by_key.pop(case.values.get(KEY, ""), None)
        self._keep()

    def upsert(self, records: list[Record], all_or_none: bool) -> list[Record]:
        twice = {key for key, times in Counter(str(record.get(KEY)) for record in records).items() if times > 1}

        def find(record: Record) -> Case | None:
            key = record.get(KEY)
            if not isinstance(key, str) or not key:
                raise RecordError("MISSING_ARGUMENT", f"{KEY} not specified")
            if key in twice:
                raise RecordError("DUPLICATE_VALUE", f"Duplicate external id specified: {key}", [KEY])
            return self._by_key.get(key)

        return [
            result | {"created": is_created} if result["success"] else result
            for result, is_created in self._save(records, find, all_or_none)
        ]

    def update(self, records: list[Record], all_or_none: bool) -> list[Record]:
        def find(record: Record) -> Case:
            case_id = record.pop("id", None) or record.pop("Id", None)
            if not isinstance(case_id, str):
                raise RecordError("MISSING_ARGUMENT", "Id not specified in an update call")
            return self.case(case_id)

        return [result for result, _ in self._save(records, find, all_or_none)]

    def _save(
        self, records: list[Record], find: Callable[[Record], Case | None], all_or_none: bool
    ) -> list[tuple[Record, bool]]:
        planned = [self._plan(record, find) for record in records]
        if all_or_none and any(isinstance(plan, RecordError) for plan in planned):
            rolled_back = RecordError("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Another record of the call failed")
            planned = [plan if isinstance(plan, RecordError) else rolled_back for plan in planned]
        results = [self._commit(record, plan) for record, plan in zip(records, planned, strict=True)]
        self._keep()
        return results

    def _plan(self, record: Record, find: Callable[[Record], Case | None]) -> Case | RecordError | None:
        try:
            case = find(record)
            _check(record, is_new=case is None)
            self._check_key(record.get(KEY), case)
            self._check_faults(record)
        except RecordError as refusal:
            return refusal
        return case

    def _check_key(self, key: str | None, case: Case | None) -> None:
        owner = self._by_key.get(key or "")
        if owner is not None and owner is not case:
            text = f"duplicate value found: {KEY} duplicates value on record with id: {owner.id}"
            raise RecordError("DUPLICATE_VALUE", text, [KEY])

    def _check_faults(self, record: Record) -> None:
        if self.faults.lock_row:
            self.faults.lock_row -= 1
            raise RecordError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        refused = self.faults.refuse_field
        if refused and record.get(refused["field"]):
            raise RecordError(refused["code"], refused["message"], [refused["field"]])

    def _commit(self, record: Record, plan: Case | RecordError | None) -> tuple[Record, bool]:
        if isinstance(plan, RecordError):
            error = {"statusCode": plan.code, "message": plan.message, "fields": plan.fields}
            return {"success": False, "errors": [error]}, False
        case = plan or self._new_case()
        if KEY in record:
            self._by_key.pop(case.values.get(KEY, ""), None)
        case.values |= {name: value or "" for name, value in record.items()}
        if case.values.get(KEY):
            self._by_key[case.values[KEY]] = case
        return {"id": case.id, "success": True, "errors": []}, plan is None

    def _new_case(self) -> Case:
        count = len(self._cases) + 1
        case = Case(_case_id(count), f"{count:08}", time.time_ns() // 1_000_000)
        self._cases[case.id[:15]] = case
        return case


def _check(record: Record, is_new: bool) -> None:
    for name, value in record.items():
        if name not in MAX_LENGTH:
            raise RecordError("INVALID_FIELD", f"No such column '{name}' on sobject of type Case", [name])
        if value is not None and not isinstance(value, str):
            raise RecordError("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{name}: value not of required type", [name])
        if len(value or "") > MAX_LENGTH[name]:
            text = f"{name}: data value too large: {value} (max length={MAX_LENGTH[name]})"
            raise RecordError("STRING_TOO_LONG", text, [name])
    if not record.get("Status", "" if is_new else "unchanged"):
        raise RecordError("REQUIRED_FIELD_MISSING", "Required fields are missing: [Status]", ["Status"])


def _case_id(count: int) -> str:
    """15 characters in which case matters, and three that make up for readers that ignore case."""
    digits = ""
    while count:
        count, rest = divmod(count, 62)
        digits = LETTERS[rest] + digits
    base = f"500RB0{digits:0>9}"
    chunks = [base[start : start + 5] for start in (0, 5, 10)]
    sums = [sum(letter.isupper() << place for place, letter in enumerate(chunk)) for chunk in chunks]
    return base + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[total] for total in sums)
