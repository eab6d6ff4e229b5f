.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

# The stamp carries the lock: a changed lock installs again, an unchanged one costs nothing.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --compile-bytecode -p $(VENV) --require-hashes -r requirements/runtime.txt; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt; fi
	@$(BIN)/python tools/link_command.py
	@$(BIN)/python -m compileall -q shared services
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --compile-bytecode -p $(VENV) --require-hashes -r requirements/dev.txt; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt; fi
	@touch $@

setup: $(VENV)/.runtime ## make .venv with the hash-locked dependencies and the gongkai command

demo: setup ## a sample quarter of a sample county: ranking and one explained score
	@$(BIN)/gongkai demo

run: setup ## serve the whole system in one process
	@$(BIN)/gongkai run

test: $(VENV)/.dev ## everything this machine can test, naming what it skipped and why
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest

SCHEDULES ?= 10000
FIRST ?= 0
simulate: $(VENV)/.dev ## seeded schedules of crashes, sleepers and rebalances (SCHEDULES=, FIRST= the first seed)
	@$(BIN)/python -m tests.simulation --schedules $(SCHEDULES) --first $(FIRST)

kafka: ## fetch a Kafka broker (Java archives, through Maven) into .backends/ for the tests
	@$(PYTHON) -m tools.make_kafka

mongo: ## a MongoDB stand-in for the tests (SecantusDB), in .backends
	@$(PYTHON) tools/make_mongo.py

bench: $(VENV)/.dev ## measure against baselines in the same run and write docs/performance.md
	@$(BIN)/python -m bench

schemas: $(VENV)/.dev ## generate event contracts, OpenAPI documents and the plan schema
	@$(BIN)/python -m services.generate

lock: ## resolve the locks anew (needs uv)
	uv pip compile pyproject.toml -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/runtime.txt
	uv pip compile pyproject.toml --group dev -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/dev.txt
	printf 'secantusdb==0.7.0b3\n' | uv pip compile - -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/backends.txt


stack-secrets: ## make ./secrets and ./.env for the container stack; what is there stays
	@$(PYTHON) tools/make_secrets.py

# PULL=never keeps away from registries: every image must be here.
PULL ?= missing
COMPOSE ?= docker compose

# What Compose itself leaves out when something does not start: who stands where, and the last words of what ended.
STACK_SAYS = { echo; $(COMPOSE) ps --all; echo; $(COMPOSE) logs --no-color --tail 10 kafka mongo; $(COMPOSE) logs --no-color --tail 20 mongo-init init; } >&2

stack-build: ## build the program's image
	@$(COMPOSE) build init >&2

stack-up: stack-secrets stack-build ## start the container stack and wait until all of it is healthy
	@$(COMPOSE) up --detach --wait --wait-timeout 300 --pull $(PULL) || { $(STACK_SAYS); exit 1; }

stack-stores: stack-secrets stack-build ## start Kafka and MongoDB alone: for a restore, or for the sample county
	@$(COMPOSE) up --detach --pull $(PULL) kafka mongo
	@$(COMPOSE) run --rm mongo-init >&2
	@$(COMPOSE) up --detach --wait --wait-timeout 300 --pull $(PULL) kafka mongo || { $(STACK_SAYS); exit 1; }

stack-down: ## stop the container stack; its volumes stay
	@$(COMPOSE) --profile '*' down

stack-demo: stack-secrets stack-build ## the sample county through a stack of its own, as gongkai demo --output json
	@$(PYTHON) -m tools.stack_demo --pull $(PULL)

stack-smoke: stack-secrets stack-build ## a stack of its own: a message goes in and is found counted
	@$(PYTHON) -m tools.stack_smoke --pull $(PULL)

stack-drill: stack-secrets stack-build ## a stack of its own: every container killed in turn, a backup restored beside it, nothing lost (as root)
	@$(PYTHON) -m tools.stack_drill --pull $(PULL)

.PHONY: help setup demo run test simulate kafka mongo bench schemas lock stack-secrets stack-build stack-up stack-stores stack-down stack-demo stack-smoke stack-drill
