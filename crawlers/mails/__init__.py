"""E-mails that tell of mentions: how a mailbox is read, what a letter says, which sender means what."""
