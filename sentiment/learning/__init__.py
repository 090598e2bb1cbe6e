"""What `train` is made of: what is learnt from, the two stages, the linear path, and what held-out texts settle."""
