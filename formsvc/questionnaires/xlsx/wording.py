"""What a form says besides its questions, in both languages. Pure."""

from collections.abc import Iterator

from formsvc.fields import Field, Text

PRIVACY = {
    "purpose": Text("用途", "Purpose"),
    "scope": Text("范围", "Scope"),
    "confidentiality": Text("保密", "Confidentiality"),
    "withdraw": Text("撤回", "Withdrawal"),
}
ABOUT = Text("填写说明", "What this is for")
HOW = Text("怎么填、怎么交", "How to fill it in and send it")
STEPS = (
    Text(
        "只填框内的格子；带下拉箭头的请从列表中选择。空着的格子表示与我们已登记的一样，不作更改；要清空某一项，请填“无”。",
        "Type into the framed cells only; where there is an arrow, choose from the list. An empty cell leaves what we "
        "hold as it is; to have a value removed, type “-”.",
    ),
    Text(
        "保存为 .xlsx 文件，打开您收到的链接，点页面上方的“上传填好的表”，选择本文件上传。",
        "Save it as .xlsx, open the link that you were sent, press “Upload it” at the top of the page, and choose this "
        "file there.",
    ),
    Text(
        "页面会显示您填的内容：请核对、勾选同意，再点“提交”。只有点了“提交”才算交给我们。",
        "The page shows what you filled in: check it, tick the consent, and press “Send”. Only then does it reach us.",
    ),
)
EXAMPLE = Text("例如：{example}", "For example: {example}")
DATE = Text("例如：2024-05-10", "For example: 2024-05-10")
ONE_OF = Text("可选：{options}", "One of: {options}")
TICK_ALL = Text(
    "请在所有适用的格子里选 ✓；只要选了一项，就以所选的全部内容替换我们已登记的。",
    "Choose ✓ in every cell that applies: what is ticked replaces all that we hold.",
)
LINES = Text("还有更多时，请在最后一格内换行填写。", "For more, begin new lines in the last cell.")
TOGETHER = Text("请与“{other}”一并填写。", "Fill this in together with “{other}”.")
SENSITIVE = Text(
    "敏感信息：上传后请在页面上单独勾选同意，否则不会保存。",
    "Sensitive: kept only with a consent of its own, which you tick on the page after uploading.",
)
OPTIONAL = Text("选填。", "Optional.")
PAGES = Text("第 &P 页，共 &N 页", "Page &P of &N")
BETWEEN = Text(" / ", " / ")
MOST_OPTIONS = 6  # that are named beside the cell, too: paper has no list to open


def hint(field: Field, others: dict[str, Field], language: str) -> str:
    """What stands beside the cell of `field`; `others` are all fields of the form by their keys."""
    return ("" if language.startswith("zh") else " ").join(text.in_(language) for text in _hints(field, others))


def _hints(field: Field, others: dict[str, Field]) -> Iterator[Text]:
    if field.sensitive and not field.required:
        yield OPTIONAL
    if field.hint and not field.sensitive:  # of a sensitive field it speaks of the box that is on the page
        yield _ended(field.hint)
    if field.type == "multi-select":
        yield TICK_ALL
    if field.together_with in others and not field.hint:
        yield _filled(TOGETHER, other=others[field.together_with].label)
    if field.type == "select" and len(field.options) <= MOST_OPTIONS:
        yield _filled(ONE_OF, options=Text(*(BETWEEN.zh.join(words) for words in zip(*_labels(field), strict=True))))
    elif (field.example and field.type != "range") or field.type == "date":  # an example of a range is of both ends
        yield _filled(EXAMPLE, example=field.example) if field.example else DATE
    if field.type == "list" and field.max_items is None:
        yield LINES
    if field.sensitive:
        yield SENSITIVE


def _labels(field: Field) -> list[Text]:
    return [option.label for option in field.options]


def _filled(template: Text, **given: Text) -> Text:
    return Text(*(words.format(**{name: text[place] for name, text in given.items()})
                  for place, words in enumerate(template)))  # fmt: skip


def _ended(text: Text) -> Text:
    """As a sentence that another one can follow."""
    zh, en = text
    return Text(
        zh if zh.endswith(("。", "！", "？", "；")) else f"{zh}。", en if en.endswith((".", "!", "?")) else f"{en}."
    )
