"""The small agent that makes the bundled samples.

The agent is no model but plain code: it works through the tickets of a shop whose queries became slow after some
migrations, with a real SQLite database, real files and real checks (world, tools), and decides on what those answer
(agent). Two runs in equal worlds are equal in content, byte for byte; the samples differ because their worlds do.
"""
