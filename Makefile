# make app    the page on http://localhost:8501
# make test   every test, with what they need
# make bench  medians of each stage, side by side with plain TensorFlow
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: install app test bench

install: $(STAMP)

$(STAMP): requirements.txt requirements-test.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt -r requirements-test.txt
	@touch $(STAMP)

app: $(STAMP)
	@echo "Fairest: http://localhost:$(PORT)"
	$(BIN)/python -m streamlit run webapp/app.py --server.port $(PORT)

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy core training webapp tests
	$(BIN)/lint-imports
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m pytest

bench: $(STAMP)
	$(BIN)/python -m tests.bench
