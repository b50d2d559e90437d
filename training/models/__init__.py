"""One file per model: build() returns its network, and SPEC holds everything else that training needs to know."""
