"""One file per verb of `python -m training`: HELP, add_arguments(parser) and run(arguments).

What a verb needs of Keras, TensorFlow or matplotlib it imports inside `run`, so that `--help` answers at once.
"""
