"""The commands of `fairest`, a module each, with `main(words)` that returns the exit status."""
