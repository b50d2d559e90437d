"""One file a model: build() gives its network, and SPEC says everything else that training knows of it."""
