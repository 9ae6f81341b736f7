"""All checks in one order. A new check is one entry here: a name, a severity, a title, a sentence, and who finds it."""

from formsvc.fields import Text
from formsvc.review.checks import completeness, delivery, plausibility, sameness
from formsvc.review.checks.check import Check, Finding, Severity
from formsvc.review.checks.seen import Seen
from formsvc.review.checks.vagueness import vague_names

PROBLEM, WARNING, NOTE = Severity
LEAP = Text(
    "{label}由 {last} 变为 {now}，相差 {factor} 倍以上，请核对单位。",
    "{label} goes from {last} to {now}, {factor} times or more apart: check the unit.",
)

_ALL = (
    Check(
        "missing", PROBLEM, Text("缺少必填项", "Missing"),
        Text("缺少{label}。", "{label} is missing."),
        completeness.missing,
    ),
    Check(
        "malformed", PROBLEM, Text("格式有误", "Malformed"),
        Text("格式有误：{problem}", "The form would say: {problem}"),
        completeness.malformed,
    ),
    Check(
        "vague-name", PROBLEM, Text("名称含糊", "Vague name"),
        Text("{label}“{name}”不是真实的全名，请向客户核实。",
             "“{name}” says nothing as {label}: ask for the real name in full."),
        vague_names,
    ),
    Check(
        "undeliverable", PROBLEM, Text("邮件无法送达", "Undeliverable"),
        Text("{label}收不到邮件：我们发往该地址的邮件被拒收。",
             "{label} takes no mail: what we sent there was refused."),
        delivery.undeliverable,
    ),
    Check(
        "same-mobile", WARNING, Text("手机号重复", "Same mobile"),
        Text("{label}与{other}的相同。", "{label} is also that of {other}."),
        sameness.same_mobile,
    ),
    Check(
        "probable-duplicate", WARNING, Text("疑似重复", "Probable duplicate"),
        Text("与{other}可能是同一客户：{shared}一致。", "Probably one customer with {other}: the same {shared}."),
        sameness.probable_duplicate,
    ),
    Check(
        "similar-name", NOTE, Text("名称相近", "Similar name"),
        Text("{label}与{other}的相近，请确认是否为同一客户。",
             "{label} is much like that of {other}: make sure that they are two."),
        sameness.similar_name,
    ),
    Check(
        "changed-since-asked", WARNING, Text("期间有变动", "Changed since asked"),
        Text("{label}在发出邀请后由“{base}”改为“{held}”，客户看到的可能是旧的内容。",
             "{label} was changed from {base} to {held} after the customer was asked, who may have seen the former."),
        completeness.changed_since_asked,
    ),
    Check(
        "emptied", WARNING, Text("清空已有内容", "Emptied"),
        Text("客户清空了{label}，原为“{held}”。", "The customer emptied {label}, which was {held}."),
        completeness.emptied,
    ),
    Check(
        "without-code", WARNING, Text("未经验证码", "Without code"),
        Text("填写人没有用邮件验证码证明身份，可能不是受邀的客户。",
             "Who answered brought no code from the mail, and may not be the invited customer."),
        delivery.without_code,
    ),
    Check(
        "unconfirmed-recording", WARNING, Text("未当场确认", "Not confirmed on the spot"),
        Text("这些内容由同事代填，没有当场与客户确认，请先向客户核实。",
             "A colleague recorded these answers and did not confirm them with the customer: ask before you accept."),
        delivery.unconfirmed_recording,
    ),
    Check(
        "implausible-budget", WARNING, Text("预算异常", "Odd budget"), LEAP,
        plausibility.leap("needs.budget", 1000),
    ),
    Check(
        "implausible-revenue", WARNING, Text("营收异常", "Odd revenue"), LEAP,
        plausibility.leap("basic.revenue", 100),
    ),
    Check(
        "implausible-staff-count", WARNING, Text("员工数异常", "Odd staff count"), LEAP,
        plausibility.leap("basic.staff_count", 100),
    ),
    Check(
        "implausible-no-staff", WARNING, Text("员工数变为零", "No employees left"),
        Text("{label}由 {last} 变为 {now}，请核对：是没有员工了，还是不便填写？",
             "{label} goes from {last} to {now}: is nobody left, or is the number not known?"),
        plausibility.fall_to_nothing("basic.staff_count"),
    ),
    Check(
        "implausible-spending", WARNING, Text("预算超过营收", "Budget over revenue"),
        Text("{label}为 {budget}，超过全年营收 {revenue}，请核对单位。",
             "{label} is {budget}, more than the whole revenue of {revenue}: check the units."),
        plausibility.budget_over_revenue,
    ),
    Check(
        "implausible-founding", WARNING, Text("成立时间异常", "Odd founding date"),
        Text("{label}（{date}）晚于{other}（{other_date}）。", "{label} ({date}) is after {other} ({other_date})."),
        plausibility.founded_after_since,
    ),
    Check(
        "implausible-date", WARNING, Text("日期异常", "Odd date"),
        Text("{label}为{date}，像是表格软件的默认日期，请核对。",
             "{label} is {date}, which looks like a spreadsheet's first day: check it."),
        plausibility.first_day_of_a_machine,
    ),
    Check(
        "implausible-emergency-contact", WARNING, Text("紧急联系人异常", "Odd emergency contact"),
        Text("{label}与{other}相同，紧急时找不到其他人。",
             "{label} is the same as {other}: there is nobody else to reach."),
        plausibility.emergency_is_contact,
    ),
    Check(
        "implausible-office-phone", NOTE, Text("办公电话是手机", "Mobile as office phone"),
        Text("{label}填的是手机号。", "{label} is a mobile number."),
        plausibility.mobile_as_office_phone,
    ),
    Check(
        "not-confirmed", NOTE, Text("邮箱/手机未验证", "Mail or mobile not confirmed"),
        Text("新的{label}尚未验证，还没有人确认收得到。", "Nobody has confirmed the new {label} yet."),
        delivery.not_confirmed,
    ),
)  # fmt: skip
CHECKS: dict[str, Check] = {check.name: check for check in _ALL}


def flagged(seen: Seen) -> list[tuple[Check, Finding]]:
    """All that the checks find, the heaviest first, and in their order."""
    found = [(check, finding) for check in CHECKS.values() for finding in check.finds(seen)]
    weights = list(Severity)
    return sorted(found, key=lambda flag: weights.index(flag[0].severity))
