"""Flowed text made whole again (RFC 3676): soft line breaks, space stuffing, quote depth and DelSp."""


def unflow(text: str, *, delsp: bool = False) -> str:
    """The text with its soft-wrapped lines joined. Quoted lines keep their `>` marks; `-- ` is never joined."""
    out: list[str] = []
    held: list[str] = []
    held_depth = -1
    for line in text.split("\n"):
        if not held and (not line or (line[0] not in "> " and line[-1] != " ")):
            out.append(line)  # neither quoted nor stuffed nor soft, as most are
            continue
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        if held and (depth != held_depth or content == "-- "):
            out.append(_quoted(held_depth, "".join(held)))
            held = []
        soft = content.endswith(" ") and content != "-- "
        held.append(content[:-1] if soft and delsp else content)
        held_depth = depth
        if not soft:
            out.append(_quoted(depth, "".join(held)))
            held = []
    if held:
        out.append(_quoted(held_depth, "".join(held)))
    return "\n".join(out)


def _quoted(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content
