"""What an operator may set: the sections of the configuration, and how they are read, explained and written out."""
