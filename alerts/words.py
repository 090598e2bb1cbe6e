"""The words people read, in English or Italian: gettext catalogues read from `locale/*/LC_MESSAGES/ascolto.po`.

English text is the key; `Words(lang)` gives `_` (translate, then format), `n` (plural) and dates the way people
write them. Code holds no sentence of another language.
"""
