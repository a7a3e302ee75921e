.DEFAULT_GOAL := help
.PHONY: help setup demo dev test e2e story crash fuzz fuzz-api openapi pages mutants mutation-score secrets lint format bench-cold bench-warm bench-waiting bench-upload bench-vault bench-rotation bench-export bench-breach bench-newcomer screenshots lighthouse breach-drill vercel requirements clean

PYTHON := .venv/bin/python
CHECKED := shared functions ops sandbox tests bench
PRESENT := $(wildcard $(CHECKED))

help:
	@echo "make demo           set up, then the whole story against the local stack"
	@echo "make dev            set up, then serve the local stack until Ctrl-C"
	@echo "make test           set up, then every test of the backend and of the web client's logic"
	@echo "make e2e            every screen, in a real browser, against the local stack"
	@echo "make story          of it, a creator's whole story by clicks, the doors, and that nothing secret gets there"
	@echo "make crash          a worker dies at every pair of points of a publication"
	@echo "make fuzz           new orders of everything that can happen to a post, until one breaks a promise"
	@echo "make fuzz-api       requests that schemathesis makes up, to every endpoint, until one breaks a promise"
	@echo "make openapi        public/openapi.json anew, and what else other programs read, from what the code says"
	@echo "make pages          the public privacy pages anew, from the data register and the code"
	@echo "make mutants        each mistake of a list is made in a copy of the tree, and tests must notice it"
	@echo "make mutation-score small changes of what guards secrets and states: how many of them tests notice"
	@echo "make lint           style, types and SQL"
	@echo "make secrets        look for secrets in every version of every file"
	@echo "make bench-cold     what importing each function costs"
	@echo "make bench-warm     our own time in a warm publish step"
	@echo "make bench-waiting  what waiting for Instagram costs, ours and others'"
	@echo "make bench-upload   what sending 1 GB to TikTok costs in memory"
	@echo "make bench-vault    what sealing and opening a token costs beside the bare cipher"
	@echo "make bench-rotation what sealing 100,000 tokens under a new key takes"
	@echo "make bench-export   what one archive of 5,000 publications takes"
	@echo "make bench-breach   what telling 100,000 people of a breach takes, with kills in between"
	@echo "make bench-newcomer how long a newcomer needs for a first simulated post"
	@echo "make breach-drill   a breach from its opening to its end, on made-up people, with its timeline"
	@echo "make screenshots    the pictures of the main screens in the README, anew"
	@echo "make lighthouse     what Lighthouse says of the main screens, and what their first load weighs"
	@echo "make vercel         build for Vercel and check what would be deployed"
	@echo "make clean          remove everything that the other commands made"

setup:
	@for p in python3.12 python3.13 python3.14 python3 python; do \
	  if "$$p" -c '' >/dev/null 2>&1; then exec "$$p" -I sandbox/stack/setup.py; fi; \
	done; echo "itoms: Python 3.12 or newer is missing: install it from python.org, your system's packages or pyenv." >&2; exit 1

demo: setup
	@$(PYTHON) -m sandbox.demo

dev: setup
	@$(PYTHON) -m sandbox.stack.dev

test: setup
	@npm run --silent --prefix web test
	@$(PYTHON) -m pytest

e2e: setup
	@$(PYTHON) -m pytest -m web tests/web

story: setup
	@$(PYTHON) -m pytest -m web tests/web/test_whole_story.py tests/web/test_front_door.py tests/web/test_eyes.py

crash: setup
	@$(PYTHON) -m pytest -m crash_pairs tests/crash

fuzz: setup
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-500} $(PYTHON) -m pytest --show-capture=no tests/properties

fuzz-api: setup
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200} $(PYTHON) -m pytest --show-capture=stdout tests/openapi/test_every_operation.py

openapi: setup
	@$(PYTHON) -m sandbox.openapi

pages: setup
	@$(PYTHON) -m sandbox.privacy_pages

mutants: setup
	@$(PYTHON) -m pytest -m mutants tests/mutants

mutation-score: setup
	@$(PYTHON) -m tests.mutants.score

lint: setup
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy $(PRESENT)
	$(PYTHON) -m sqlfluff lint --disable-progress-bar supabase
	npm run --silent --prefix web check

secrets: setup tools/secrets/node_modules
	@$(PYTHON) -m pytest -m secrets tests/ops
	@$(PYTHON) -m ops.secret_scan

tools/secrets/node_modules: tools/secrets/package-lock.json
	@npm ci --prefix tools/secrets --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

format: setup
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	npm run --silent --prefix web format

bench-warm: setup
	@$(PYTHON) -m bench.warm_step

bench-cold: setup
	@$(PYTHON) bench/cold_import.py

bench-waiting: setup
	@$(PYTHON) -m bench.waiting

bench-upload: setup
	@$(PYTHON) -m bench.upload_memory

bench-vault: setup
	@$(PYTHON) -m bench.vault

bench-rotation: setup
	@$(PYTHON) -m bench.rotation

bench-export: setup
	@$(PYTHON) -m bench.export

bench-breach: setup
	@$(PYTHON) -m bench.breach

bench-newcomer: setup
	@$(PYTHON) -m bench.newcomer

screenshots: setup
	@$(PYTHON) -m sandbox.screenshots

lighthouse: setup tools/lighthouse/node_modules
	@$(PYTHON) -m bench.lighthouse

tools/lighthouse/node_modules: tools/lighthouse/package-lock.json
	@npm ci --prefix tools/lighthouse --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

breach-drill: setup
	@$(PYTHON) -m ops.breach drill

vercel: setup tools/vercel/node_modules tools/secrets/node_modules
	@$(PYTHON) -m pytest -m deploy tests/deploy

tools/vercel/node_modules: tools/vercel/package-lock.json
	@npm ci --prefix tools/vercel --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

requirements: setup
	.venv/bin/uv pip compile --quiet --universal --python-version 3.12 --custom-compile-command "make requirements" requirements.in -o requirements.txt
	.venv/bin/uv pip compile --quiet --universal --python-version 3.12 --custom-compile-command "make requirements" requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .local .venv .vercel node_modules web/node_modules public/assets public/index.html tools/vercel/node_modules tools/secrets/node_modules tools/lighthouse/node_modules supabase/.temp .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
