"""Spellings that spaCy's English tokenizer cuts, or keeps whole, against its own rules.

In: nothing. Out: every such spelling, with the lengths of its parts. The facts are those of spaCy 3 (MIT licence):
contractions with and without their apostrophe, abbreviations that keep their full stop, times, emoticons. A spelling
is written here with `|` where it is cut; one with an apostrophe stands for the typographic one as well.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

PRONOUNS = ("i", "you", "he", "she", "it", "we", "they")
QUESTIONS = ("who", "what", "when", "where", "why", "how", "there", "that", "this", "these", "those")
NEGATED = ("ca", "could", "do", "does", "did", "had", "may", "might", "must", "need", "ought", "sha", "should", "wo",
           "would")  # fmt: skip
NEGATED_ALONE = ("ai", "are", "is", "was", "were", "have", "has", "dare")  # never with 've after it
WITH_HAVE = ("could", "might", "must", "should", "would")
DROPPED_G = ("doin", "goin", "nothin", "nuthin", "ol", "somethin", "lovin", "havin")
CLIPPED = ("'S", "'s", "'re", "'Cause", "'cause", "'cos", "'Cos", "'coz", "'Coz", "'cuz", "'Cuz", "'bout", "'d", "em",
           "'em", "ll", "'ll", "nuff", "'nuff", "‘S", "‘s")  # fmt: skip
WORDS = (
    "y'|all y|all how|'d|'y How|'d|'y not|'ve not|ve Not|'ve Not|ve can|not Can|not gon|na Gon|na got|ta Got|ta "
    "let|'s Let|'s c'm|on C'm|on and/or w/o ma'am Ma'am o'clock O'clock"
).split()
ABBREVIATIONS = (
    "Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. "
    "Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. "
    "Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis. a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. "
    "i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. "
    "a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. t. u. v. w. x. y. z. ä. ö. ü."
).split()
SIGNS = ("\\t", "\\n", "—", "'", "''", '\\")', "<space>", "C++")
EMOTICONS = r"""
    :) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-; :( :-( :((
    :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0
    :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.<
    ._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3
    (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>
""".split()
# Cut off after a digit; one of them is two that spaCy's own list ran together.
UNITS = (
    "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg t lb oz m/s km/h kmh mph hPa Pa "
    "mbar mb MB kb KB gb GB tb TB T G M K % км км² км³ м м² м³ дм дм² дм³ см см² см³ мм мм² мм³ нм кг г мг м/с км/ч "
    "кПа Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ тбكم كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ كم غرام جرام جم كغ ملغ "
    "كوب اكواب"
).split()
NOT_CUT = frozenset(
    "Ill ill Its its Hell hell Shell shell Shed shed were Were Well well Whore whore".split()
)  # words of their own


@functools.cache
def spellings() -> dict[str, tuple[int, ...]]:
    """Every spelling and the lengths of its parts."""
    found = {}
    for written in _written():
        for marked in (written, written.replace("'", "’")):
            spelling = marked.replace("|", "")
            if spelling not in NOT_CUT:
                found[spelling] = tuple(map(len, marked.split("|")))
    for sign in (*SIGNS, *EMOTICONS):
        found[sign] = found[sign.replace("'", "’")] = (len(sign),)
    return found


def _written() -> Iterator[str]:
    yield from (*WORDS, *CLIPPED, *ABBREVIATIONS)
    for start, ends in _contractions():
        for end in ends:
            yield f"{start}{end}"
            yield f"{start.title()}{end}"
            if "'" in end:
                yield f"{start}{end.replace(chr(39), '')}"
                yield f"{start.title()}{end.replace(chr(39), '')}"
    for word in DROPPED_G:
        yield from (word, f"{word}'", word.title(), f"{word.title()}'")
    for hour in range(1, 13):
        yield from (f"{hour}|{half}" for half in ("am", "pm", "a.m.", "p.m."))
    yield from (f"°|{scale}|." for scale in "cfkCFK")


def _contractions() -> Iterator[tuple[str, list[str]]]:
    """A word, and what follows it with an apostrophe; all of them are written without one too."""
    later = ["|'ll", "|'ll|'ve", "|'d", "|'d|'ve"]
    yield "i", ["|'m", "|'m|a"]
    yield from ((word, later) for word in (*PRONOUNS, *QUESTIONS))
    yield from ((word, ["|'ve"]) for word in ("i", "you", "we", "they"))
    yield from ((word, ["|'re"]) for word in ("you", "we", "they"))
    yield from ((word, ["|'s"]) for word in ("he", "she", "it"))
    yield from ((word, ["|'s"]) for word in QUESTIONS if word not in ("these", "those"))
    yield from ((word, ["|'re", "|'ve"]) for word in QUESTIONS if word not in ("that", "this"))
    yield from ((word, ["|n't", "|n't|'ve"]) for word in NEGATED)
    yield from ((word, ["|'ve"]) for word in WITH_HAVE)
    yield from ((word, ["|n't"]) for word in NEGATED_ALONE)
