.SILENT:
.DELETE_ON_ERROR:
.PHONY: bench-pages bench-wall demo run test faults bench-demo bench-events bench-ingest bench-latency bench-live lighthouse lock check types browser

BIN := .venv/bin
# The types are read without a server: the plugin wants the settings, and never connects.
NO_SERVERS := RINGBACK_VAR=var/test DATABASE_URL=postgresql:///none REDIS_URL=unix:///none

# PORT=, CALLS=, RATE= and STREAMS= are read here, given before or after "make demo".
demo: .venv/complete
	exec $(BIN)/python manage.py demo $(if $(CALLS),--calls $(CALLS)) $(if $(RATE),--rate $(RATE)) \
		$(if $(STREAMS),--streams $(STREAMS))

run: .venv/complete
	exec $(BIN)/python manage.py run

bench-ingest: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.ingest

bench-events: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.events

bench-latency: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.latency

# STOPPED= is how many minutes browsers that read no more are watched for, and nothing else.
bench-live: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.live $(if $(STOPPED),--stopped $(STOPPED))

bench-demo: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.demo

bench-pages: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.pages

bench-wall: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.wall

lighthouse: .venv/complete
	exec $(BIN)/python -m tests.benchmarks.lighthouse

faults: .venv/complete
	exec $(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED))

test: check types browser
	exec $(BIN)/python -m pytest

check: .venv/complete
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/djlint --quiet --check templates
	$(BIN)/djlint --quiet --lint templates
	$(NO_SERVERS) $(BIN)/lint-imports
	RINGBACK_VAR=var/test $(BIN)/python manage.py makemigrations --check

types: .venv/complete
	$(NO_SERVERS) $(BIN)/mypy .

browser:
	if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq </dev/null && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium </dev/null; \
	else \
		echo "The browser tests need Chromium as 'chromium' on PATH. On Debian: sudo apt-get install chromium" >&2; \
		exit 1; \
	fi

.venv/complete: requirements.lock
	for python in python3.12 python3.11 python3; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null; \
		then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Ringback needs Python 3.11 or 3.12 with venv. On Debian: sudo apt-get install python3 python3-venv" >&2; \
		exit 1; \
	fi; \
	echo "Setting up .venv ..."; \
	[ -x $(BIN)/python ] || $$found -m venv .venv; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

lock:
	command -v uv >/dev/null || { echo "Locking needs uv: see its site for how to install it." >&2; exit 1; }
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock
	if grep -nE '[a-z]+://' requirements.lock >&2; then echo "requirements.lock must hold no address" >&2; exit 1; fi
