"""One file per architecture: build() -> keras.Model."""
