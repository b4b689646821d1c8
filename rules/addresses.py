"""Addresses in running text: what a reader could follow, and what only has dots and slashes in it."""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from rules.fold import fold
from rules.tokens import CLOSERS, OPENERS, holds
from rules.vocabulary import phrases, words


class Reach(StrEnum):
    """How sure it is that something leads elsewhere."""

    LINK = "link"
    NAME = "host name"
    """A domain without a path: a shop or a machine is mentioned, nobody is sent there."""


# A look-behind comes after the first sign that it looks behind of: so each pattern begins with what is sought quickly.
_CERTAIN: Final = (
    (
        ((":/", ":\\"),),
        re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}:(?://|\\\\|/(?=[A-Za-z0-9]+\.[A-Za-z]))\S"),
    ),
    (
        (("P:", "P :", "PS:", "PS :"),),
        re.compile(r"[hH](?<![A-Za-z].)[tTxX*]{2}[pP][sS]? ?: ?(?:/ ?/ ?|\\\\)?[\w\[]"),
    ),
    (
        (
            phrases(
                "MSTEAMS:|ZOOMMTG:|ZOOMUS:|CALLTO:|FACETIME:|FACETIME-AUDIO:|WEBEX:|XMPP:|GTALK:|MS-|ITMS-APPS:|"
                "JAVASCRIPT:|VBSCRIPT:|VSCODE:|ONENOTE:|MID:|CID:|SKYPE:|SIP:|SIPS:|MAGNET:|DATA:|IM:|TG:RESOLVE"
            ),
        ),
        re.compile(
            r"(?<![A-Za-z0-9.-])(?:(?:msteams|zoommtg|zoomus|callto|facetime|facetime-audio|webex|xmpp|gtalk|ms-\w{2,20}|"
            r"itms-apps|javascript|vbscript|vscode|onenote|mid|cid):(?=[^\s:])|skype:[^\s?]{1,60}\?|sips?:[^\s@]{1,60}@|magnet:\?|"
            r"data:[a-z]+/[a-z0-9.+-]+[;,]|im:[^\s@]{1,60}@|tg:resolve)",
            re.IGNORECASE,
        ),
    ),
    ((("WWW",),), re.compile(r"(?<![\w@.-])www\d{0,2}\.[^\W_][\w-]*", re.IGNORECASE)),
    ((("\\\\",),), re.compile(r"\\\\(?<![\\\w]\\\\)[\w.$-]+\\[\w$]")),
    ((("//",),), re.compile(r"//(?<![\w:/.\\]//)[\w-]+(?:\.[\w-]+)*/[\w$-]+(?:/|\.\w)")),
    (((":/", ":\\"),), re.compile(r"[E-Ze-z](?<![A-Za-z0-9].):[\\/](?!/)[\w$-]")),
    (
        (tuple("0123456789"), (".",), (":", "/")),
        re.compile(r"\d(?<![\d.\w].)\d{0,2}\.(?:\d{1,3}\.){2}\d{1,3}(?::\d{2,5}(?![\d.])|/[A-Za-z?#~])"),
    ),
    ((("[",), ("]:", "]/")), re.compile(r"\[[0-9A-Fa-f:]{2,39}:[0-9A-Fa-f:.]{0,39}\](?::\d{2,5}|/\w)")),
)
_DOTTED: Final = re.compile(r"\.[A-Za-z]")
_HOST: Final = re.compile(
    r"(?<![\w@./\\-])(?P<host>(?:[^\W_][\w-]{0,62}\.){1,8}(?P<top>[A-Za-z]{2,18}|xn--[a-z0-9-]+))"
    r"(?P<after>:\d{2,5}(?!\d)|/[\w~#?%&=.@+-]|[?#]\w+=?|/)?(?![\w-]*@)",
    re.IGNORECASE,
)
_SPOKEN: Final = re.compile(
    r"\b(?P<name>[A-Za-z0-9-]{2,40}) (?:dot|punkt|point) (?P<top>com|org|net|gov|mil|edu|io|co|info|us|uk|eu|de)\b(?! (?:bubble|boom|era|crash|"
    r"compan|start|bust|industry|domain|years?|days|address|suffix))",
    re.IGNORECASE,
)
_SAID: Final = ((" DOT ", " PUNKT ", " POINT "),)
_NOT_NAMES: Final = words(
    "the a an new old former early late of this that every post pre and or our polka with by red each"
)
_DEFANGED: Final = (
    (
        (OPENERS, CLOSERS, (".", "DOT", "PUNKT")),
        re.compile(r" ?[\[({<] ?(?:\.|dot|punkt) ?[\])}>] ?", re.IGNORECASE),
        ".",
    ),
    ((OPENERS, CLOSERS, (":",)), re.compile(r"[\[({] ?:(?://)? ?[\])}]/{0,2}"), "://"),
    ((OPENERS, CLOSERS, ("/",)), re.compile(r"[\[({] ?//? ?[\])}]"), "/"),
    (
        (phrases("XXP|H**P|H__P|HTXP|HTTX|MEOW"), (":",)),
        re.compile(r"(?<![A-Za-z])(?:hxxp|h\*\*p|h__p|htxp|httx|meow)(?=s?:)", re.IGNORECASE),
        "http",
    ),
    ((("\u3002",),), re.compile(r"(?<=[A-Za-z0-9])\u3002(?=[A-Za-z])"), "."),
    ((("FXP",), (":",)), re.compile(r"(?<![A-Za-z])fxp(?=s?:)", re.IGNORECASE), "ftp"),
)

