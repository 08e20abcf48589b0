"""One page a file: a function that gathers what its template of the same name shows."""
