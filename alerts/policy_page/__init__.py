"""The public social-media policy page of a brand, from the policy that drafts and clocks go by. What the brand did not
set itself is not on it: an assumption of ours is no promise of theirs."""
