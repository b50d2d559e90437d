"""Pictures by the thousand: listed in folders, tables and object stores, rated by all cores or by a Ray cluster."""
