# The one entry to everything. A comment after ## is what `make help` prints.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# `make -C clone harden INVENTORY=hosts` means the hosts file of the folder it was typed in.
export CALLED_FROM := $(PWD)
export INVENTORY LIMIT

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do printf '  %-15s %s\n' "$$name" "$$what"; done
	@printf '\nINVENTORY=hosts LIMIT=web ARGS="--check --diff" go to ansible-playbook; without an inventory it is this machine.\n'
	@printf 'A login that sudo asks for a password: ARGS=-K\n'

.PHONY: harden audit
harden: ## harden the hosts of INVENTORY (this machine); try ARGS="--check --diff" first
	@tools/play.sh harden.yml $(ARGS)

audit: ## report what harden would change; writes nothing on the hosts
	@tools/play.sh audit.yml $(ARGS)

.PHONY: test test-all test-units test-gates test-molecule test-vm bench
test: ## units, gates, molecule and vm: what CI runs
	@tests/run.sh units gates molecule vm

test-all: ## test, then every kernel in a VM and the benchmark
	@tests/run.sh units gates molecule vm-all bench

test-units: ## pytest on the oldest and newest ansible-core, and on Python 3.6
	@tests/run.sh units

test-gates: ## linters, ansible-test sanity, documentation, tarball
	@tests/run.sh gates

test-molecule: ## the role in containers
	@tests/run.sh molecule

test-vm: ## the role on a real kernel, with a reboot
	@tests/run.sh vm

bench: ## what a run costs
	@tests/run.sh bench

.PHONY: clean
clean: ## remove what make and the tests made in this checkout (the cache outside stays)
	rm -rf .venv reports .ansible .pytest_cache .ruff_cache tests/output
