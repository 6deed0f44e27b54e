# SPDX-License-Identifier: BSD-3-Clause
"""What can be broken in a C source: a reader of the C that this project writes, and its mutations.

It knows tokens, functions and statements, not types; what does not compile is dropped by whoever
builds it. A mutation keeps the number of lines.
"""

import hashlib
import re

TOKEN = re.compile(r"""
    (?P<space>\s+ | //[^\n]* | /\*.*?\*/)
  | (?P<directive>^[ \t]*\#(?:[^\n\\]|\\.)*)
  | (?P<text>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
  | (?P<number>0[xX][0-9a-fA-F]+[uUlL]* | \d+[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.X | re.S | re.M)

OPENING, CLOSING = "([{", ")]}"

# Messages for people and records of what happened: no test has to notice that one is missing.
FOR_PEOPLE = re.compile(r"log_(error|warning|info|debug)|trace\w*|TRACE_\w+|LOG_\w+")
BARRIER = re.compile(r"barrier_\w+|isb|dsb|dmb|__atomic_thread_fence")
LOCKS = {"spin_lock": "0ul", "mutex_lock": "0", "irq_save": "0ul",
         "spin_unlock": "(void)({0})", "mutex_unlock": "(void)0", "irq_restore": "(void)({0})"}
UNLOCK = {"spin_unlock": "spin_lock", "mutex_unlock": "mutex_lock", "irq_restore": "irq_save"}
ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
SWAPS = {"<": ("bound", "<="), "<=": ("bound", "<"), ">": ("bound", ">="), ">=": ("bound", ">"),
         "==": ("condition", "!="), "!=": ("condition", "=="), "&&": ("logic", "||"), "||": ("logic", "&&"),
         "&=": ("bits", "|="), "|=": ("bits", "&=")}
DECLARING = ("const", "static", "struct", "enum", "union", "unsigned", "register", "volatile", "extern", "typedef")
KINDS = ("condition", "logic", "bound", "bits", "constant", "return", "error", "call", "undo", "assignment", "barrier",
         "lock")


class Token:
    __slots__ = ("kind", "text", "start", "end")

    def __init__(self, kind, text, start):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)


class Mutation:
    """One change of one file: `edits` are (start, end, text), which do not overlap."""

    def __init__(self, path, function, kind, line_number, line, edits, told):
        self.path, self.function, self.kind = path, function, kind
        self.line_number, self.line, self.edits, self.told = line_number, line, edits, told
        self.id = None  # see generate()

    def apply(self, source):
        return apply_edits(source, self.edits)


def apply_edits(source, edits):
    for start, end, text in sorted(edits, reverse=True):
        kept = source[start:end].count("\n") - text.count("\n")
        source = source[:start] + text + "\n" * kept + source[end:]
    return source


def tokenize(source):
    tokens = []
    for match in TOKEN.finditer(source):
        if match.lastgroup not in ("space", "directive"):
            tokens.append(Token(match.lastgroup, match.group(), match.start()))
    return tokens


def match_brackets(tokens):
    """For each bracket's place the place of the other one."""
    pairs, open_places = {}, []
    for place, token in enumerate(tokens):
        if token.kind == "sign" and token.text in OPENING:
            open_places.append(place)
        elif token.kind == "sign" and token.text in CLOSING:
            other = open_places.pop()
            pairs[place], pairs[other] = other, place
    return pairs


class Reader:
    """Walks the functions of one file, statement by statement, and collects mutations."""

    def __init__(self, path, source):
        self.path, self.source = path, source
        self.tokens = tokenize(source)
        self.pairs = match_brackets(self.tokens)
        self.found, self.seen = [], set()
        self.function = None

    def read(self):
        place = 0
        while place < len(self.tokens):
            token = self.tokens[place]
            if token.text != "{":
                place += 1
                continue
            if place and self.tokens[place - 1].text == ")":
                self.function = self.tokens[self.name_before(place - 1)].text
                self.statements(place + 1, self.pairs[place], False)
                self.locks(place + 1, self.pairs[place])
            place = self.pairs[place] + 1
        return self.found

    def name_before(self, close):
        """The function's name; one that returns a pointer to a function has two lists of parameters."""
        place = self.pairs[close] - 1
        return place if self.tokens[place].kind == "name" else self.pairs[place - 1] - 1

    # ---- collecting ----

    def add(self, kind, edits, told):
        if any(edit in self.seen for edit in edits):
            return
        self.seen.update(edits)
        first = min(edit[0] for edit in edits)
        number = self.source.count("\n", 0, first) + 1
        begin = self.source.rfind("\n", 0, first) + 1
        line = self.source[begin:self.source.find("\n", first)].strip()
        self.found.append(Mutation(self.path, self.function, kind, number, line, list(edits), told))

    def text(self, first, last):
        """The source of tokens first to last, both in it."""
        return re.sub(r"\s+", " ", self.source[self.tokens[first].start:self.tokens[last].end])

    def replace(self, kind, first, last, instead, told=None):
        edit = (self.tokens[first].start, self.tokens[last].end, instead)
        self.add(kind, [edit], told or f"{self.text(first, last)} -> {instead or 'nothing'}")

    # ---- statements ----

    def statements(self, place, end, undoing):
        while place < end:
            place = self.statement(place, undoing)

    def statement(self, place, undoing):
        """Takes one; returns the place behind it. undoing: it runs after a step has failed."""
        token = self.tokens[place]
        if token.text == "{":
            self.statements(place + 1, self.pairs[place], undoing)
            return self.pairs[place] + 1
        if token.text in ("if", "while", "switch", "for"):
            return self.controlled(place, undoing)
        if token.text == "else":
            return self.statement(place + 1, undoing)
        if token.text == "do":
            return self.statement(place + 1, undoing)  # its `while (...);` is a loop without a body
        if token.text in ("case", "default"):
            while self.tokens[place].text != ":":
                place += 1
            return place + 1
        end = place
        while self.tokens[end].text != ";":
            end = self.pairs.get(end, end) + 1
        self.simple(place, end, undoing)
        return end + 1

    def only_tells(self, opening, closing):
        """Whether a condition, which calls nothing, decides about a message for people and nothing else."""
        place = closing + 1
        block = self.tokens[place].text == "{"
        place += block
        if FOR_PEOPLE.fullmatch(self.tokens[place].text) is None or self.tokens[place + 1].text != "(":
            return False
        after = self.pairs[place + 1] + 2 + block
        return (not block or self.tokens[after - 1].text == "}") and self.tokens[after].text != "else" and not any(
            self.tokens[p].kind == "name" and self.tokens[p + 1].text == "(" for p in range(opening, closing))

    def controlled(self, place, undoing):
        word, opening = self.tokens[place].text, place + 1
        closing = self.pairs[opening]
        if word == "if" and self.only_tells(opening, closing):
            return self.statement(closing + 1, undoing)
        if word == "for":
            parts = [p for p in range(opening + 1, closing)
                     if self.tokens[p].text == ";" and self.depth_free(opening + 1, p)]
            if len(parts) == 2 and parts[0] + 1 < parts[1]:
                self.expression(parts[0] + 1, parts[1], "for")
            self.expression(opening + 1, closing, "for")
        else:
            if word in ("if", "while") and not self.compares_alone(opening + 1, closing):
                inner = self.source[self.tokens[opening].start:self.tokens[closing].end]
                self.add("condition", [(self.tokens[opening].start, self.tokens[closing].end, f"(!{inner})")],
                         f"{word} {self.text(opening, closing)} -> {word} (!...)")
            self.expression(opening + 1, closing, word)
        if word == "if":
            condition = self.text(opening, closing)
            undoing = undoing or re.search(r"\b(error|failed)\b.*!= 0|== NULL", condition) is not None
        if self.tokens[closing + 1].text == ";":
            return closing + 2
        return self.statement(closing + 1, undoing)

    def depth_free(self, begin, place):
        return not any(self.tokens[p].text in OPENING and self.pairs[p] > place for p in range(begin, place))

    def compares_alone(self, begin, end):
        """Negating `a == b` is what the operator's own mutation is."""
        signs = [self.tokens[p].text for p in range(begin, end) if self.tokens[p].text in ("==", "!=", "&&", "||")]
        return len(signs) == 1 and signs[0] in ("==", "!=") and any(
            self.tokens[p].text == signs[0] and self.depth_free(begin, p) for p in range(begin, end))

    def simple(self, place, end, undoing):
        """An expression, a declaration, a jump or a return, up to its semicolon."""
        first = self.tokens[place].text
        if place == end or first in ("break", "continue", "goto", "_Static_assert"):
            return
        if first in ("__asm__", "asm"):
            text = self.text(place, end - 1)
            if ":" not in text.replace('::: "memory"', "") or not re.search(r'"=|"\+', text):
                kind = "barrier" if re.search(r"\b(dsb|dmb|isb)\b", text) else "call"
                self.replace(kind, place, end - 1, "", f"{text} -> nothing")
            return
        if FOR_PEOPLE.fullmatch(first):
            return
        if first == "return":
            self.returned(place, end)
            return
        if self.declares(place):
            equals = next((p for p in range(place, end) if self.tokens[p].text == "=" and self.depth_free(place, p)), None)
            if equals is not None:
                self.expression(equals + 1, end, "=")
            return
        self.dropped(place, end, undoing)
        self.expression(place, end, "")

    def declares(self, place):
        token, after = self.tokens[place], self.tokens[place + 1]
        if token.text in DECLARING:
            return True
        if token.kind != "name":
            return False
        while after.text == "*":
            place += 1
            after = self.tokens[place + 1]
        return after.kind == "name"

    def dropped(self, place, end, undoing):
        signs = [p for p in range(place, end) if self.tokens[p].text in ASSIGNMENTS and self.depth_free(place, p)]
        steps = self.tokens[place].text in ("++", "--") or self.tokens[end - 1].text in ("++", "--")
        if signs or steps:
            self.replace("assignment", place, end - 1, "")
        elif self.tokens[end - 1].text == ")" and self.called(place, end) not in LOCKS:
            name = self.called(place, end) or ""
            if BARRIER.fullmatch(name):
                self.replace("barrier", place, end - 1, "")
            elif not FOR_PEOPLE.fullmatch(name):
                self.replace("undo" if undoing else "call", place, end - 1, "")

    def called(self, place, end):
        """The name of the function that a statement calls."""
        before = self.pairs[end - 1] - 1
        return self.tokens[before].text if before >= place and self.tokens[before].kind == "name" else None

    def returned(self, place, end):
        if end == place + 1:
            return
        if self.text(place + 1, end - 1) in ("true", "false"):
            self.replace("return", place + 1, end - 1, {"true": "false", "false": "true"}[self.tokens[place + 1].text])
        elif re.fullmatch(r"-E[A-Z0-9]+|error|status|first_error|result", self.text(place + 1, end - 1)):
            self.replace("error", place + 1, end - 1, "0")
        else:
            self.expression(place + 1, end, "return")

    # ---- expressions ----

    def expression(self, begin, end, where):
        place = begin
        while place < end:
            token = self.tokens[place]
            if token.kind == "name" and FOR_PEOPLE.fullmatch(token.text) and self.tokens[place + 1].text == "(":
                place = self.pairs[place + 1] + 1
                continue
            if token.text in SWAPS and token.kind == "sign" and not self.is_minimum(place, begin, end):
                kind, instead = SWAPS[token.text]
                self.replace(kind, place, place, instead, f"{token.text} -> {instead} in: {self.around(place, begin, end)}")
            elif token.text in ("&", "|") and self.is_binary(place):
                instead = "|" if token.text == "&" else "&"
                self.replace("bits", place, place, instead, f"{token.text} -> {instead} in: {self.around(place, begin, end)}")
            elif token.kind == "number":
                self.constant(place, begin, end)
            elif token.text == "-" and re.fullmatch(r"E[A-Z0-9]{2,}", self.tokens[place + 1].text):
                self.replace("error", place, place + 1, "0", f"-{self.tokens[place + 1].text} -> 0 in: "
                             + self.around(place, begin, end))
            place += 1

    def is_minimum(self, place, begin, end):
        """`a < b ? a : b` is the same where both are equal."""
        if SWAPS[self.tokens[place].text][0] != "bound":
            return False
        begin = max((p + 1 for p in range(begin, place) if self.tokens[p].text in ASSIGNMENTS), default=begin)
        signs = [p for p in range(place, end) if self.tokens[p].text in ("?", ":") and self.depth_free(place, p)]
        return len(signs) == 2 and self.text(signs[0] + 1, signs[1] - 1) == self.text(begin, place - 1) and \
            self.text(place + 1, signs[0] - 1) == self.text(signs[1] + 1, end - 1)

    def constant(self, place, begin, end):
        before, text = self.tokens[place - 1].text, self.tokens[place].text
        if before in ("==", "!=") and text == "0":
            return  # what the comparison's own mutation is
        if before == "(" and self.tokens[place - 2].text == "calloc":
            return  # more memory is no fault
        digits, suffix = re.fullmatch(r"(\w+?)([uUlL]*)", self.tokens[place].text).groups()
        number = int(digits, 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" and digits != "0" else 10) + 1
        instead = (hex(number) if digits[:2].lower() == "0x" else str(number)) + suffix
        self.replace("constant", place, place, instead,
                     f"{self.tokens[place].text} -> {instead} in: {self.around(place, begin, end)}")

    def around(self, place, begin, end):
        return self.text(max(begin, place - 8), min(end - 1, place + 8))

    def is_binary(self, place):
        """As clang-format sets it: with blanks on both sides."""
        token = self.tokens[place]
        return self.source[token.start - 1].isspace() and self.source[token.end].isspace()

    # ---- locks ----

    def locks(self, begin, end):
        """Both sides of a lock at once, for each lock that the function takes."""
        groups = {}
        for place in range(begin, end):
            name = self.tokens[place].text
            if name not in LOCKS or self.tokens[place + 1].text != "(":
                continue
            closing = self.pairs[place + 1]
            arguments = self.text(place + 2, closing - 1).split(", ") if closing > place + 2 else [""]
            key = (UNLOCK.get(name, name), "" if name in ("irq_save", "irq_restore") else arguments[0])
            instead = LOCKS[name].format(arguments[-1])
            groups.setdefault(key, []).append((self.tokens[place].start, self.tokens[closing].end, instead))
        for (name, argument), edits in groups.items():
            self.add("lock", edits, f"{name}({argument}) and its end -> nothing")


def generate(path, source):
    """All mutations of a file, in its order, with ids that other changes of the file leave as they are."""
    found = sorted(Reader(path, source).read(), key=lambda mutation: mutation.edits[0][:2])
    counts = {}
    for mutation in found:
        word = hashlib.sha256(f"{mutation.line}\n{mutation.edits[0][2]}".encode()).hexdigest()[:8]
        name = f"{path}:{mutation.function}:{mutation.kind}:{word}"
        counts[name] = counts.get(name, 0) + 1
        mutation.id = name if counts[name] == 1 else f"{name}.{counts[name]}"
    return found
