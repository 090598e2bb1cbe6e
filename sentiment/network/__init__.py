"""From texts to logits: pieces, n-grams, batches, the network itself, its packed weights, and quick inference."""
