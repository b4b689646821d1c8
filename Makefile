# Every target sets up what it needs on a fresh Debian 12 or newer, as root; otherwise it says what to install.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CORPORA := ../shared/corpora

.PHONY: help demo test check accuracy bench crash fuzz lock dovecot browser clean

help:
	@echo "make demo      a whole week on this machine, in under a minute"
	@echo "make test      every test, with real mail servers and databases"
	@echo "make check     formatting, lint, types, the import contract, spelling"
	@echo "make accuracy  the scorer on labelled mail, with floors that only rise"
	@echo "make bench     speeds, each beside a peer in the same run"
	@echo "make crash     kill the program at every step and count what is lost or doubled"
	@echo "make fuzz      feed the reader what nobody would write"
	@echo "make lock      resolve the dependencies again and write the locked requirements"

$(VENV)/ready: requirements-dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || sh deploy/debian.sh python3 python3-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Bulletin needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh deploy/debian.sh python3-venv
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements-dev.txt || { echo "Could not install requirements-dev.txt: pip said why above." >&2; exit 1; }
	@PYTHONWARNINGS=ignore $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

dovecot:
	@sh deploy/debian.sh dovecot-imapd dovecot-lmtpd

# Playwright's own node needs libatomic1, which nothing else brings.
browser:
	@sh deploy/debian.sh libatomic1 $$(for name in chromium chromium-browser google-chrome chrome; do command -v $$name >/dev/null && exit; done; echo chromium)

demo: $(VENV)/ready
	$(BIN)/bulletin demo

test: $(VENV)/ready dovecot browser
	$(BIN)/python -m pytest -q -n auto --dist worksteal

check: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell --skip "app/demo,docs/markings.md" --ignore-words-list ue,nd README.md CHANGELOG.md docs/*.md domain store app config.example.toml

accuracy: $(VENV)/ready
	@if [ -d $(CORPORA) ]; then \
	  $(BIN)/python $(CORPORA)/score.py --command "$(BIN)/bulletin inspect --json --reveal" --failures 20 \
	    $$(sed -e 's/#.*//' -e '/^ *$$/d' -e 's/^/--min /' tests/accuracy.floors) \
	    replies=$(CORPORA)/replies.jsonl shapes=$(CORPORA)/shapes.jsonl \
	    markings=$(CORPORA)/markings.jsonl bounces=$(CORPORA)/bounces.jsonl; \
	else echo "make accuracy: no labelled mail at $(CORPORA); set CORPORA=/path/to/it"; fi

# PEERS names a Python that has talon, mail-parser-reply and email-reply-parser, to run beside ours.
bench: $(VENV)/ready dovecot
	@for file in tests/bench/*.py; do case $$file in */__init__.py) ;; *) \
	  echo "== $$file"; \
	  case $$file in */replies.py) more="$${PEERS:+--peers $$PEERS}";; *) more="";; esac; \
	  $(BIN)/python -m $$(echo $${file%.py} | tr / .) $$more || exit 1;; esac; done

crash: $(VENV)/ready dovecot
	$(BIN)/python -m tests.crash.kill --seconds $${SECONDS_TO_RUN:-60}

fuzz: $(VENV)/ready
	$(BIN)/python -m tests.fuzz.reader --seconds $${SECONDS_TO_RUN:-60}

lock: $(VENV)/ready
	$(LOCK) --extra demo --extra dev --output-file requirements-dev.txt
	$(LOCK) --extra build --constraint requirements-dev.txt --no-annotate --output-file requirements.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
