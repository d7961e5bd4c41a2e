# The logic is in Go: infra/twin sets up and runs the double of both clouds.
.DEFAULT_GOAL := help
# The twin's binary runs in the services' container too, so it must not need this
# machine's C library.
export CGO_ENABLED = 0

# The targets share one twin and its engine, also under make -j.
.NOTPARALLEL:
.PHONY: help up down status dev migration bench test lint unit drills clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## Run `pulumi up` against the twin on this machine and print the site's URL
	go run ./infra/twin up

down: ## Destroy the local stack and everything the twin runs
	go run ./infra/twin down

status: ## Show what both hosts of the selected stack, or STACK=NAME, say of themselves
	@go run ./infra/status

dev: ## Run the app on http://localhost:8080 with a private local Postgres; it follows its files
	@go build -o .artifacts/dev ./app/dev && exec .artifacts/dev

migration: ## Create the next database migration: make migration name=add_due_dates
	@go run ./app/dev/migration "$(name)"

bench: ## Measure the app beside what Postgres and nginx do alone; the figures are also in .artifacts/
	@go run ./app/bench

test: ## Install what the tests need, then run all of them
	go run ./infra/twin setup --for-tests
	$(MAKE) lint unit drills

lint: ## Check formatting and vet every package
	@test -z "$$(gofmt -l app infra nginx)" || { gofmt -l app infra nginx; echo 'run gofmt -w on these files'; exit 1; }
	go vet -tags drills ./...

# CI=true: what a test needs is there after setup, so a test that would skip fails.
unit: ## Run the tests beside the code
	CI=true go run ./infra/twin tools go test ./...

drills: ## Boot a stack of its own on the twin and try it from end to end
	go run ./infra/twin tools go test -tags drills -count=1 -v -timeout 65m ./infra/drills

# Another twin of this checkout, such as that of tests that were interrupted, must end before its files go.
clean: down ## Remove the caches too: tools, images, the local Postgres
	@for dir in $$(find .twin -mindepth 1 -maxdepth 1 -type d ! -name bin ! -name cache ! -name docker 2>/dev/null); do \
		CROSSCLOUD_TWIN=$$(basename "$$dir") go run ./infra/twin down || exit; done
	rm -rf .twin .postgres .artifacts
