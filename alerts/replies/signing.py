"""What is asked before a reply goes out. Pure: whatever publishes one, a person or an interface, asks here first."""


def needs_reader(lang: str, reads: str, *, gloss: bool, edited: bool) -> bool:
    """Whether a reply in `lang` may go out only once somebody who reads it has: it is in another language than people
    here read (`reads`; empty: anybody may), and no gloss says what it means. Nothing glosses what a person `edited`."""
    bare = lang.replace("_", "-").split("-")[0].lower()
    return bool(bare and reads) and bare != reads and (edited or not gloss)
