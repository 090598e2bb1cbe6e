"""A recorded walk: forty cases of one bad morning, from alert to resolved, and the week after, through a fake Slack."""
