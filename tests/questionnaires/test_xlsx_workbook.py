"""The form as a spreadsheet shows it: what is locked, what is asked how, and what it does not carry (M28)."""

import io
import zipfile

import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from formsvc.fields import TYPES, Wrong, sentence
from formsvc.questionnaires.definition import default_data, definition_from_data
from formsvc.questionnaires.xlsx.limits import MAX_MESSAGE, MAX_TITLE
from formsvc.questionnaires.xlsx.marker import Marker
from formsvc.questionnaires.xlsx.slots import slots
from formsvc.questionnaires.xlsx.workbook import file_name, made
from tests.questionnaires import forms
from tests.questionnaires.forms import COLUMNS, DEFINITION, opened, rows

ASKED = [
    (audience, situation) for audience in ("enterprise", "individual") for situation in ("new", "existing")
]  # fmt: skip
both = pytest.mark.parametrize("language", ["zh_CN", "en"])


def rule_of(sheet: Worksheet, row: int) -> DataValidation | None:
    place = sheet.cell(row, COLUMNS["input"]).coordinate
    return next((rule for rule in sheet.data_validations.dataValidation if place in rule.sqref), None)


def text(sheet: Worksheet, row: int, column: str) -> str:
    return str(sheet.cell(row, COLUMNS[column]).value or "")


@both
@pytest.mark.parametrize(("audience", "situation"), ASKED)
def test_it_asks_what_the_page_asks_and_marks_what_is_required(audience: str, situation: str, language: str) -> None:
    _, sheet = opened(forms.form(language=language, audience=audience, situation=situation))
    places = rows(sheet)
    marker = places.pop(Marker("customer-info", 1).text)
    assert marker == [1]
    asked = [field for module in DEFINITION.asked(audience, situation) for field in module.fields]
    assert list(places) == list(dict.fromkeys(slot.key for field in asked for slot in slots(field) if slot.key))
    for field in asked:
        first = min(row for slot in slots(field) for row in places.get(slot.key, [10**6]))
        head = first - 1 if slots(field)[0].key == "" else first
        assert text(sheet, head, "label").startswith(field.label.in_(language))
        assert text(sheet, head, "label").endswith(" *") is field.required


@both
def test_labels_are_locked_and_inputs_are_not(language: str) -> None:
    book, sheet = opened(forms.form(language=language))
    places = {row for found in rows(sheet).values() for row in found} - {1}
    assert sheet.protection.sheet
    assert not sheet.protection.password
    for row in range(1, sheet.max_row + 1):
        for column in COLUMNS.values():
            is_input = row in places and column == COLUMNS["input"]
            assert sheet.cell(row, column).protection.locked is not is_input
    assert sheet.column_dimensions["A"].hidden
    assert [(other.sheet_state, other.protection.sheet) for other in book.worksheets[1:]] == [("veryHidden", True)]


@both
def test_a_choice_has_a_list_of_its_words(language: str) -> None:
    book, sheet = opened(forms.form(language=language))
    places = rows(sheet)
    for field in (field for field in DEFINITION.fields.values() if field.type == "select" and field.name in places):
        rule = rule_of(sheet, places[field.name][0])
        assert rule is not None
        first, last = str(rule.formula1).removeprefix("lists!").split(":")
        words = [cell.value for row in book["lists"][first.replace("$", "") : last.replace("$", "")] for cell in row]
        assert words == [option.label.in_(language) for option in field.options]
        assert rule.error == sentence(Wrong("choose"), field.label.in_(language), language)


