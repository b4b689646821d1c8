"""The commands, one file a group. They are thin: read the options, call the house, say what came of it.

What a command needs is imported when it runs, so that `bulletin --help` and `bulletin inspect` start at once.
"""
