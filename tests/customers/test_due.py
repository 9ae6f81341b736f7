"""The day that a worksheet's next step names (M35)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.customers.worksheet.due import due_on

NEAR = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("step", "on"),
    [
        # a day of the year after the talk
        ("12月5日前寄出报价单", "2026-12-05"),
        ("李强 1 月 8 号回访", "2027-01-08"),
        ("２０２７年３月１日签合同", "2027-03-01"),
        ("2027-03-01 签合同", "2027-03-01"),
        ("2027/3/1签合同", "2027-03-01"),
        ("2025年5月20日前提供报价单", "2025-05-20"),  # it was never done
        ("11月20日前发样品", "2026-11-20"),  # just missed
        ("8月1日回访", "2027-08-01"),
        ("11月27日发报价单，12月5日回访", "2026-11-27"),
        ("2月29日回访", "2028-02-29"),
        ("2月30日前，即3月2日前寄出", "2027-03-02"),
        # no day
        ("", None),
        ("下周三回访", None),
        ("3月份拜访", None),
        ("预算2026-13-45", None),
        ("订 2 月 29 台", None),
        ("合同号 12026-11-27", None),
    ],
)
def test_the_first_day_that_is_named(step: str, on: str | None) -> None:
    assert due_on(step, NEAR) == (on and date.fromisoformat(on))


@given(day=st.dates(date(2000, 1, 1), date(2090, 1, 1)), near=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_day_without_a_year_is_never_long_over(day: date, near: date) -> None:
    on = due_on(f"请于{day.month}月{day.day}日前寄出", near)
    assert on
    assert (on.month, on.day) == (day.month, day.day)
    assert near - timedelta(days=60) <= on


@given(text=st.text(), near=st.dates())
def test_any_text_is_read(text: str, near: date) -> None:
    due_on(text, near)