@both
def test_numbers_and_dates_are_refused_with_our_own_sentences(language: str) -> None:
    _, sheet = opened(forms.form(language=language))
    places, kinds = rows(sheet), {"basic-staff_count": "integer", "basic-revenue": "decimal",
                                  "needs-budget-from": "range", "basic-founded_on": "date"}  # fmt: skip
    for key, kind in kinds.items():
        rule = rule_of(sheet, places[key][0])
        field = next(field for field in DEFINITION.fields.values() if key.startswith(field.name))
        assert rule is not None
        assert str(rule.error).startswith(sentence(Wrong(kind), field.label.in_(language), language))
    for rule in sheet.data_validations.dataValidation:
        assert len(rule.error or "") <= MAX_MESSAGE
        assert len(rule.errorTitle or "") <= MAX_TITLE


@pytest.mark.parametrize("key", ["basic-uscc", "contacts-mobile", "contacts-office_phone", "basic-full_name"])
def test_eighteen_digits_stay_text(key: str) -> None:
    _, sheet = opened(forms.form())
    assert sheet.cell(rows(sheet)[key][0], COLUMNS["input"]).number_format == "@"


@both
def test_it_says_what_for_as_the_page_does_and_how_to_send_it(language: str) -> None:
    _, sheet = opened(forms.form(language=language))
    said = [text(sheet, row, column) for row in range(1, sheet.max_row + 1) for column in ("label", "input")]
    privacy = DEFINITION.privacy
    for sentence_ in (DEFINITION.title, privacy.purpose, privacy.scope, privacy.confidentiality, privacy.withdraw):
        assert sentence_.in_(language) in said


@both
def test_a_sensitive_value_is_optional_and_needs_its_own_consent(language: str) -> None:
    _, sheet = opened(forms.form(language=language, audience="individual"))
    said = text(sheet, rows(sheet)["basic-id_number"][0], "hint")
    assert {"zh_CN": "单独勾选同意", "en": "a consent of its own"}[language] in said
    assert {"zh_CN": "选填", "en": "Optional"}[language] in said


@both
def test_where_several_are_chosen_it_says_that_they_replace_what_is_held(language: str) -> None:
    _, sheet = opened(forms.form(language=language))
    places = rows(sheet)
    several = [field for field in DEFINITION.fields.values() if field.type == "multi-select" and not field.staff_only]
    assert several
    for field in several:
        said = text(sheet, places[slots(field)[1].key][0] - 1, "hint")
        assert {"zh_CN": "替换我们已登记的", "en": "replaces all that we hold"}[language] in said


def test_it_fits_a_sheet_of_paper() -> None:
    _, sheet = opened(forms.form())  # where it is not said, a form is one page wide
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (9, None, 0)
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_same_form_is_the_same_bytes() -> None:
    first = made(forms.asking(), "en")
    made.cache_clear()
    assert made(forms.asking(), "en") == first
    assert len(first) < 60_000


def test_it_is_small_even_where_much_is_asked() -> None:
    data = default_data()
    module = data["modules"][0]
    module["fields"] += [{**module["fields"][4], "key": f"basic.more_{number}"} for number in range(80)]
    form = made(forms.asking(definition_from_data(data)), "zh_CN")
    assert len(form) < 60_000
    assert [part for part in zipfile.ZipFile(io.BytesIO(form)).namelist() if "External" in part] == []


@pytest.mark.parametrize(
    ("title", "name"),
    [("a/b: c*?", "a b c.xlsx"), ("..", "customer-info.xlsx"), ("表\0\n", "表.xlsx"), ("x" * 99, "x" * 60 + ".xlsx")],
)
def test_the_file_is_called_as_the_questionnaire(title: str, name: str) -> None:
    data = default_data() | {"title": title if title.strip("\0") == title else "表"}
    assert file_name(definition_from_data(data), "zh_CN") == name


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_of_question_has_its_cells(type_: str) -> None:
    data = default_data()
    field = {"key": "basic.new", "type": type_, "label": "新", "options": [{"code": "a", "label": "甲"}]}
    if "select" not in type_:
        del field["options"]
    data["modules"][0]["fields"].append(field)
    _, sheet = opened(forms.form(definition=definition_from_data(data)))
    assert [key for key in rows(sheet) if key.startswith("basic-new")]
