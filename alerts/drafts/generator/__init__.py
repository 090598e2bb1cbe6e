"""A chat model that words composed drafts anew, where one is configured. Its text stands only where the guard, and what
the composed draft says, find no fault with it."""
