# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PY := .venv/bin/python
export PYTHONWARNINGS := ignore

.DEFAULT_GOAL := help
.PHONY: help setup run test check evaluate bench bench-short soak train lint clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## Python 3.10, .venv from the hashed lock, model if stale
	@scripts/setup

run: setup  ## serve the web chat on http://localhost:8000
	@$(PY) -m bot serve

test: setup  ## every test
	@$(PY) -m ruff check .
	@$(PY) -m bot check
	@$(PY) -m tests.fake_line.environment > /dev/null
	@$(PY) -m pytest $(ARGS)

check: setup  ## check the knowledge base, in staff's words
	@$(PY) -m bot check

evaluate: setup  ## understanding and answers on the held-out sets; writes var/evaluation/
	@$(PY) -m bot evaluate

bench: setup  ## this bot and stock Rasa side by side; writes var/bench/ (about an hour the first time)
	@$(PY) -m tests.bench $(ARGS)

bench-short: setup  ## the same in some five minutes; fails when a ratio has fallen by more than a quarter
	@$(PY) -m tests.bench --short $(ARGS)

soak: setup  ## half an hour of people who come and go: errors, memory; writes var/bench/soak.json
	@$(PY) -m tests.bench.soak $(ARGS)

train: setup  ## train again, stale or not
	@$(PY) -m bot train

lint: setup  ## format and lint
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

clean:  ## remove what setup and run made (not the database)
	rm -rf .venv .tools models/*.tar.gz var/evaluation .ruff_cache
