"""The chat template and special tokens that `transformers` is told of: `tokenizer_config.json`.

In: the special tokens of a vocabulary. Out: the file's content. The template is ChatML: `<|im_start|>`, the role as
text, a line end, the message, `<|im_end|>`, a line end. Calls of tools and their answers stand between their own
tokens; the tools are listed first, as a turn of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headwater.tokenizer.config import END_OF_DOCUMENT, PADDING, TOOLS, TURN_END, TURN_START

CALL, CALL_END, RESPONSE, RESPONSE_END = TOOLS
TEMPLATE = (
    f"{{% if tools %}}{{{{ '{TURN_START}tools\\n' + tools | tojson + '{TURN_END}\\n' }}}}{{% endif %}}"
    "{% for message in messages %}"
    f"{{{{ '{TURN_START}' + message['role'] + '\\n' }}}}"
    f"{{% if message['role'] == 'tool' %}}{{{{ '{RESPONSE}' + message['content'] + '{RESPONSE_END}' }}}}"
    "{% else %}{{ message['content'] or '' }}{% endif %}"
    "{% for call in message['tool_calls'] or [] %}"
    f"{{{{ '{CALL}' + (call['function'] or call) | tojson + '{CALL_END}' }}}}"
    "{% endfor %}"
    f"{{{{ '{TURN_END}\\n' }}}}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{{{{ '{TURN_START}assistant\\n' }}}}{{% endif %}}"
)


def hf_config(specials: Iterable[str]) -> dict[str, Any]:
    """What tokenizer_config.json holds; the template only where the vocabulary has the tokens it writes."""
    found: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END_OF_DOCUMENT,
        "eos_token": END_OF_DOCUMENT,
        "pad_token": PADDING,
        "clean_up_tokenization_spaces": False,
    }
    if {TURN_START, TURN_END, *TOOLS} <= set(specials):
        found["chat_template"] = TEMPLATE
    return found
