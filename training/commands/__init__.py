"""One file per verb of `python -m training`: HELP, add_arguments(parser) and run(arguments).

A verb imports Keras, TensorFlow or matplotlib inside `run`, so that `--help` answers at once.
"""
