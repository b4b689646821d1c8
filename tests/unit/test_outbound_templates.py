"""Templates of the operator: taken in place of ours, and checked before anything is sent."""

from datetime import date
from pathlib import Path

import jinja2
import pytest

from outbound.compose import prompt
from outbound.templates import VARIABLES, TemplateError, check_templates, load_templates
from tests.fakes.clock import START
from tests.fakes.mail import TEMPLATES, employee, press, question, text_of


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_first_of_a_month_and_the_colon_are_written_as_the_language_does() -> None:
    locales = load_templates(None).locales
    assert locales["fr"].day(date(2026, 12, 1)) == "mardi 1er décembre 2026"
    assert locales["fr"].day(date(2026, 12, 2)) == "mercredi 2 décembre 2026"
    assert locales["de"].day(date(2026, 12, 1)) == "Dienstag, 1. Dezember 2026"
    assert {name: each.words["colon"] for name, each in locales.items()} == {
        "de": ":",
        "en": ":",
        "es": ":",
        "fr": " :",
    }


def test_ours_are_in_order() -> None:
    assert check_templates(TEMPLATES) == ()


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("en/prompt.txt", "Subject\n\n{{ wording }}\n{{ nmae }}\n", "en/prompt.txt: line 4: unknown variable `nmae`"),
        ("en/prompt.txt", "Subject\n\n{% if wording %}\n", "en/prompt.txt: line 3: "),
        ("en/prompt.txt", "Subject\n\n{{ wording | nothing }}\n", "en/prompt.txt: line 3: "),
        (
            "en/notice.txt",
            "S\n\n{% for one in findings %}{{ one.hnt }}{% endfor %}\n",
            "en/notice.txt: cannot be filled in",
        ),
        ("digest.txt", "S\n\n{{ words.headding }}\n", "digest.txt: cannot be filled in"),
        ("en/code.txt", "S\n\n{{ count / 0 }}\n", "en/code.txt: cannot be filled in"),
        ("en/receipt.txt", "S\n\n{% if mode == 'ended' %}{{ mode.x.y }}{% endif %}\n", "cannot be filled in"),
        ("en/withheld.txt", "Subject\n\n{{ bullets }}\n", "unknown variable `bullets`"),
        ("en/alert.txt", "Subject\n\nsee https://example.org\n", "en/alert.txt: line 3: `https:`"),
        ("digest.html", "<p>{{ words.heading }}<img src=x></p>", "digest.html: line 1: `<img`"),
        ("en/promt.txt", "Subject\n", "en/promt.txt: no mail is made from a template of this name"),
        ("en/code.txt", "{% include 'other.txt' %}", "includes other.txt, which does not exist"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    write(tmp_path, name, text)
    complaints = check_templates(load_templates(tmp_path))
    assert any(complaint in one for one in complaints), complaints


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "en/prompt.txt", "{{ one }}\n{{ two }}\n")
    write(tmp_path, "de/notice.txt", "{{ three }}\n")
    told = "\n".join(check_templates(load_templates(tmp_path)))
    assert all(f"`{name}`" in told for name in ("one", "two", "three"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("language = ", "locale.toml"),
        ('language = "nl"\n', "KeyError"),
        (TEMPLATES.sources["digest.txt"], "locale.toml"),
    ],
)
def test_a_locale_that_cannot_be_read_names_its_file(tmp_path: Path, text: str, complaint: str) -> None:
    write(tmp_path, "nl/locale.toml", text)
    with pytest.raises(TemplateError, match=complaint):
        load_templates(tmp_path)


def english_locale() -> str:
    import outbound.templates as package

    return (package.SHIPPED / "en" / "locale.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [('"Sunday"]', '"Sunday", "Funday"]'), ('"ltr"', '"down"'), ("{year}", "{century}"), ("{hour:02}", "{hour:zz}")],
)
def test_a_locale_with_odd_values_is_refused(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path, "nl/locale.toml", english_locale().replace(old, new))
    with pytest.raises(TemplateError):
        load_templates(tmp_path)


def test_a_locale_that_lacks_words_is_told(tmp_path: Path) -> None:
    write(tmp_path, "nl/locale.toml", english_locale().replace('heading = "Answers for"\n', ""))
    assert "nl/locale.toml: [words] lacks `heading`." in check_templates(load_templates(tmp_path))


def test_a_new_locale_is_a_folder_and_what_it_lacks_is_english(tmp_path: Path) -> None:
    write(tmp_path, "nl/locale.toml", english_locale().replace('"en"', '"nl"').replace("Monday", "maandag"))
    write(tmp_path, "nl/wording.txt", "Graag 5 punten voor {{ deadline }}.")
    templates = load_templates(tmp_path)
    assert check_templates(templates) == ()
    said = text_of(prompt(press(templates=templates), question(employee(locale="nl-BE")), now=START))
    assert "Graag 5 punten voor maandag, 23 November 2026, 23:59 (America/New_York)." in said
    assert "If all of your activities" in said


def test_the_sandbox_holds(tmp_path: Path) -> None:
    write(tmp_path, "en/wording.txt", "{{ deadline.__class__.__mro__ }}")
    with pytest.raises(jinja2.exceptions.SecurityError):
        prompt(press(templates=load_templates(tmp_path)), question(), now=START)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "prompt.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match=r"prompt\.txt"):
        load_templates(tmp_path)


def test_styles_are_moved_into_the_elements_once() -> None:
    page = TEMPLATES.sources["digest.html"]
    assert "<style" not in page
    assert '<h2 style="' in page
    assert "{% for section in sections %}" in page


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_each_template_may_be_the_operators_own(tmp_path: Path, name: str) -> None:
    shared = name in TEMPLATES.sources
    write(tmp_path, name if shared else f"en/{name}", "Ours\n\nFor everybody.\n")
    write(tmp_path, f"de/{name}", "Unseres\n\nF\u00fcr alle.\n")
    templates = load_templates(tmp_path)
    assert check_templates(templates) == ()
    assert "For everybody." in templates.render("en", name, {})
    assert "F\u00fcr alle." in templates.render("de-AT", name, {})
    assert templates.sources["fr/prompt.txt"] == TEMPLATES.sources["fr/prompt.txt"] or name == "prompt.txt"


def test_a_loop_in_a_table_stands_in_comments_or_is_told(tmp_path: Path) -> None:
    # A browser, and what moves the styles, takes any other text out of a table.
    head, row = "<style>td { color: #000000 }</style><table><tbody>", "<tr><td>{{ row.unit }}</td></tr>"
    write(tmp_path, "rollup.html", head + "<!--{% for row in rows %}-->" + row + "<!--{% endfor %}--></tbody></table>")
    assert check_templates(load_templates(tmp_path)) == ()
    write(tmp_path, "rollup.html", head + "{% for row in rows %}" + row + "{% endfor %}</tbody></table>")
    assert "rollup.html" in "".join(check_templates(load_templates(tmp_path)))
