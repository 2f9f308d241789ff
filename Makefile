# make chat: set up, index corpus/, open the chat on http://127.0.0.1:7860
# make test: set up with the test tools, check style, types and floors, run every test
VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin

.PHONY: chat test fit clean

chat: $(VENV)/.ready
	@$(BIN)/python app.py

test: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# make fit DATA=folder: makes the bundled models again (training/README.md says what the folder holds)
fit: $(VENV)/.ready-test
	@test -n "$(DATA)" || { echo "Name the folder with the training data: make fit DATA=folder"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[training]"
	$(BIN)/python -m training.train_embedder --data $(DATA)
	$(BIN)/python -m training.fit_fusion --data $(DATA)
	$(BIN)/python -m training.fit_reader --data $(DATA)

$(BIN)/python:
	@echo "Creating the environment in $(VENV) (once)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

# torch comes first and pinned: any looser request downloads gigabytes of CUDA
$(VENV)/.ready: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Sourcier (once, about a minute)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	@echo "Installing the test tools (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
