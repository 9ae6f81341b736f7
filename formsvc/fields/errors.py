"""The wording of every field error: it names the field and says how to mend it, in both languages (spec row M5)."""

from formsvc.fields.text import Text


class Wrong(ValueError):
    """A value that cannot be accepted: `code` is a key of `MESSAGES`, `params` fill its template.

    A parameter that differs by language is given twice, as ``name_zh`` and ``name_en``.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def sentence(wrong: Wrong, label: str, language: str) -> str:
    """What to tell the person who typed it. `label` is the field's label in `language`."""
    tail = Text("_zh", "_en").in_(language)
    params = wrong.params | {key.removesuffix(tail): value for key, value in wrong.params.items() if key.endswith(tail)}
    template = MESSAGES.get(wrong.code, MESSAGES["check"]).in_(language)
    return template.format_map(params | {"label": label.rstrip(" *:：?？。.")})


MESSAGES: dict[str, Text] = {
    "check": Text("请核对{label}。", "Check {label}."),
    "required": Text("请填写{label}。", "Enter {label}."),
    "choose": Text("请选择{label}。", "Choose {label}."),
    "together": Text("已填写{other}，请一并填写{label}。", "You entered {other}, so enter {label} as well."),
    "too-long": Text(
        "{label}最多 {max} 个字，现有 {length} 个，请缩短。", "Shorten {label} to {max} characters; it has {length}."
    ),
    "too-short": Text("{label}至少 {min} 个字，请填写完整。", "Enter {label} in full, with at least {min} characters."),
    "too-many": Text("{label}最多 {max} 项，现有 {count} 项，请减少。", "Keep {label} to {max} items; it has {count}."),
    "item-too-long": Text(
        "{label}每项最多 {max} 个字，请缩短“{item}…”。",
        "Shorten “{item}…” in {label}: at most {max} characters for each item.",
    ),
    "integer": Text("{label}应为整数，例如 120。", "Enter {label} as a whole number, for example 120."),
    "decimal": Text("{label}应为数字，例如 1200.5。", "Enter {label} as a number, for example 1200.5."),
    "digits-limit": Text("{label}最多 {max} 位数字，请核对。", "Check {label}: at most {max} digits."),
    "min": Text("{label}不能小于 {min}，请核对。", "Check {label}: it cannot be less than {min}."),
    "max": Text("{label}不能大于 {max}，请核对。", "Check {label}: it cannot be more than {max}."),
    "scale": Text("{label}请填 {min} 到 {max} 之间的整数。", "Give {label} as a whole number from {min} to {max}."),
    "date": Text(
        "{label}请按“年-月-日”填写，例如 2024-05-10。", "Enter {label} as year-month-day, for example 2024-05-10."
    ),
    "date-unreal": Text(
        "{label}中的日期不存在，请核对月份和日期，例如 2024-05-10。",
        "Check {label}: there is no such day. A date looks like 2024-05-10.",
    ),
    "date-year": Text(
        "{label}的年份应在 1900 到 2999 之间，例如 2024-05-10。",
        "Check the year of {label}: from 1900 to 2999, for example 2024-05-10.",
    ),
    "date-min": Text("{label}不能早于 {min}，请核对。", "Check {label}: it cannot be before {min}."),
    "date-max": Text("{label}不能晚于 {max}，请核对。", "Check {label}: it cannot be after {max}."),
    "future": Text("{label}不能晚于今天，请核对日期。", "Check {label}: it cannot be in the future."),
    "tel": Text(
        "{label}请填写完整号码，只填一个，固定电话请带区号，例如 010-12345678 转 801 或 13800138000；"
        "国外及港澳台号码请以 + 开头，例如 +852 2123 4567。",
        "Enter {label} as one number in full, with its area code, for example 010-12345678 ext. 801 or 13800138000; "
        "outside mainland China start with +, for example +852 2123 4567.",
    ),
    "mobile": Text(
        "{label}应为 11 位数字，例如 13800138000；国外及港澳台号码请以 + 开头，例如 +852 6123 4567。",
        "Enter {label} as 11 digits, for example 13800138000; "
        "outside mainland China start with +, for example +852 6123 4567.",
    ),
    "email": Text(
        "{label}格式不正确，请填写一个邮箱地址，例如 name@example.com。",
        "Enter {label} as one address, for example name@example.com.",
    ),
    "option": Text(
        "{label}中没有“{value}”，请从列表中选择：{choices}。",
        "Choose {label} from the list: {choices}. “{value}” is not in it.",
    ),
    "one-option": Text("{label}只能选择一项。", "Choose only one for {label}."),
    "other-text": Text("{label}选择了“其他”，请写明具体内容。", "You chose “Other” for {label}: say which."),
    "range": Text(
        "{label}请按“下限-上限”填写数字，例如 10-50。", "Enter {label} as lowest-highest, for example 10-50."
    ),
    "range-open": Text(
        "{label}请同时填写下限和上限，例如 50-100。",
        "Enter both the lowest and the highest of {label}, for example 50-100.",
    ),
    "range-order": Text(
        "{label}的下限不能大于上限，请写成 {low}-{high}。",
        "Enter {label} with the lowest number first: {low}-{high}.",
    ),
    "company-name": Text(
        "{label}请填写营业执照上的全称，例如“合肥云盾科技有限公司”，不要用“某公司”代替。",
        "Enter {label} as it is registered, for example “Hefei Yundun Technology Co., Ltd.”, not a placeholder.",
    ),
    "person-name": Text(
        "{label}请填写真实姓名，例如“李静”，不要用“某先生”代替。",
        "Enter {label} as the real name, for example “Li Jing”, not a placeholder.",
    ),
    "name-length": Text(
        "{label}应为 {min} 到 {max} 个字，请填写全称。", "Enter {label} in full, with {min} to {max} characters."
    ),
    "uscc-length": Text(
        "{label}应为 18 位，现有 {length} 位，请对照营业执照填写，例如 914403001922038216。",
        "Enter {label} with 18 characters as on the business licence, for example 914403001922038216; it has {length}.",
    ),
    "uscc-old": Text(
        "{label}应为 18 位；15 位的是原来的注册号，请填写现行营业执照上的代码，例如 914403001922038216。",
        "Enter {label} with 18 characters as on the present business licence, for example 914403001922038216; "
        "15 digits are the former registration number.",
    ),
    "uscc-characters": Text(
        "{label}由数字和大写字母组成，不含 I、O、S、V、Z，请对照营业执照检查，例如是否把 0 写成了 O。",
        "Check {label} against the business licence: digits and letters without I, O, S, V, Z (is an O meant as 0?).",
    ),
    "uscc-check": Text(
        "{label}与校验码不符，请对照营业执照逐位核对。",
        "Check {label} against the business licence, one character at a time: its check character does not fit.",
    ),
    "id-length": Text(
        "{label}应为 18 位，现有 {length} 位，请按身份证填写。",
        "Enter {label} with 18 characters as on the ID card; it has {length}.",
    ),
    "id-old": Text(
        "{label}应为 18 位；15 位的旧号码已停用，请按现行身份证填写。",
        "Enter {label} with 18 characters as on the present ID card; old numbers of 15 digits are no longer in use.",
    ),
    "id-characters": Text(
        "{label}应为 17 位数字加 1 位数字或 X，请按身份证填写。",
        "Enter {label} as 17 digits and then a digit or X, as on the ID card.",
    ),
    "id-province": Text(
        "{label}的前两位不是有效的地区代码，请按身份证核对。",
        "Check the first two digits of {label} against the ID card: there is no such region.",
    ),
    "id-birth": Text(
        "{label}第 7 至 14 位应为出生日期，请按身份证核对。",
        "Check digits 7 to 14 of {label} against the ID card: they should be the date of birth.",
    ),
    "id-check": Text(
        "{label}与校验码不符，请按身份证逐位核对。",
        "Check {label} against the ID card, one digit at a time: its check character does not fit.",
    ),
    "id-other": Text(
        "{label}应为 5 到 20 位字母或数字，请按证件填写。",
        "Enter {label} as 5 to 20 letters or digits, as on the document.",
    ),
    "digits": Text("{label}应为 8 到 30 位数字，请核对。", "Enter {label} as 8 to 30 digits."),
    "follow-up": Text(
        "{label}请写明与客户谈了什么、结果如何，例如“客户看过样品，要 20 台的报价”。",
        "Say in {label} what was spoken about and came of it, for example “Saw the sample, wants a price for 20”.",
    ),
    "next-step": Text(
        "{label}请写明做什么、谁来做、何时完成，例如“李强 5 月 15 日前提供报价单”。",
        "Say in {label} what is to be done, by whom and by when, for example “Li Qiang sends the quotation by 15 May”.",
    ),
}
