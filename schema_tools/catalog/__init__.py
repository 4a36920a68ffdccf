"""What a schema holds, read from the server. Start with `catalog`.

`queries/` has the SQL, one file a kind; `rows` has the type of each query's rows.
"""
