# The two commands of the README: `make demo` and `make test`. Everything happens in .venv and runs/.
# PYTHON chooses the interpreter (3.11 or newer).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := runs/daily-card-usage

.PHONY: setup demo test lock clean

## environment with the locked packages and onecard itself
setup: $(VENV)/.onecard-run

$(VENV)/.onecard-run: requirements/run.txt pyproject.toml setup.py scripts/make-environment.sh
	sh scripts/make-environment.sh "$(PYTHON)" "$(VENV)" requirements/run.txt
	@touch $@

$(VENV)/.onecard-dev: requirements/dev.txt $(VENV)/.onecard-run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

## the main job: a city's day, and the path of its report
demo: setup
	@rm -rf $(RUN)
	@$(BIN)/onecard run daily-card-usage --out $(RUN)

## system packages where we may install them, then lint, types, tests, docs
test: $(VENV)/.onecard-dev
	sh scripts/system-packages.sh
	$(BIN)/tox

## resolve the lock files again (needs uv)
lock:
	sh scripts/lock.sh

clean:
	rm -rf $(VENV) .tox build dist docs/_build runs *.egg-info
