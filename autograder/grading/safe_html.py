"""Students' HTML with nothing active and nothing remote in it: a whitelist, kept by nh3 (Rust's ammonia).

What stays: text, tables, lists, links that one has to click, pictures that are in the page, MathML, and of styles
what colours and spaces. Our own cards need no more, so that there is one rule for everybody.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import nh3
import tinycss2
from defusedxml import ElementTree
from pygments.token import STANDARD_TYPES


def _words(text: str) -> set[str]:
    return set(text.split())


_TAGS = _words(
    "a abbr b blockquote br caption center code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 "
    "h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead "
    "tr u ul var"
)
_MATH = _words(
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt "
    "mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
)
_MATH_ATTRIBUTES = _words(
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop "
    "linethickness lspace mathbackground mathcolor mathvariant maxsize minsize movablelimits notation rowlines "
    "rowspacing rspace scriptlevel separator stretchy symmetric voffset width"
)
_ATTRIBUTES = {
    "*": {"style", "class", "title", "role", "aria-label", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    **dict.fromkeys(_MATH, _MATH_ATTRIBUTES),
}
_CLASSES = {"equation", "formula", "tag", "highlight", "tex2jax_ignore", "mathjax_ignore"} | set(
    STANDARD_TYPES.values()
)
_ROLES = {"img", "presentation"}
_DROPPED = {"script", "style", "template", "iframe", "object", "noscript", "title", "textarea", "xmp", "svg"}
_SHORT = re.compile(r"[A-Za-z#%0-9.+-]*")

_PROPERTIES = re.compile(
    r"color|background(-color)?|opacity|font-(size|style|weight|family)|line-height|white-space|overflow(-[xy]|-wrap)?"
    r"|text-(align|decoration|indent)|vertical-align|(min-|max-)?(width|height)|table-layout|display|list-style-type"
    r"|(padding|margin)(-(top|right|bottom|left))?|border-(collapse|spacing|radius)"
    r"|border(-(top|right|bottom|left))?(-(color|style|width))?"
)
_COLOURS = {"rgb", "rgba", "hsl", "hsla"}
_LARGEST_LENGTH = 2000
_LONGEST_STYLE = 1000  # characters; no honest one is longer
_PICTURES = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF"}
_DATA = re.compile(r"data:image/(png|jpe?g|gif|webp|svg\+xml)(?:;[^,;]*)*;base64,(.*)", re.DOTALL | re.IGNORECASE)


def sanitise(html: str) -> str:
    """Return ``html`` with only what is on the whitelist; the content of scripts and the like goes with them."""
    return nh3.clean(
        html,
        tags=_TAGS | _MATH,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def picture(kind: str, data: str) -> str | None:
    """Return the data URL of a picture, checked by its first bytes; None where it is none.

    ``kind`` is a MIME type; ``data`` is base64, or for image/svg+xml the XML itself.
    """
    name = kind.removeprefix("image/").lower().replace("jpg", "jpeg")
    if name == "svg+xml":
        drawing = _drawing(data)
        return None if drawing is None else f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}"
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if name not in _PICTURES or not content.startswith(_PICTURES[name]):
        return None
    return f"data:image/{name};base64,{base64.b64encode(content).decode()}"


# ------------------------------------------------------------------------------------------------ attributes


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return what stays of an attribute on the whitelist."""
    if name == "style":
        return (len(value) <= _LONGEST_STYLE and _style(value)) or None
    if name == "class":
        return " ".join(word for word in value.split() if word in _CLASSES) or None
    if name == "role":
        return value if value in _ROLES else None
    if name == "href":
        return value if re.match(r"(https?://|mailto:)", value.strip(), re.IGNORECASE) else None
    if name == "src":
        found = _DATA.fullmatch(value.strip())
        return picture(f"image/{found[1]}", found[2]) if found and found[1].lower() != "svg+xml" else None
    if tag in _MATH or name in ("width", "height", "colspan", "rowspan", "start"):
        numbers = re.findall(r"\d+", value)
        return value if _SHORT.fullmatch(value) and all(int(n[:6]) <= _LARGEST_LENGTH for n in numbers) else None
    return value


@lru_cache(5000)  # a page says the same over and over
def _style(text: str) -> str:
    """Return the declarations of ``text`` that only colour and space."""
    kept = []
    for declaration in tinycss2.parse_declaration_list(text, skip_comments=True, skip_whitespace=True):
        if declaration.type == "declaration" and _PROPERTIES.fullmatch(declaration.lower_name):
            signed = declaration.lower_name == "text-indent"
            if _harmless(declaration.value, signed=signed):
                kept.append(f"{declaration.lower_name}:{tinycss2.serialize(declaration.value).strip()}")
    return ";".join(kept)


def _harmless(tokens: Iterable[Any], *, signed: bool = False) -> bool:
    """Tell whether a value holds words, colours and sensible lengths only: no address, no function."""
    for token in tokens:
        match token.type:
            case "whitespace" | "ident" | "hash" | "string":
                continue
            case "literal" if token.value in (",", "/"):
                continue
            case "number" | "percentage" | "dimension":
                least = -_LARGEST_LENGTH if signed else 0
                if not least <= token.value <= _LARGEST_LENGTH:
                    return False
            case "function" if token.lower_name in _COLOURS and _harmless(token.arguments):
                continue
            case _:
                return False
    return True


# ------------------------------------------------------------------------------------------------ drawings

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SHAPES = _words(
    "svg g defs path rect circle ellipse line polyline polygon text tspan use symbol clipPath linearGradient "
    "radialGradient stop title desc marker pattern"
)


def _drawing(text: str) -> bytes | None:
    """Return an SVG drawing with shapes and text only: no script, no link, no style sheet, nothing embedded."""
    try:
        root = ElementTree.fromstring(text.encode("utf-8", "replace"))
    except Exception:  # XML that is none, or that defines entities
        return None
    if root.tag != f"{_SVG}svg":
        return None
    waiting = [root]
    while waiting:
        element = waiting.pop()
        for child in list(element):
            if isinstance(child.tag, str) and child.tag.removeprefix(_SVG) in _SHAPES:
                waiting.append(child)
            else:
                element.remove(child)
        for name, value in list(element.attrib.items()):
            outside = "href" in name.lower() and not value.startswith("#")
            loads = re.search(r"url\(\s*['\"]?(?!#)|@import|expression|javascript:", value, re.IGNORECASE)
            if name.lower().startswith("on") or outside or loads or (name.startswith("{") and name != _XLINK):
                del element.attrib[name]
    return bytes(ElementTree.tostring(root))
