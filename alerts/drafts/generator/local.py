"""A chat model on this machine, through transformers (`text-generation`). It needs no network and runs no code that
comes with a model: weights are safetensors, from a folder or from what the hub's own client has downloaded."""

from collections.abc import Sequence
from dataclasses import asdict
from threading import Event, Lock
from typing import Any

from alerts.drafts.generator.base import Message, Unfit
from store.errors import Permanent, Transient
from store.logs import place

MOST_TOKENS = 400  # of an answer
CHAT_MODEL = "choose a chat model: its tokenizer has a chat template"


class Local:
    """`model`: a folder, or the hub id of what was downloaded. Loaded once, when it is first asked for."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._pipeline: Any = None
        self._lock = Lock()

    def prepare(self) -> None:
        """Raises `Permanent` where there is no such model here, or none that chats."""
        with self._lock:
            if self._pipeline is None:
                self._pipeline = _load(self._model)

    def write(self, messages: Sequence[Message], over: Event) -> str:
        """The most likely answer: the same messages give the same one."""
        self.prepare()
        if over.is_set():
            raise Transient("timeout")
        try:
            answer, ended = self._ask([asdict(message) for message in messages], over)
        except Exception as error:  # what a model raises has no common base, and may quote a text
            raise Transient(place(error)) from None
        if over.is_set():
            raise Transient("timeout")
        if not ended:
            raise Unfit("unfinished")
        if not answer.strip():
            raise Unfit("no_text")
        return answer

    def _ask(self, turns: list[dict[str, str]], over: Event) -> tuple[str, bool]:
        """The answer, and whether it came to its end."""
        from jinja2.exceptions import TemplateError

        try:
            return self._generate(turns, over)
        except TemplateError:  # some templates know no system's turn
            return self._generate(
                [{"role": "user", "content": "\n\n".join(t["content"] for t in turns)}], over
            )

    def _generate(self, turns: list[dict[str, str]], over: Event) -> tuple[str, bool]:
        import torch
        from transformers import StoppingCriteriaList

        last = -1

        def look(input_ids: torch.Tensor, scores: Any, **more: Any) -> torch.Tensor:
            """After each token; the last one tells whether the text was cut at the limit."""
            nonlocal last
            last = int(input_ids[0, -1])
            return torch.full((input_ids.shape[0],), over.is_set(), device=input_ids.device)

        (found,) = self._pipeline(
            turns,
            max_new_tokens=MOST_TOKENS,
            do_sample=False,
            return_full_text=False,
            stopping_criteria=StoppingCriteriaList([look]),
        )
        return str(found["generated_text"]), last in _ends(self._pipeline)


def _ends(pipeline: Any) -> set[int]:
    """The tokens that end an answer."""
    ends = pipeline.model.generation_config.eos_token_id
    named = ends if isinstance(ends, list) else [ends, pipeline.tokenizer.eos_token_id]
    return {int(token) for token in named if token is not None}


def _load(model: str) -> Any:
    from transformers import AutoModelForCausalLM, AutoTokenizer, TextGenerationPipeline

    here: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, **here)
        network = AutoModelForCausalLM.from_pretrained(model, use_safetensors=True, **here)
    except Exception as error:  # whatever the files hold
        mend = "generator.model: name a folder of a causal model, or download it first with hf download"
        raise Permanent(f"the chat model cannot be loaded ({type(error).__name__})", mend) from None
    if not tokenizer.chat_template:
        raise Permanent("the model does not chat", f"generator.model: {CHAT_MODEL}")
    return TextGenerationPipeline(model=network, tokenizer=tokenizer)  # type: ignore[no-untyped-call]
