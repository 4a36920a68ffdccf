"""Tables with all that the catalog has of each, as they hang together."""

from dataclasses import dataclass, field

from ...catalog.catalog import Catalog
from ...catalog.rows import Column, Constraint, Relation, Sequence
from ...text import in_target
from ..draft import Key


@dataclass
class Table:
    """All rows of the catalog that one table is made of."""

    row: Relation
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    identities: dict[int, Sequence] = field(default_factory=dict)
    parents: list["Table"] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """The table's key in the draft."""
        return ("pg_class", self.row.oid)

    @property
    def name(self) -> str:
        """The clone's quoted name of the table."""
        return in_target(self.row.name)

    @property
    def inherits(self) -> bool:
        """Tell whether the table takes columns from parents (a partition has its own)."""
        return bool(self.parents) and not self.row.is_partition


def gather_tables(catalog: Catalog) -> dict[int, Table]:
    """The schema's tables by oid, with everything of the schema that belongs to each."""
    tables = {row.oid: Table(row) for row in catalog.relations if row.kind in ("r", "p")}
    for column in catalog.columns:
        if column.relation in tables:
            tables[column.relation].columns.append(column)
    for constraint in catalog.constraints:
        if constraint.relation in tables:
            tables[constraint.relation].constraints.append(constraint)
    for sequence in catalog.sequences:
        if sequence.ownership == "i" and sequence.owner_table in tables:
            tables[sequence.owner_table].identities[sequence.owner_number or 0] = sequence
    for table in tables.values():
        for oid in table.row.parents or []:
            if oid in tables:
                table.parents.append(tables[oid])
    return tables
