"""From a draft to a reply: drafts kept, worded anew and redrafted; what a signer is told, signs and sends."""