_TOPS: Final = words(
    """
    com org net gov mil edu int info biz name pro aero coop museum jobs travel mobi cat tel asia post xxx app dev page blog
    shop store online site website web space tech cloud digital email live news media social network systems solutions
    services support tools team work works world zone today company business agency academy school university institute
    foundation international global community events link click wiki video tv fm gg icu top xyz club vip fun games art
    design studio photos health care clinic hospital law legal finance bank money tax insurance house city london berlin
    nyc paris tokyo eus google microsoft amazon apple youtube zip mov
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg
    ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fo fr ga gd ge gf gh gi gl
    gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky
    kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni
    nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so
    sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt
    za zm zw
    example test invalid localhost local internal intranet corp lan home arpa onion
    """
)
# Endings of files, and of products that are written like a host.
_ENDINGS: Final = words(
    "md sh py tf zip mov rs pl ps cc ml so app dev js ts java css html htm php sql vb cs do id in is it as am pm no to my me at by be"
)
# Of these, endings that stand for a country before a path, unless another file is named behind the slash.
_NATIONAL: Final = words("pl in is it no to me at be my id am cc")
_PATH: Final = re.compile(
    r"/(?!(?:out|from|was|were|are|yes|near|you|yours?|they|them|off|on|not|us|his|hers?|that|this|then|will|would|at|to|by|and|or|so|we|he|she)\b)[\w~%=@+-]{2,}+(?!\.[A-Za-z])",
    re.IGNORECASE,
)
_PRODUCTS: Final = words(
    "asp.net vb.net ado.net ml.net node.js socket.io next.js vue.js d3.js three.js express.js nuxt.js chart.js react.js "
    "paint.net quickbooks.net power.bi draw.io e.g i.e a.m p.m vs.net moment.js angular.js backbone.js ember.js"
)
_SHORT: Final = words(
    "t.co t.me bit.ly goo.gl youtu.be tinyurl.com aka.ms g.co is.gd ow.ly lnkd.in fb.me git.io docs.rs wa.me"
)


