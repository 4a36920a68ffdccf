"""Events: what happens in a visit, written to a Redis stream off the request's time.

Read `kinds` first, which declares them; `recorder` takes them, and `request` tells what a request
says of its visitor.
"""
