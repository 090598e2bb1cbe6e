"""The webhook: signed JSON for pagers, SMS gateways and whatever else takes it."""
