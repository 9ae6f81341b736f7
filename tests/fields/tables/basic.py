"""Basic information, as typed and as stored (spec row M4); today is 21 November 2026."""

from tests.fields.tables.table import No, Table

COMPANY = Table(
    "basic.full_name",
    {
        "深圳云盾科技有限公司": "深圳云盾科技有限公司",
        "  深圳云盾科技　有限公司 ": "深圳云盾科技有限公司",  # spaces around, and between Chinese characters
        "西门子（中国）有限公司": "西门子（中国）有限公司",
        "深圳市云盾科技有限公司南山分公司": "深圳市云盾科技有限公司南山分公司",
        "IBM": "IBM",
        "Exxon  Mobil Corp.": "Exxon Mobil Corp.",
        "Cafe\u0301 Zu\u0308rich AG": "Café Zürich AG",  # letters and marks that were typed apart
        "<b>云盾</b>有限公司": "<b>云盾</b>有限公司",  # kept as typed; pages escape it
        "中铁": "中铁",  # two characters
        "中": No("name-length"),
        "字" * 120: "字" * 120,
        "字" * 121: No("too-long"),
        "某科技公司": No("company-name"),
        "某某有限公司": No("company-name"),
        "XX公司": No("company-name"),
        "ＸＸ公司": No("company-name"),
        "××有限公司": No("company-name"),
        "测试公司": No("company-name"),
        "测试": No("company-name"),
        "有限公司": No("company-name"),
        "公司名称": No("company-name"),
        "无": No("company-name"),
        "待补充": No("company-name"),
        "保密": No("company-name"),
        "12345": No("company-name"),
        "！！！": No("company-name"),
        "": No("required"),
        " \t　": No("required"),
        "\u200b\u3164": No("required"),  # nothing that can be seen
    },
)
PERSON = Table(
    "basic.full_name",
    {
        "李静": "李静",
        "李 静": "李静",
        "欧阳修远": "欧阳修远",
        "阿卜杜拉·买买提": "阿卜杜拉·买买提",
        "Li Jing": "Li Jing",
        "李": No("name-length"),
        "字" * 121: No("too-long"),
        "某先生": No("person-name"),
        "张某": No("person-name"),
        "王××": No("person-name"),
        "测试": No("person-name"),
        "匿名": No("person-name"),
        "姓名": No("person-name"),
        "无": No("person-name"),
        "13800138000": No("person-name"),
        "": No("required"),
    },
    audience="individual",
)
USCC = Table(
    "basic.uscc",
    {
        "914403001922038216": "914403001922038216",
        "91440300708461136T": "91440300708461136T",
        "91110108551385082Q": "91110108551385082Q",
        "12100000400011111M": "12100000400011111M",  # a public institution
        "N2110108MF0123456A": "N2110108MF0123456A",  # a village collective
        " 9144 0300-1922 0382-16 ": "914403001922038216",
        "９１４４０３００１９２２０３８２１６": "914403001922038216",  # full width
        "91440300708461136t": "91440300708461136T",  # lower case
        "914403001922038217": No("uscc-check"),  # check character
        "914403001922038126": No("uscc-check"),  # two digits changed places
        "9144030O1922038216": No("uscc-characters"),  # the letter O for the digit 0
        "91440300192203821I": No("uscc-characters"),
        "91440300192203821S": No("uscc-characters"),
        "91440300192203821V": No("uscc-characters"),
        "91440300192203821Z": No("uscc-characters"),
        "91440300192203821²": No("uscc-characters"),  # no digit, though it looks like one
        "91440300192203821٦": No("uscc-characters"),  # an Arabic 6
        "440301103456789": No("uscc-old"),  # the registration number before 2015
        "91440300192203821": No("uscc-length"),
        "9144030019220382161": No("uscc-length"),
        "19220382-1": No("uscc-length"),  # an organisation code
        "三证合一": No("uscc-length"),
        "9" * 41: No("too-long"),
        "": No("required"),
    },
)
ID_TYPE = Table(
    "basic.id_type",
    {
        "resident-id": "resident-id",
        "居民身份证": "resident-id",
        "身份证": "resident-id",
        "Resident ID card": "resident-id",
        "护照": "passport",
        "passport": "passport",
        "港澳居民来往内地通行证": "travel-permit-hkm",
        "Mainland travel permit (Taiwan)": "travel-permit-tw",
        "其他证件": "other",
        "驾驶证": No("option"),
        "": None,
    },
    audience="individual",
)
RESIDENT_ID = Table(
    "basic.id_number",
    {
        "11010519491231002X": "11010519491231002X",
        "11010519491231002x": "11010519491231002X",
        "110105 19491231 002X": "11010519491231002X",
        "１１０１０５１９４９１２３１００２Ｘ": "11010519491231002X",
        "110103199003070014": "110103199003070014",  # Chongwen district, abolished in 2010: people keep the number
        "320524197506203310": "320524197506203310",  # Wu county, abolished in 1995
        "110105200002290013": "110105200002290013",  # 2000 was a leap year
        "110105202611210014": "110105202611210014",  # born today
        "810000197805120011": "810000197805120011",  # a resident of Hong Kong
        "830000199201300022": "830000199201300022",  # a resident of Taiwan
        "110105194912310021": No("id-check"),
        "110105194912310O2X": No("id-characters"),
        "1101051949123100XX": No("id-characters"),
        "110105491231002": No("id-old"),  # 15 digits, as until 1999
        "11010519491231002": No("id-length"),
        "11010519491231002X1": No("id-length"),
        "990105194912310023": No("id-province"),
        "160105194912310029": No("id-province"),
        "000105194912310024": No("id-province"),
        "110105194913310021": No("id-birth"),  # no month 13
        "110105202402300013": No("id-birth"),  # no 30 February
        "110105190002290017": No("id-birth"),  # 1900 was no leap year
        "110105189912310023": No("id-birth"),
        "110105299912310020": No("id-birth"),
        "11010520261122001X": No("id-birth"),  # tomorrow
        "1" * 41: No("too-long"),
        "": None,
    },
    audience="individual",
    given={"basic.id_type": "resident-id"},
)
PASSPORT = Table(
    "basic.id_number",
    {
        "E12345678": "E12345678",
        "ec 123-4567": "EC1234567",
        "H12345678": "H12345678",
        "12345": "12345",
        "1234": No("id-other"),
        "A123456(3)": No("id-other"),
        "护照12345": No("id-other"),
        "1" * 20: "1" * 20,
        "1" * 21: No("id-other"),
        "": None,
    },
    audience="individual",
    given={"basic.id_type": "passport"},
)
INDUSTRY = Table(
    "basic.industry",
    {
        "C": "C",
        "c": "C",
        "制造业": "C",
        " 制造 业 ": "C",
        "Manufacturing": "C",
        "信息传输、软件和信息技术服务业": "I",
        "互联网": "I",
        "ＩＴ": "I",
        "Information, software and IT services": "I",
        "服务业": No("option"),
        "Z": No("option"),
        "其他": No("option"),
        "制造业、采矿业": No("option"),
        "": No("choose"),
    },
)
SIZE = Table(
    "basic.size",
    {"small": "small", "小型": "small", "Medium": "medium", "大型": "large", "微型": No("option"), "": None},
)
OCCUPATION = Table(
    "basic.occupation",
    {"学生": "student", "Employee": "employee", "管理者": "executive", "其他": "other", "教师": No("option"), "": None},
    audience="individual",
)
FOUNDED_ON = Table(
    "basic.founded_on",
    {
        "2012-03-05": "2012-03-05",
        "2024/5/1": "2024-05-01",
        "2024.5.1": "2024-05-01",
        "2024年5月1日": "2024-05-01",
        "2024 年 5 月 1 号": "2024-05-01",
        "20240501": "2024-05-01",
        "２０２４－０５－０１": "2024-05-01",
        "2024—05—01": "2024-05-01",  # the dash of a Chinese keyboard
        "2024-02-29": "2024-02-29",
        "1900-01-01": "1900-01-01",
        "2026-11-21": "2026-11-21",  # today
        "2026-11-22": No("future"),
        "2999-12-31": No("future"),
        "2024-02-30": No("date-unreal"),
        "2023-02-29": No("date-unreal"),
        "2012-13-01": No("date-unreal"),
        "2012-00-10": No("date-unreal"),
        "0000-01-01": No("date-year"),
        "1899-12-31": No("date-year"),
        "3000-01-01": No("date-year"),
        "2012": No("date"),
        "2012年3月": No("date"),
        "12-03-05": No("date"),
        "05/01/2024": No("date"),
        "2012-W10-1": No("date"),
        "2024-05/01": No("date"),
        "2024-05-01 08:30": No("date"),
        "二〇二四年五月一日": No("date"),
        "昨天": No("date"),
        "": None,
    },
)
STAFF_COUNT = Table(
    "basic.staff_count",
    {
        "120": 120,
        "0": 0,
        "1,200": 1200,
        "1，200": 1200,
        "１２００": 1200,
        "1 200": 1200,
        "120人": 120,
        "约120人": 120,
        "1.2万": 12000,
        "120.0": 120,
        "10000000": 10_000_000,
        "10000001": No("max"),
        "-1": No("min"),
        "1.5": No("integer"),
        "1e5": No("integer"),
        "1_000": No("integer"),
        "0x10": No("integer"),
        "1,20": No("integer"),
        "100-200": No("integer"),
        "一百二十": No("integer"),
        "²": No("integer"),
        "٣": No("integer"),
        "NaN": No("integer"),
        "9" * 16: No("digits-limit"),
        "": None,
    },
)
REVENUE = Table(
    "basic.revenue",
    {
        "1200.5": "1200.5",
        "1,200.50": "1200.5",
        "１２００．５": "1200.5",
        "1200万元": "1200",
        "1.2亿": "12000",
        "500000元": "50",
        ".5": "0.5",
        "0": "0",
        "-0": "0",
        "9" * 15: "9" * 15,
        "9" * 16: No("digits-limit"),
        "-0.01": No("min"),
        "1e5": No("decimal"),
        "1.2.3": No("decimal"),
        "1200,5": No("decimal"),
        "100-200": No("decimal"),
        "Infinity": No("decimal"),
        "保密": No("decimal"),
        "": None,
    },
)
ADDRESS = Table(
    "basic.address",
    {
        "深圳市南山区科苑路15号": "深圳市南山区科苑路15号",
        "深圳市 南山区\n科苑路 15 号": "深圳市南山区科苑路 15 号",
        "甲" * 200: "甲" * 200,
        "甲" * 201: No("too-long"),
        "": None,
    },
)
BANK_ACCOUNT = Table(
    "basic.bank_account",
    {
        "6222021234567890123": "6222021234567890123",
        "6222 0212-3456 7890 123": "6222021234567890123",
        "６２２２０２１２": "62220212",
        "1" * 30: "1" * 30,
        "1234567": No("digits"),
        "1" * 31: No("digits"),
        "1234567A": No("digits"),
        "1" * 61: No("too-long"),
        "": None,
    },
)
