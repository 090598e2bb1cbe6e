"""Models that others trained: brought from the hub, used as judges of sentiment, or trained on as the encoder."""
