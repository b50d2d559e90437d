"""The subcommands of `fairest`, one module each; `main(words)` returns the exit status."""
