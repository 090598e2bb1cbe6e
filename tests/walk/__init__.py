"""A recorded walk through a fake Slack: forty cases of one bad morning, from alert to resolved, and the week after; then,
in its second part, a storm, with quiet hours, bundles and briefs."""
