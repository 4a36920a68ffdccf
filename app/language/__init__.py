"""The language of pages: which one a request gets, and its texts. Start with `texts`.

Code and templates write their sentences in Spanish, and a demo's catalogues translate them. What
programs read (the API, tables in it, the OpenAPI document) stays in Spanish.
"""
