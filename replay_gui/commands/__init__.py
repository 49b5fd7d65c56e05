"""The commands, one per file: ``add_arguments(parser)`` adds the options, ``run(args)`` returns the exit code."""
