# The two commands of the README: `make demo` and `make test`. Everything happens in .venv and runs/.
# PYTHON chooses the interpreter (3.11 or newer).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test system-packages lock clean

## environment with the locked packages and onecard itself
setup: $(VENV)/.onecard-run

$(VENV)/.onecard-run: requirements/run.txt pyproject.toml setup.py scripts/make-environment.sh
	sh scripts/make-environment.sh "$(PYTHON)" "$(VENV)" requirements/run.txt
	@touch $@

# pyscard has no wheel for Linux: it is built, which needs the system packages; the rest does without it
$(VENV)/.onecard-dev: requirements/dev.txt requirements/pcsc.txt $(VENV)/.onecard-run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	-$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --require-hashes -r requirements/pcsc.txt
	@touch $@

## the main job: a city's day in a new folder of runs/, and the path of its report
demo: setup
	@$(BIN)/onecard run daily-card-usage

## system packages where we may install them, then lint, types, tests, docs
test: $(VENV)/.onecard-dev
	$(BIN)/tox

system-packages:
	PYTHON="$(PYTHON)" sh scripts/system-packages.sh

$(VENV)/.onecard-dev: | system-packages

## resolve the lock files again (needs uv)
lock:
	sh scripts/lock.sh

## everything that can be made again; runs/ is yours
clean:
	rm -rf $(VENV) .tox build dist docs/_build *.egg-info
