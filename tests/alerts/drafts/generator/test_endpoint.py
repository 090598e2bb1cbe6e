"""The endpoint: what it is sent, what of its answers counts, and what its failures are called."""

import json
from collections.abc import Iterator
from threading import Event

import pytest

from alerts.drafts.generator.base import OF_ONE, Message
from alerts.drafts.generator.endpoint import LONGEST, Endpoint
from store.errors import AscoltoError, Permanent, Transient
from tests.certificates import client_side, server_side
from tests.chat_server import ChatServer, Raw, chat_server, completion

ASKED = (Message("system", "Be kind."), Message("user", "È tardi."))
KEY = "sk-very-secret-81f3"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def endpoint(server: ChatServer, key: str | None = KEY, timeout: float = 20.0) -> Endpoint:
    return Endpoint(server.base_url, "chat-1", key, timeout)


def failure(writer: Endpoint) -> AscoltoError:
    with pytest.raises(AscoltoError) as caught:
        writer.write(ASKED, Event())
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"
    return caught.value


def test_a_chat_completion_is_asked_for_as_documented(server: ChatServer) -> None:
    server.says = lambda messages: messages[-1]["content"].upper()
    assert endpoint(server).write(ASKED, Event()) == "È TARDI."
    assert server.paths == ["/v1/chat/completions"]
    assert server.asked == [
        {
            "model": "chat-1",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "È tardi."}],
        }
    ]
    (headers,) = server.headers
    assert (headers["authorization"], headers["content-type"]) == (f"Bearer {KEY}", "application/json")


def test_without_a_key_none_is_sent(server: ChatServer) -> None:
    endpoint(server, key=None).write(ASKED, Event())
    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Raw(500, b"{}"), "http_500"),
        (Raw(503), "http_503"),
        (Raw(429, b"{}", {"Retry-After": "3600"}), "http_429"),
        (Raw(200, b"<html>"), "not_a_chat_completion"),
        (Raw(200, b"\xff\xfe"), "not_a_chat_completion"),
        (Raw(200, b"[" * 100_000), "not_a_chat_completion"),
        (Raw(200, b"[]"), "not_a_chat_completion"),
        (Raw(200, b'{"choices": []}'), "not_a_chat_completion"),
        (Raw(200, b'{"choices": [{"message": "hi"}]}'), "not_a_chat_completion"),
        (Raw(200, b"x" * (LONGEST + 1)), "answer_too_big"),
        (Raw(200, json.dumps(completion("")).encode()), "no_text"),
        (Raw(200, json.dumps(completion(None, refusal="I cannot.")).encode()), "no_text"),
        (Raw(200, json.dumps(completion("Gentile", "length")).encode()), "unfinished"),
        (Raw(200, json.dumps(completion(None, "tool_calls")).encode()), "unfinished"),
        (Raw(200, json.dumps(completion("", "content_filter")).encode()), "unfinished"),
        (Raw(200, json.dumps(completion("Gentile cliente.", None)).encode()), "unfinished"),
    ],
)
def test_what_is_no_answer_now(server: ChatServer, answer: Raw, code: str) -> None:
    server.says = lambda messages: answer
    error = failure(endpoint(server))
    assert isinstance(error, Transient)
    assert str(error) == code


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (400, "generator.model"),
        (401, "ASCOLTO_GENERATOR_KEY"),
        (404, "generator.base_url"),
        (302, "redirect"),
    ],
)
def test_what_a_person_must_mend(server: ChatServer, status: int, mend: str) -> None:
    server.says = lambda messages: Raw(status, b"{}", {"Location": "/elsewhere"})
    error = failure(endpoint(server))
    assert isinstance(error, Permanent)
    assert mend in error.mend


@pytest.mark.parametrize(
    ("answer", "of_one"),
    [
        (Raw(400, b"{}"), True),
        (Raw(413, b"{}"), True),
        (Raw(422, b"{}"), True),
        (Raw(200, json.dumps(completion("Gentile", "length")).encode()), True),
        (Raw(200, json.dumps(completion("")).encode()), True),
        (Raw(401, b"{}"), False),
        (Raw(403, b"{}"), False),
        (Raw(404, b"{}"), False),
        (Raw(429, b"{}"), False),
        (Raw(500, b"{}"), False),
    ],
)
def test_what_is_the_fault_of_one_request(server: ChatServer, answer: Raw, of_one: bool) -> None:
    server.says = lambda messages: answer
    assert isinstance(failure(endpoint(server)), OF_ONE) is of_one


def test_a_redirect_inward_is_not_followed(server: ChatServer) -> None:
    with chat_server() as inside:
        server.says = lambda messages: Raw(307, b"", {"Location": f"{inside.base_url}/chat/completions"})
        assert isinstance(failure(endpoint(server)), Permanent)
        assert inside.asked == []


def test_an_answer_that_does_not_come_ends_with_the_time_out(server: ChatServer) -> None:
    server.says = lambda messages: Raw(holds=True)
    assert str(failure(endpoint(server, timeout=0.2))) == "timeout"


def test_nobody_there() -> None:
    with chat_server() as gone:
        base_url = gone.base_url
    assert str(failure(Endpoint(base_url, "chat-1"))) == "unreachable"


def test_nothing_goes_outward_without_encryption() -> None:
    outward = Endpoint(
        "http://chat.example/v1", "chat-1", look_up=lambda host, port: ["127.0.0.1", "8.8.8.8"]
    )
    error = failure(outward)
    assert isinstance(error, Permanent)
    assert "https://" in error.mend


def test_an_own_network_needs_none_and_is_connected_to_as_it_was_looked_up(server: ChatServer) -> None:
    own = Endpoint(
        f"http://chat.internal:{server.port}/v1", "chat-1", look_up=lambda host, port: ["127.0.0.1"]
    )
    assert own.write(ASKED, Event()) == "ready"
    assert server.headers[0]["host"] == f"chat.internal:{server.port}"


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with chat_server(server_side()) as server:
        base_url = server.base_url.replace("http:", "https:")
        error = failure(Endpoint(base_url, "chat-1", KEY))
        assert isinstance(error, Permanent)
        assert (error.reason, server.asked) == ("certificate", [])
        assert Endpoint(base_url, "chat-1", KEY, context=client_side()).write(ASKED, Event()) == "ready"


def test_what_nobody_waits_for_is_not_read_on(server: ChatServer) -> None:
    over = Event()
    over.set()
    with pytest.raises(Transient, match="timeout"):
        endpoint(server).write(ASKED, over)
