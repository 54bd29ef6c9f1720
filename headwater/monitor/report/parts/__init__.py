"""The parts of the report, one a file, each a function Facts -> markup (empty when there is nothing to say)."""
