"""Units: what a name in a plan means among the units and groups of a committee. No database, no clock."""