def reach(text: str) -> Reach | None:
    """The farthest reach of anything in `text`: a link, a bare host name, or nothing."""
    if not any(sign in text for sign in ".:/\\\u3002") and "dot" not in text.casefold():
        return None
    shown = fold(text)
    raised = shown.upper()
    for needs, pattern, plain in _DEFANGED:
        if holds(raised, needs):
            shown = pattern.sub(plain, shown)
            raised = shown.upper()
    if any(holds(raised, needs) and pattern.search(shown) for needs, pattern in _CERTAIN):
        return Reach.LINK
    named = _hosts(shown) if _DOTTED.search(shown) else None
    if named is not Reach.LINK and holds(raised, _SAID) and any(_spoken(match) for match in _SPOKEN.finditer(shown)):
        return Reach.LINK
    return named


def _hosts(shown: str) -> Reach | None:
    """The farthest reach of the dotted names, each looked at once."""
    found: Reach | None = None
    known: set[tuple[str, str, str, bool]] = set()
    for match in _HOST.finditer(shown):
        named = _PATH.match(shown, match.end("host")) is not None
        said = match["host"], match["top"], match["after"] or "", named
        if said not in known:
            known.add(said)
            far = _host(*said)
            if far is Reach.LINK:
                return far
            found = found or far
    return found


def _host(written: str, ending: str, after: str, named: bool) -> Reach | None:
    """A dotted name leads somewhere by its path or port; a file, a product or an abbreviation does not.

    `named`: a path follows that names no other file.
    """
    host, top = written.lower(), ending.lower()
    labels = host.split(".")
    if host in _SHORT:
        return Reach.LINK if len(after) > 1 else Reach.NAME
    if (top not in _TOPS and not top.startswith("xn--")) or host in _PRODUCTS or len(labels[-2]) < 2:  # noqa: PLR2004 - one letter is an abbreviation
        return None
    if "xn--" in host:
        return Reach.LINK
    if top in _ENDINGS and len(labels) == 2 and not (named and top in _NATIONAL):  # noqa: PLR2004 - a stem and an ending
        return None
    if not after and ending.istitle() and (written[0].islower() or len(ending) == 2):  # noqa: PLR2004 - a country's, and a word
        return None  # "All done.Im Mai": two sentences and no blank between them
    return Reach.LINK if after and after != "#" else Reach.NAME


def _spoken(match: re.Match[str]) -> bool:
    return match["name"].lower() not in _NOT_NAMES


def host_of(address: str) -> str:
    """The host of a web address, lower-case, or an empty text."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower()
    except ValueError:
        return ""


_WRAPPERS: Final = (
    (re.compile(r"(?:^|\.)safelinks\.protection\.(?:outlook|office365)\.(?:com|us)$"), ("url",)),
    (re.compile(r"(?:^|\.)(?:linkprotect\.cudasvc\.com|google\.com|protect\.checkpoint\.com)$"), ("a", "q", "url")),
    (re.compile(r"(?:^|\.)(?:urldefense\.proofpoint\.com|urldefense\.us|urldefense\.com)$"), ("u",)),
)
_HOPS: Final = 3


def unwrap(address: str) -> str:
    """The address behind SafeLinks, urldefense (1 to 3) and their like; at most three deep."""
    shown = address.strip()
    for _ in range(_HOPS):
        inner = _unwrapped(shown)
        if inner is None:
            break
        shown = inner
    return shown


def _values(address: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(address).query, max_num_fields=50)
    except ValueError:  # more fields than any wrapper writes
        return {}


def _unwrapped(address: str) -> str | None:
    host = host_of(address)
    for pattern, names in _WRAPPERS:
        if host and pattern.search(host):
            third, ended, _ = address.partition("/v3/__")[2].partition("__;")
            if third and ended and not any(map(str.isspace, third)):
                return third
            values = _values(address)
            inner = next((values[name][0] for name in names if name in values), None)
            if inner is None or (host.endswith("google.com") and "/url" not in address):
                return None
            return unquote(inner.replace("-", "%").replace("_", "/")) if "/v2/" in address else inner
    return None
