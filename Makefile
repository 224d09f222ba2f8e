# What people type: make grade, make test, make lab, make release. The first one sets .venv up, once.

BIN := .venv/bin
LOCALE := autograder/locale/de/LC_MESSAGES/autograder
SHEET := uebungsblatt-03
# submitted/ holds the sample class, and nothing that a student handed in, where this file is
SAMPLE := submitted/BEISPIELKLASSE.txt

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup grade release test benchmark quality lint types format messages lab formgrader lock clean

help:
	@echo "make grade       release the sheet, grade what is in submitted/ (the sample class where it is empty)"
	@echo "make test        check style and types, run the tests"
	@echo "make lab         open the released sheet in JupyterLab, as a student sees it"
	@echo "make release     write assignments/ from source/, and the zip for students"
	@echo "make formgrader  open the course in JupyterLab, with nbgrader's formgrader"
	@echo "make benchmark   measure the speed of the checker, and of grading beside stock nbgrader"
	@echo "make quality     how well the grader tells right from wrong, written into docs/quality.md (ten minutes)"
	@echo "make format      format the code;   make lint, make types: check it"
	@echo "make messages    compile the German sentences;   make lock: renew requirements.lock"
	@echo "make clean       remove what was built, never hand-ins or points"

# --- set-up: the environment, from an exact lock --------------------------------------------------------------------

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml .ci/environment
	@PYTHON="$(PYTHON)" sh .ci/environment
	@touch $@

# --- the course -----------------------------------------------------------------------------------------------------

release: setup
	@$(BIN)/autograder release

grade: release
	@if [ -f $(SAMPLE) ] || ! ls -d submitted/*/$(SHEET) >/dev/null 2>&1; then \
	    mkdir -p submitted && $(BIN)/python -m tests.sample_class submitted && \
	    echo "Diese Abgaben schreibt make grade, solange diese Datei hier liegt." > $(SAMPLE) && \
	    echo "submitted/: die Beispielklasse wird bewertet."; \
	else \
	    echo "submitted/: vorhandene Abgaben werden bewertet, die Beispielklasse nicht."; \
	fi
	@$(BIN)/autograder grade $(SHEET)

# Jupyter refuses to serve as root unless told
ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)

lab: setup
	@mkdir -p build/lab
	@[ -d build/lab/$(SHEET) ] || cp -R assignments/$(SHEET) build/lab/
	@echo "Deine Kopie des Blatts: build/lab/$(SHEET) (eine neue: rm -r build/lab)"
	@cd build/lab/$(SHEET) && "../../../$(BIN)/jupyter" lab $(ROOT) 0_einstieg.ipynb

formgrader: setup
	@$(BIN)/jupyter lab $(ROOT)

# --- the code -------------------------------------------------------------------------------------------------------

test: setup lint types
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile

lint: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: setup
	@$(BIN)/mypy

benchmark: setup
	@$(BIN)/python -m benchmarks.checker
	@$(BIN)/python -m benchmarks.grading

quality: setup
	@$(BIN)/python -m benchmarks.quality --page docs/quality.md

format: setup
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

messages: setup
	@$(BIN)/pybabel --quiet compile -i $(LOCALE).po -o $(LOCALE).mo

lock: setup
	@[ -x build/uv/bin/uv ] || { $(BIN)/python -m venv build/uv && build/uv/bin/pip install --quiet uv; }
	@build/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --extra cluster --group dev pyproject.toml -o requirements.lock
	@echo "requirements.lock is renewed; make test installs and tries it."

clean:
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
