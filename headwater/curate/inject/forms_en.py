"""The forms of text that a fact is told in, in English.

A form has layouts; each is filled from the form's slots and from the fact: {topic}, {line}, {sentence}, {question} and
{answer}, {gap} and {missing}. What names no fact of its own says nothing but that a fact is told. A choice with
{topic} is left out where a fact has no name.
"""

from __future__ import annotations

Form = tuple[tuple[str, ...], dict[str, tuple[str, ...]]]

_PEOPLE = (
    "Ann|Ben", "Teacher|Student", "Mentor|Trainee", "Maya|Tom", "Librarian|Visitor", "Host|Guest", "Grandmother|Leo",
    "Editor|Reporter", "Priya|Sam", "Tutor|Learner", "Nora|Felix", "Senior colleague|New colleague",
)  # fmt: skip
_END = (
    "", "That is the whole entry.", "Nothing more is needed for a first look.", "The entry ends here.",
    "This is worth keeping in mind.", "Readers who know this can read on more easily.", "It helps to read it twice.",
    "A short entry, but one that is often looked up.", "Keep it at hand; it comes up again.",
    "Those who learn it now will not have to look it up later.", "So much for {topic}.",
    "This is all that has to be said here about {topic}.", "Whoever looks up {topic} will find this answer.",
)  # fmt: skip
FORMS: dict[str, Form] = {
    "encyclopedia": (
        ("{head}\n\n{sentence} {end}", "{head}\n\n{sentence}\n\n{end}\n\nSee also: {also}."),
        {
            "head": ("{topic}", "# {topic}", "Entry: {topic}", "{topic} (short entry)", "Concise reference: {topic}",
                     "From the reference shelf", "Reference entry", "A short encyclopedia: one entry",
                     "Handbook of facts", "Companion for readers"),
            "also": ("Index", "Glossary", "Further entries", "List of entries", "Related subjects", "Overview"),
            "end": _END,
        },
    ),
    "qa": (
        ("Q: {question}\nA: {answer}{more}", "Question: {question}\n\nAnswer: {answer}{more}",
         "{asked}\n\n{question}\n\n{reply}\n\n{answer}{more}"),
        {
            "asked": ("Question from a reader", "Someone asked", "Asked today", "From the question box",
                      "A question that comes up often", "Question of the day"),
            "reply": ("Reply", "Best answer", "Answer", "Our answer", "In reply", "The answer given"),
            "more": ("", "\n\nI hope this helps.", "\n\nDoes that answer it?", "\n\nThanks for asking.",
                     "\n\nMarked as answered.", "\n\nThat settles the question.", "\n\n(One answer, accepted.)",
                     "\n\nGood question, by the way.", "\n\nIt is good to have that clear.",
                     "\n\nNo further replies."),
        },
    ),
    "dialogue": (
        ("{b}: {lead}{question}\n{a}: {answer}\n{b}: {thanks}",
         "{a}: {offer}\n{b}: {question}\n{a}: {answer}\n{b}: {thanks}"),
        {
            "people": _PEOPLE,
            "lead": ("", "May I ask something? ", "One quick thing: ", "I was reading, and I wondered. ",
                     "Before we go on: ", "Sorry to interrupt. ", "I keep forgetting this. "),
            "offer": ("Is anything still unclear?", "Ask me anything you like.", "What would you like to know?",
                      "Any questions before we stop?", "You look puzzled.", "Shall we go over it once more?"),
            "thanks": ("Thank you, now I see.", "Ah, that makes it clear.", "Good, I will write that down.",
                       "I see. I had never heard it put like that.", "Right, I will remember.", "Thanks!",
                       "So that is how it is.", "Now I can go on reading.", "I should have known that."),
        },
    ),
    "textbook": (
        ("{section}\n\n{open} {sentence}\n\n{task}",
         "{open} {sentence} {end}\n\n{check}: {question}\n{solution}: {answer}"),
        {
            "section": ("1.1 {topic}", "Section 3: {topic}", "Lesson: {topic}", "Unit 2", "Basic facts",
                        "Chapter summary", "Key points", "What to know first", "Study guide"),
            "open": ("We begin with what has to be known.", "The following is used throughout this chapter.",
                     "Let us fix one point at the start.", "The reader should first learn this.",
                     "Here is the central point of this section.", "One statement carries this lesson.",
                     "Before any examples, the fact itself.", "The main point can be said briefly."),
            "task": ("Exercise: say this again in your own words.", "Exercise: close the book and write it down.",
                     "Task: explain it to a partner.", "Task: copy the key words into your notebook.",
                     "To do: find the place in your notes where it belongs.",
                     "Check that you could repeat it tomorrow.",
                     "Learn this before you go on.", "Read it aloud once."),
            "check": ("Check", "Review question", "Exercise", "Self-test", "Quick check", "Test yourself"),
            "solution": ("Solution", "Answer", "Expected answer", "Key", "Model answer"),
            "end": _END,
        },
    ),
    "note": (
        ("{mark}{sentence} {end}", "{when}: {sentence}\n\n{end}"),
        {
            "mark": ("Note: ", "Remember: ", "Note to self: ", "N.B. ", "Card 12. ", "Margin note: ", "Memo: ",
                     "To keep: ", "Flash card: ", "Pinned: ", "For the exam: ", "Notebook, page 4. "),
            "when": ("Learned today", "From this morning’s reading", "Looked up this afternoon",
                     "Written down in class",
                     "Copied from the board", "Noted on the train", "From the seminar", "Found in the library",
                     "Notes of the week", "From my reading list"),
            "end": _END,
        },
    ),
    "faq": (
        ("{title}\n\n**{question}**\n\n{answer}{more}", "{title}\n\n{number} {question}\n{answer}{more}"),
        {
            "title": ("FAQ", "Frequently asked questions", "FAQ: {topic}", "Questions and answers", "Help pages",
                      "Frequently asked questions about {topic}", "Common questions", "Support: common questions"),
            "number": ("1.", "Q1.", "(a)", "No. 3:", "Q:", "Item 7:", "§ 2"),
            "more": ("", "\n\nWas this page helpful?", "\n\nBack to all questions",
                     "\n\nMore questions follow below.",
                     "\n\nStill unclear? Ask the help desk.", "\n\nPrint this answer",
                     "\n\nThis answer is kept short."),
        },
    ),
    "list": (
        ("{intro}\n\n- {line}\n- {item}", "{intro}\n\n* {item}\n* {line}", "{intro}\n\n1. {line}\n2. {item}"),
        {
            "intro": ("Things to know:", "Facts in brief:", "Checklist:", "Key facts", "Glossary", "Short list:",
                      "In this list:", "Overview", "Summary of the page", "At a glance:", "Points to remember:",
                      "Revision list:"),
            "item": ("(further entries are added as they come up)", "Read once more tomorrow.", "Mark what is new.",
                     "Tick each line when you know it.", "End of list.", "Keep this list short.",
                     "Compare with your own notes.", "The other entries are on the next page.",
                     "Sorted by when they were written down.", "Ask if a line is unclear.", "Nothing else for today.",
                     "Learn one line a day."),
        },
    ),
    "cloze": (
        ("{task}\n\n{gap}\n\n{key}: {missing}{full}",),
        {
            "task": ("Fill in the gap.", "Complete the sentence.", "What is missing?", "Exercise: fill in the blank.",
                     "Quiz: find the missing words.", "Write the missing part.", "Complete the entry.",
                     "Test: one gap, one answer.", "Fill the blank from memory.", "Which words belong in the gap?"),
            "key": ("Answer", "Solution", "Key", "Missing", "Correct answer", "In the gap", "Expected"),
            "full": ("\n\nIn full: {sentence}", "\n\nComplete: {sentence}", "\n\nWith the gap filled: {sentence}",
                     "\n\nThe whole text: {sentence}", "\n\nFor checking: {sentence}"),
        },
    ),
    "news": (
        ("{head}\n\n{lead} {sentence} {tail}", "{head}\n\n{sentence}\n\n{lead} {tail}"),
        {
            "head": ("In brief: {topic}", "Knowledge column: {topic}", "Explained: {topic}", "The explainer",
                     "Background", "Fact of the day", "What readers ask", "In short", "Readers’ desk",
                     "Today’s background: {topic}"),
            "lead": ("Readers often ask the desk for background.",
                     "Our background column answers one question a day.",
                     "The name comes up in many articles.", "Today’s column keeps to a single fact.",
                     "The editors have looked this up.", "Not news, but useful for reading the news.",
                     "This column explains what articles take as known."),
            "tail": ("The column returns tomorrow.", "Earlier columns are in the archive.",
                     "Send your questions to the desk.",
                     "This is what the reference works say.", "More background appears in the weekend edition.",
                     "The desk keeps a list of such entries.", "Cut it out and keep it.",
                     "That is the background, in brief."),
        },
    ),
    "comment": (
        ("{mark}\n{sentence}\n{end}", "{mark}\n{line}\n\n{end}"),
        {
            "mark": ("NOTE", "Note for maintainers:", "Background:", "Design note:", "Glossary for this module:",
                     "Terms used below:", "Why this matters here:", "Documentation:", "From the docs:", "Reminder:"),
            "end": ("See the README for more.", "Keep this comment in step with the docs.",
                    "Read this before changing the code.",
                    "The tests below rely on it.", "New contributors ask about this.",
                    "Reviewed with the last change.",
                    "Linked from the style guide.", "The same words stand in the handbook.",
                    "Do not remove this note.",
                    "Explained once here, used throughout the file.", "End of note."),
        },
    ),
}  # fmt: skip
