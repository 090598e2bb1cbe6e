"""Draft replies: composed from phrase files, checked by a guard. What is sent is for people to decide."""
