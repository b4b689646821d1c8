"""A Reply in, a Verdict out. Pure: what is asked of a Reply, in which order, and who gets the copy."""
