# The one definition of every command; the build server and pre-commit call these.
# Needs only Python 3.11 to 3.13 with venv; everything else is installed into .venv.

# The first interpreter that really runs (a version manager's shim may be there and not work).
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
export GRADIO_ANALYTICS_ENABLED = False

.PHONY: run models test test-models test-postgres check check-deps lock fix bench screens faults clean

run: .venv/app .venv/bases
	$(BIN)/python app.py

# Every base model that can be fetched, for a machine that is to work without a network afterwards.
models: .venv/app
	$(BIN)/python -m bigmodel bases fetch --all

test: .venv/dev .venv/browser .venv/office
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# Fetches the real weights of every base model and uses them; `make test` works with tiny ones.
test-models: .venv/dev
	$(BIN)/python -m pytest -m models $(ARGS)

# The contracts of the store on a real server (on Debian: apt install postgresql).
test-postgres: .venv/dev
	$(BIN)/python -m pytest -m postgres tests/contracts tests/unit/store $(ARGS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# Known holes in what the lock holds, asked of the Python package index: needs a network, and says so where it cannot be asked.
check-deps: .venv/audit
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

# The hashes of everything that requirements.txt brings, on every system; `LOCKED=1 make run` installs by them.
lock: .venv/lock
	.venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command 'make lock' requirements.txt -o requirements.lock

fix: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev .venv/browser
	$(BIN)/python -m bench $(ARGS)

faults: .venv/dev
	$(BIN)/python -m pytest -m faults -s

screens: .venv/dev .venv/browser
	$(BIN)/python -m tests.screens

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed (on Debian: apt install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "Python's venv module is missing (on Debian: apt install python3-venv)."; exit 1; }
	@touch $@

.venv/app: .venv/python requirements.txt install.py
	@$(BIN)/python install.py
	@touch $@

# Once, and never in the way: without a network it says so, and the Train tab offers them again.
.venv/bases: .venv/app
	@echo "Fetching two small base models, for pictures and for text in any language (about 110 MB)."
	@$(BIN)/python -m bigmodel bases fetch lite0 e5 || true
	@touch $@

.venv/dev: .venv/app requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Apart from the app, so that neither can hold the other's versions back.
.venv/audit: .venv/python
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 || { rm -rf $@; exit 1; }

.venv/lock: .venv/python
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 || { rm -rf $@; exit 1; }

.venv/browser: .venv/dev
	$(BIN)/python -m tests.browser
	@touch $@

.venv/office: .venv/dev
	$(BIN)/python -m tests.office
	@touch $@

clean:
	rm -rf .venv screens
