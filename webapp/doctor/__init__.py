"""What keeps the page from working on a machine: one small check for each thing, each with what to do about it."""
