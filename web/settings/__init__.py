"""Settings that the manager edits herself: which fields there are, how a form shows and reads them, and the pages."""
