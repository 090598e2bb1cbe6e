"""Text to numbers: language, sentiment, urgency, category, topics, and the words that moved them."""
