"""What counts of the file and of the settings that people chose in the inbox, and how those are changed."""
