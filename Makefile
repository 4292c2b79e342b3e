# Every command sets up what it needs in .venv; only python3 and make must be there.
.DEFAULT_GOAL := help
.PHONY: help run test check format score bench shots lock fuzz life faults year

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

help: ## say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

run: .venv/run.stamp ## serve the sample at http://127.0.0.1:8000 (PORT=8001 chooses another port)
	@PORT=$(PORT) $(BIN)/tracker serve --migrate --sample

test: .venv/dev.stamp ## run the whole suite: browser, mail server, SQLite and PostgreSQL
	$(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal $(ARGS)

check: .venv/dev.stamp ## format, lint, types and the arrows between rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_architecture.py

format: .venv/dev.stamp ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

score: .venv/dev.stamp ## read the real plans beside the project, in every rendering, and compare with the right answers (ARGS=--ocr: scans)
	@$(BIN)/python -m tests.score
	@echo
	@$(BIN)/python -m tests.renderings $(ARGS)

bench: .venv/dev.stamp ## time reading, matching, publishing, counting and mail: ratios within one run
	@$(BIN)/python -m tests.benchmarks

fuzz: .venv/dev.stamp ## read a thousand mutations of the real files, and what hypothesis thinks of; minutes
	$(BIN)/pytest tests/fuzz/fuzz_files.py $(ARGS)

life: .venv/dev.stamp ## a thousand random sequences of deeds and letters on both databases: nothing is lost, every figure is right (SEQUENCES=100)
	$(BIN)/pytest -n 2 -rP tests/life/long_sequences.py $(ARGS)

faults: .venv/dev.stamp ## kill the sender, run three at once, set clocks wrong: is a mail lost, or sent twice? minutes (ARGS=--sqlite)
	@$(BIN)/python -m tests.faults $(ARGS)

year: .venv/dev.stamp ## send a year of the sample day by day: is each mail what was foreseen on the first morning? minutes (ARGS="--days 40")
	@$(BIN)/python -m tests.faults.year $(ARGS)

shots: .venv/dev.stamp ## take pictures of every page of the sample, wide and phone-wide, into build/shots
	$(BIN)/python -m tests.shots build/shots

lock: .venv/dev.stamp ## resolve the dependencies anew and write both lock files
	$(BIN)/uv lock -q --upgrade
	$(BIN)/uv export -q --no-header --no-emit-project --no-dev --extra postgres -o requirements.lock
	$(BIN)/uv export -q --no-header --no-emit-project --all-extras --all-groups -o requirements-dev.lock
	rm uv.lock

.venv/made.stamp:
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: requirements.lock pyproject.toml | .venv/made.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
