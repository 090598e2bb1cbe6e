"""Every sample and specification of the shared folder is held against by a test, or it is said why not.

A file that is new there fails here, until somebody writes its test and names it.
"""

from fnmatch import fnmatch
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
# Of each file, or kind of file: the test that reads it, and the words in that test which name it.
SAMPLES = {
    "bluesky_*.json": ("crawlers/contracts/test_bluesky.py", "bluesky_getPostThread_devenv.json"),
    "constructed/appstore_rss_*.json": ("crawlers/spiders/test_appstore.py", "appstore_rss_"),
    "constructed/google_business_reviews_list.json": (
        "crawlers/contracts/test_google.py",
        "google_business_reviews_list",
    ),
    "constructed/googleplay_reviews_list.json": (
        "crawlers/contracts/test_google.py",
        "googleplay_reviews_list",
    ),
    "constructed/hn_algolia_search_by_date.json": (
        "crawlers/contracts/test_hackernews.py",
        "hn_algolia_search_by_date",
    ),
    "constructed/stackexchange_*.json": ("crawlers/contracts/test_stackexchange.py", "stackexchange_search"),
    "constructed/tripadvisor_location_reviews.json": (
        "crawlers/contracts/test_tripadvisor.py",
        "tripadvisor_location_reviews",
    ),
    "constructed/trustpilot_next_data.json": (
        "crawlers/contracts/test_trustpilot.py",
        "trustpilot_next_data",
    ),
    "constructed/yelp_business_reviews.json": ("crawlers/contracts/test_yelp.py", "yelp_business_reviews"),
    "facebook/*.json": ("crawlers/contracts/test_facebook.py", "facebook/comments_p1.json"),
    "instagram/*.json": ("crawlers/contracts/test_instagram.py", "instagram/comments_p1.json"),
    "mastodon/*": ("crawlers/contracts/test_mastodon.py", "mastodonpy_test_search_cassette.yaml"),
    "reddit/*.json": ("crawlers/contracts/test_reddit.py", "praw_test_search_TestSubreddit.json"),
    "schemaorg/extruct/*.html": ("crawlers/spiders/test_page.py", "schemaorg/extruct"),
    "schemaorg/microdata_*.html": ("crawlers/spiders/test_page.py", "microdata_williamssonoma_2.html"),
    "schemaorg/recipe-scrapers-jsonld/*.jsonld": ("crawlers/spiders/test_page.py", "recipe-scrapers-jsonld"),
    "schemaorg/schemaorg_review_examples.txt": (
        "crawlers/spiders/test_page.py",
        "schemaorg_review_examples.txt",
    ),
    "wordpress_*.xml": ("crawlers/spiders/test_feed.py", "wordpress_comments-rss2.xml"),
    "wordpress_comments_*.json": ("crawlers/contracts/test_wordpress.py", "wordpress_comments_6.1.json"),
    "x/search_recent_decoded.json": ("crawlers/contracts/test_x.py", "search_recent_decoded.json"),
    "youtube/comment_threads_by_video_paged_*.json": (
        "crawlers/contracts/test_google.py",
        "youtube/comment_threads_by_video_paged_",
    ),
    "youtube/*.json": ("crawlers/contracts/test_google.py", "youtube/comments_by_parent_paged_1.json"),
}
SPECS = {
    "appstoreconnect/*.json": (
        "crawlers/contracts/test_appstore_connect.py",
        "customer_reviews_subset_openapi",
    ),
    "bluesky/app.bsky.feed.*.json": ("crawlers/contracts/test_bluesky.py", "app.bsky.feed.searchPosts.json"),
    "discourse/openapi.json": ("crawlers/contracts/test_discourse.py", "discourse/openapi.json"),
    "facebook/*.json": ("crawlers/contracts/graph.py", 'facebook/{kind}.json"'),
    "google/androidpublisher.v3.json": ("crawlers/contracts/test_google.py", "androidpublisher.v3.json"),
    "google/mybusiness_v4_reviews.schema.json": (
        "crawlers/contracts/test_google.py",
        "mybusiness_v4_reviews",
    ),
    "google/youtube.v3.json": ("crawlers/contracts/test_google.py", "youtube.v3.json"),
    "mastodon/mastodon_openapi.json": ("crawlers/contracts/test_mastodon.py", "mastodon_openapi.json"),
    "slack/blockkit_message.schema.json": (
        "alerts/channels/slack/test_blocks.py",
        "blockkit_message.schema.json",
    ),
    "slack/blockkit_modal.schema.json": ("alerts/channels/slack/test_views.py", "blockkit_modal.schema.json"),
    "stackexchange/*.yml": (
        "crawlers/contracts/test_stackexchange.py",
        "stack-exchange-comments-openapi.yml",
    ),
    "trustpilot/*.yaml": ("crawlers/contracts/test_trustpilot.py", "trustpilot_service_reviews_openapi.yaml"),
    "woocommerce/_product-reviews.md": ("crawlers/contracts/test_woocommerce.py", "_product-reviews.md"),
    "wordpress_comments_route_schema.json": (
        "crawlers/contracts/test_wordpress.py",
        "wordpress_comments_route_schema.json",
    ),
    "x/x_api_v2_openapi.json": ("crawlers/contracts/test_x.py", "x_api_v2_openapi.json"),
    "yelp/*.yml": ("crawlers/contracts/test_yelp.py", "yelp-reviews-openapi.yml"),
}
# What no reader asks for or shows.
NOT_READ = {
    "bluesky/app.bsky.actor.defs.json": "named by others of the posts",
    "bluesky/app.bsky.feed.getPostThread.json": "threads are found by the search; its answer is a sample",
    "bluesky/app.bsky.feed.like.json": "written by people who like",
    "bluesky/app.bsky.notification.listNotifications.json": "of an account's own, which is not signed in",
    "bluesky/com.atproto.repo.createRecord.json": "publishing",
    "google/mybusinessaccountmanagement.v1.json": "accounts and their numbers are configured",
    "google/mybusinessbusinessinformation.v1.json": "locations are configured",
    "google/mybusinessnotifications.v1.json": "reviews are polled",
    "google/mybusinessqanda.v1.json": "closed by Google",
    "google/places.v1.json": "shows five reviews of a place; its own interface shows all",
    "slack/slack_events_api_async_v1.json": "what Slack sends is held against by the walk",
    "slack/slack_web_openapi_v2.json": "of 2021, without half of what is called",
    "slack/slack_web_openapi_v2_without_examples.json": "the same without examples",
}


def names(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix
    )


def test_each_sample_is_read_by_a_test(shared: Path) -> None:
    left = [
        name for name in names(shared / "samples") if not any(fnmatch(name, pattern) for pattern in SAMPLES)
    ]
    assert left == []


def test_each_specification_is_held_against_or_said_not_to_be(shared: Path) -> None:
    found = names(shared / "specs")
    left = [
        name
        for name in found
        if name not in NOT_READ and not any(fnmatch(name, pattern) for pattern in SPECS)
    ]
    assert left == []
    assert set(NOT_READ) <= set(found), "what is said of a file that is not there"


@pytest.mark.parametrize(("test", "named"), sorted({*SAMPLES.values(), *SPECS.values()}))
def test_the_test_that_is_named_reads_it(test: str, named: str) -> None:
    assert named in (TESTS / test).read_text(encoding="utf-8")
