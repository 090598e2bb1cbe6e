"""Slack: speaking (`client`, `blocks`, `escape`) and listening (`listen`)."""
