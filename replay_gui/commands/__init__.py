"""The commands, one a file: ``add_arguments(parser)`` says what it takes, ``run(args)`` gives the exit code."""
