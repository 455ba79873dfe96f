# The front door. Every target sets up what it needs, and works again when run twice.
.DEFAULT_GOAL := help
# The directory on PATH for `make install`.
BINDIR ?= $(HOME)/.local/bin
.PHONY: console screenshots help install uninstall up down v2-up v2-smoke v2-down v2-backup v2-restore test test-slow check bench sdk sdk-package format packages

# Node 24 comes with `npm ci` (package.json); nothing here uses an older one.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
INSTALLED := node_modules/.installed
CONSOLE := console/dist/index.html

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

up: $(INSTALLED) $(CONSOLE) ## Install, start Keyward in the background and show a real answer
	@./keyward up

down: ## Stop it
	@./keyward down

install: $(INSTALLED) ## Put the command keyward on PATH: a link in ~/.local/bin, or in BINDIR=folder
	@sh .ci/link.sh install '$(BINDIR)'

uninstall: ## Remove that link
	@sh .ci/link.sh uninstall '$(BINDIR)'

v2-up: $(INSTALLED) $(CONSOLE) ## Start OpenBao, a service with the Developer API and the wrapper, with their keys (docs/v2.md)
	@sh .ci/packages.sh openbao
	@node v2/up.ts

v2-smoke: $(INSTALLED) ## Prove that v2 holds what it promises; its minted key is rotated
	@sh .ci/packages.sh smoke
	@node v2/smoke.ts

v2-down: $(INSTALLED) ## Stop v2; with PURGE=1 remove its data too
	@node v2/down.ts

v2-backup: $(INSTALLED) $(CONSOLE) ## Back v2 up into a new folder, TO=folder, while it runs
	@node v2/backup.ts

v2-restore: $(INSTALLED) ## Make v2 anew from a backup, FROM=folder
	@sh .ci/packages.sh openbao
	@node v2/restore.ts

test: $(INSTALLED) $(CONSOLE) packages ## Run all tests
	vitest run --reporter=default --reporter=json --outputFile.json=.local/test-results.json

test-slow: $(INSTALLED) $(CONSOLE) packages ## Run the suites that take long: soak, crash loops, random sequences
	KEYWARD_SLOW=1 vitest run slow acceptance/jobs/clients retrieval/recall api/keys/grants api/jobs/job-model bootstrap/import.test \
		developer/people/sessions developer/refused-callers http/refused-callers api/running/running-sweep api/running/running-list api/running/lost-rights api/sessions/session-sweep api/swarm/swarm openai/worker-models openai/shared-upstreams developer/widgets/widget-limits api/jobs/marketplace api/keys/gifts developer/audited-routes api/long-work/long-work api/agents/agents

check: $(INSTALLED) ## Types, lint, format, unused code
	tsc -p .
	tsc -p console
	oxlint --type-aware --deny-warnings
	prettier --check --log-level warn .
	knip

bench: $(INSTALLED) $(CONSOLE) ## Measure against a baseline in the same run
	@sh .ci/packages.sh bench
	@sh .ci/packages.sh openbao
	node bench/verify.ts
	node --expose-gc bench/keys.ts
	node bench/gateway.ts
	node bench/chat.ts
	node bench/vectors.ts
	node bench/ingest.ts
	node bench/wrapper.ts
	node bench/bootstrap.ts
	node bench/jobs.ts
	node bench/jobs/http.ts
	node bench/console.ts

console: $(CONSOLE) ## Build the console

# Built anew only when something of it changed.
$(CONSOLE): $(INSTALLED) $(shell find console/src console/public console/index.html console/vite.config.ts sdk/src -type f)
	vite build console --logLevel warn

screenshots: $(INSTALLED) $(CONSOLE) packages ## Draw every page of the console at three widths, into .local/screenshots/, and the pictures of the README
	KEYWARD_SCREENSHOTS=1 vitest run console/test

sdk: $(INSTALLED) ## Make the SDK's types anew from the routes
	node sdk/generate.ts

sdk-package: $(INSTALLED) ## Build the SDK and pack it into .local/, for other projects
	@mkdir -p .local
	node sdk/build.ts
	npm pack ./sdk/dist --pack-destination .local

format: $(INSTALLED) ## Put all code in form
	prettier --write --log-level warn .

packages: ## Install the system packages that tests need
	@sh .ci/packages.sh test

$(INSTALLED): package-lock.json package.json
	@sh .ci/packages.sh run
	npm ci --no-fund --no-audit --loglevel=error
	@sh .ci/prune.sh
	@# The first start would compile everything; afterwards it is kept (keyward).
	@NODE_COMPILE_CACHE=$(CURDIR)/node_modules/.cache/keyward node --disable-warning=ExperimentalWarning -e 'import("./server/src/app.ts")'
	@touch $(INSTALLED)
