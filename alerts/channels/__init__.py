"""Where notifications go: one file (or package) each, loaded only when used. They know no queue and no retry."""
