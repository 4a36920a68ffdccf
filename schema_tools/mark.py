"""The mark of a schema that this package made: the last line of the schema's comment."""

MARK = "schema_tools: clone of "
"""How the mark begins; only a schema that carries it is dropped."""

HALF_DROPPED = " (half dropped)"
"""How the mark ends while a large schema is dropped in stages."""


def with_mark(comment: str | None, mark: str) -> str:
    """Return a comment with a mark behind it."""
    return f"{comment}\n{mark}" if comment else mark


def is_marked(comment: str | None) -> bool:
    """Tell whether a schema with this comment is ours."""
    return comment is not None and comment.rpartition("\n")[2].startswith(MARK)


def without_mark(comment: str | None) -> str | None:
    """Return the comment but for our mark; None when nothing is left."""
    if comment is None or not is_marked(comment):
        return comment
    return comment.rpartition("\n")[0] or None
