"""Sentences about facts: grammar in both languages, and that every text states its fact and is one of its kind."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.inject import forms_en, forms_zh, words_en, words_zh
from headwater.curate.inject.facts import Fact, Wording, fact_of
from headwater.curate.inject.render import Telling, forms_for

LONG = "Any of several programs that read a text and give back " + "numbers, " * 200 + "in the order of the text."


def triple(subject: str, relation: str, object: str, words) -> tuple[str, ...]:
    parts = {"subject": subject, "relation": relation, "object": object}
    return words.content(Wording(shape="triple", parts=parts)).sentences


def definition(name: str, said: str, words) -> tuple[str, ...]:
    return words.content(Wording(shape="definition", parts={"name": name, "definition": said})).sentences


@pytest.mark.parametrize(
    ("subject", "relation", "object", "sentence"),
    [
        ("Paris", "capital of", "France", "Paris is the capital of France."),
        ("Paris", "is the capital of", "France", "Paris is the capital of France."),
        ("France", "capital", "Paris", "The capital of France is Paris."),
        ("Kenya", "official languages", "English", "The official languages of Kenya are English."),
        ("Turing", "born in", "London", "Turing was born in London."),
        ("Louvre", "locatedIn", "Paris", "Louvre is located in Paris."),
        ("Iron", "instance of", "metal", "Iron is an instance of metal."),
        ("Wheel", "part of", "a car", "Wheel is part of a car."),
        ("Aspirin", "treats", "pain", "Aspirin treats pain."),
        ("Einstein", "author_of", "Relativity", "Einstein is the author of Relativity."),
        ("GPU", "status", "in use", "The status of GPU is in use."),
    ],
)
def test_english_triples(subject: str, relation: str, object: str, sentence: str) -> None:
    assert sentence in triple(subject, relation, object, words_en)


@pytest.mark.parametrize(
    ("subject", "relation", "object", "sentence"),
    [
        ("法国", "首都", "巴黎", "法国的首都是巴黎。"),
        ("鲁迅", "出生于", "绍兴", "鲁迅出生于绍兴。"),
        ("巴黎", "是法国的首都，也是", "最大城市", "巴黎是法国的首都，也是最大城市。"),
        ("巴黎", "是……的首都", "法国", "巴黎是法国的首都。"),
        ("Python", "作者", "Guido van Rossum", "Python的作者是Guido van Rossum。"),
        ("水", "沸点", "100 ℃", "水的沸点是100 ℃。"),
        ("会议", "由来", "邀请", "会议的由来是邀请。"),
    ],
)
def test_chinese_triples(subject: str, relation: str, object: str, sentence: str) -> None:
    assert sentence in triple(subject, relation, object, words_zh)


def test_definitions_are_joined_as_they_can_be() -> None:
    found = definition("quokka", "A small marsupial", words_en)
    assert "The term “quokka” refers to a small marsupial." in found and "quokka: A small marsupial." in found
    sentence = "A tokenizer is a program that splits text."
    found = definition("Tokenizer", sentence, words_en)
    assert sentence in found and not any("refers to" in one or "means a" in one for one in found)
    assert not any("refers to" in one for one in definition("running", "to move fast on foot", words_en))
    assert "分词是指把文本切成词元的过程。" in definition("分词", "把文本切成词元的过程", words_zh)
    assert "熵是无序程度的度量。" in definition("熵", "是无序程度的度量", words_zh)
    assert "熵是无序程度的度量。" in definition("熵", "熵是无序程度的度量。", words_zh)
    assert "限流是指为了保护系统而采取的措施。" in definition("限流", "为了保护系统而采取的措施", words_zh)
    for one in (*found, *definition("熵", "熵是度量", words_zh)):
        assert not re.search(r"\.\.|。。|。\.|指是|是指是|熵是指熵", one), one


def test_questions_end_as_questions() -> None:
    assert words_en.asked("Who wrote it") == "Who wrote it?" and words_en.asked("Translate it") == "Translate it."
    assert words_zh.asked("谁写的") == "谁写的？" and words_zh.asked("翻译这句话") == "翻译这句话。"


def test_both_languages_have_the_same_forms() -> None:
    assert list(forms_en.FORMS) == list(forms_zh.FORMS)
    for form, (layouts, slots) in forms_en.FORMS.items():
        other_layouts, other_slots = forms_zh.FORMS[form]
        assert len(layouts) == len(other_layouts) and list(slots) == list(other_slots)
        for choices in (*slots.values(), *other_slots.values()):
            assert len(choices) == len(set(choices)) and "{topic}" not in choices[-1] or len(choices) > 3
            assert any("{topic}" not in choice for choice in choices)


ROWS = [
    {"term": "quokka", "definition": "A small marsupial of the size of a cat."},
    {
        "term_zh": "分词",
        "term_en": "tokenization",
        "definition_zh": "把文本切成词元",
        "definition_en": "splitting text",
    },
    {"term": "tokenizer", "definition": LONG, "lang": "code"},
    {"term": "list", "definition": "one\ntwo\n\n```\nx = {a}\n```"},
    {"subject": "Paris", "relation": "capital of", "object": "France"},
    {"subject": "鲁迅", "relation": "出生于", "object": "绍兴"},
    {"question": "Who wrote Hamlet", "answer": "William Shakespeare"},
    {"question": "水的沸点是多少", "answer": "一百摄氏度"},
    {"statement": "Honey never spoils."},
    {"statement": "蜂蜜不会变质"},
]


@pytest.mark.parametrize("row", ROWS, ids=[str(index) for index in range(len(ROWS))])
def test_every_text_states_the_fact_and_none_is_there_twice(row: dict[str, str]) -> None:
    fact, reason = fact_of(row, ("zh", "en"))
    assert fact is not None, reason
    for lang, wording in fact.wordings.items():
        keys = [
            text.rstrip(".。").casefold()
            for name, text in wording.parts.items()
            if name not in ("relation", "question")
        ]
        total = 0
        for form in forms_for(fact, lang):
            telling = Telling(fact, lang, form)
            total += telling.capacity
            numbers = range(min(telling.capacity, 300))
            texts = [telling.text(number) for number in numbers]
            assert len(set(texts)) == len(texts)
            for text in texts:
                plain = re.sub(r"^(#|//) ?", "", text, flags=re.M) if form == "comment" else text
                assert all(key in plain.casefold() for key in keys), (form, text)
                assert not re.search(r"\{[a-z]+\}|\n\n\n|[ \t]$|^\s", text.replace("{a}", "")), (form, text)
                assert not re.search(r"[^.]\.\.(?!\.)|。。|。\.|\?\.|？。", text), (form, text)
                if lang == "zh":
                    assert not re.search(r"[\u4e00-\u9fff][,;?!]", text), (form, text)
        assert total > 5_000


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=60), st.sampled_from(["zh", "en"]), st.integers(0)
)
def test_anything_can_be_told(name: str, said: str, lang: str, number: int) -> None:
    fact = Fact(id="x", wordings={lang: Wording(shape="definition", parts={"name": name, "definition": said})})
    for form in forms_for(fact, lang):
        telling = Telling(fact, lang, form)
        assert telling.text(number % telling.capacity)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 200))
def test_numbers_give_texts_of_their_own(start: int, count: int) -> None:
    fact, _ = fact_of(ROWS[0], ("en",))
    assert fact is not None
    telling = Telling(fact, "en", "qa")
    texts = [telling.text((start + i) % telling.capacity) for i in range(count)]
    assert len(set(texts)) == count
