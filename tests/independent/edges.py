"""A business whose customers stand on every edge of every definition, a step before it and a step behind it, and its plain tables.

Made by chance with a fixed seed, from numbers that are edges; `test_edges.py` proves that no edge can move without being seen."""
import csv, datetime, random

AS_OF = datetime.date(2026, 6, 30)
YEAR = (AS_OF - datetime.date(2025, 6, 30)).days

# Provinces with their customary region and their side of the Qinling–Huaihe line, cities with their commercial tier, as people know them.
REGIONS = {
    "north_china": "北京 天津 河北 山西 内蒙古", "northeast_china": "辽宁 吉林 黑龙江", "east_china": "上海 江苏 浙江 安徽 福建 江西 山东", "central_china": "河南 湖北 湖南",
    "south_china": "广东 广西 海南", "southwest_china": "重庆 四川 贵州 云南 西藏", "northwest_china": "陕西 甘肃 青海 宁夏 新疆", "hk_mo_tw": "香港 澳门 台湾",
}
NORTH = "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 山东 河南 陕西 甘肃 青海 宁夏 新疆".split()
CITIES = [
    ("北京", "北京", "tier_1"), ("上海", "上海", "tier_1"), ("广州", "广东", "tier_1"), ("深圳", "广东", "tier_1"), ("成都", "四川", "new_tier_1"), ("杭州", "浙江", "new_tier_1"),
    ("武汉", "湖北", "new_tier_1"), ("西安", "陕西", "new_tier_1"), ("福州", "福建", "tier_2"), ("厦门", "福建", "tier_2"), ("哈尔滨", "黑龙江", "tier_2"), ("洛阳", "河南", "tier_3"),
    ("桂林", "广西", "tier_3"), ("丽江", "云南", "tier_4"), ("酒泉", "甘肃", "tier_4"), ("香港", "香港", None), ("London", None, None),
]
VISITS = ["visit", "store_visit", "view", "browse", "访问", "浏览", "到店"]
SIGNALS = ["inquiry", "quote", "demo", "trial", "add_to_cart", "cart", "favorite", "sample", "询价", "报价", "演示", "试用", "加购", "收藏", "样品", "咨询"]
REFERRALS = ["referral", "refer", "推荐", "转介绍", "邀请"]
AGES = [17, 18, 24, 25, 29, 30, 34, 35, 44, 45, 54, 55, 59, 60, 64, 65, 66]
CUSTOMERS = ["customer_id", "customer_type", "gender", "birthday", "age", "income", "occupation", "education", "marital_status", "country", "province", "city", "values", "lifestyle",
             "interests", "industry", "employees", "account_grade", "purchase_intent", "signup_date", "acquisition_channel", "customer acquisition cost"]


def ago(days):
    return AS_OF - datetime.timedelta(days=days)


def money(cents):
    return f"{cents // 100}.{cents % 100:02}"


def write(folder, name, header, rows):
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([header, *rows])
    return folder / f"{name}.csv"


def birthday(lot, age):
    """Of somebody who is this old on the day: since today, since long, or until tomorrow."""
    year = AS_OF.year - age
    return lot.choice([datetime.date(year, 6, 30), datetime.date(year, 1, 5), datetime.date(year - 1, 7, 1), datetime.date(year - 1, 12, 31)])


def person(lot, i):
    """Most things are unknown of most people: what is left decides the rest."""
    said = {"customer_id": f"C{i:05}"}
    some = lambda share: lot.random() < share
    if some(0.4):
        said["customer_type"] = lot.choice(["organisation", "organisation", "person"])
    if some(0.3):
        said["gender"] = lot.choice(["male", "female", "other", "x-ray"])
    if some(0.3):
        said["birthday"] = birthday(lot, lot.choice(AGES))
    elif some(0.2):
        said["age"] = lot.choice(AGES)
    if some(0.5):
        said["income"] = lot.randrange(20_000, 400_000)
    if some(0.3):
        said["occupation"] = f"trade {min(int(lot.expovariate(0.12)), 40)}"
    if some(0.3):
        said["education"] = lot.choice(["primary", "middle school", "high school", "college", "bachelor", "master", "doctor", "self-taught"])
    if some(0.3):
        said["marital_status"] = lot.choice(["single", "married", "together", "divorced", "widowed", "it is complicated"])
    if some(0.3):
        said["city"], said["province"], _ = lot.choice(CITIES)
    elif some(0.2):
        said["province"] = lot.choice([p for names in REGIONS.values() for p in names.split()])
    if said.get("province") and some(0.5):
        said["country"] = "中国"
    elif some(0.1):
        said["country"] = f"Country {min(int(lot.expovariate(0.05)), 90)}"
    if some(0.3):
        said["values"] = lot.choice(["环保", "绿色出行", "低碳", "environment", "sustainability", "green", "品质", "质量第一", "quality", "价格", "性价比", "实惠", "price", "value for money", "family", "自由"])
    if some(0.3):
        said["lifestyle"] = f"life {min(int(lot.expovariate(0.12)), 40)}"
    if some(0.3):
        said["interests"] = f"hobby {min(int(lot.expovariate(0.12)), 40)}"
    if some(0.3):
        said["industry"] = f"industry {min(int(lot.expovariate(0.12)), 40)}"
    if some(0.4):
        said["employees"] = lot.choice([1, 9, 10, 11, 49, 50, 51, 249, 250, 251])
    if some(0.2):
        said["account_grade"] = lot.choice("ABC")
    if some(0.2):
        said["purchase_intent"] = lot.choice(["high", "High", "strong", "hot", "A", "高", "强", "medium", "Medium", "warm", "B", "中", "low", "unclear"])
    if some(0.1):
        said["signup_date"] = ago(lot.randrange(0, 800))
    if some(0.1):
        said["acquisition_channel"] = lot.choice(["friend", "fair"])
    if some(0.2):
        said["customer acquisition cost"] = lot.randrange(1, 90)
    return said


def order_days(lot, n):
    """Days of n orders before the day, whose first and last lie on edges more often than not."""
    last = lot.choice([0, 1, 29, 30, 31, 89, 90, 91, 179, 180, 181, YEAR - 1, YEAR, YEAR + 1, 364, 365, 366]) if lot.random() < 0.5 else lot.randrange(0, 420)
    first = lot.choice([29, 30, 31, 179, 180, 181, 364, 365, 366]) if lot.random() < 0.5 else last + lot.randrange(0, 500)
    last = min(last, first) if lot.random() < 0.5 else last
    first = max(first, last)
    if n == 1:
        return [first]
    between = [lot.randrange(last, first + 1) for _ in range(n - 2)]
    return sorted([first, last, *between], reverse=True)


def rare(lot):
    """Edges that chance does not find: name, kind and (day, cents, coupon) of the orders."""
    # every day for weeks, a coupon in just less than half of the orders: the floor of the dormancy threshold, the share of coupons
    yield "R-daily", "person", [(day, 1_500, "SPRING" if day % 2 else "") for day in range(51)]
    yield "R-daily-once", "person", [(day + 40, 1_500, "") for day in range(51)]
    # a cent's breadth below the upper bin of money
    yield "R-bin", "person", [(400, 499_950, "")]
    # much money in one, two and three orders of the year
    for n in (1, 2, 3):
        for kind in ("person", "organisation"):
            yield f"R-few-{n}-{kind}", kind, [(20 + 7 * j, 9_000_000 // n, "") for j in range(n)]
    # long gone, from one order to many and from little money to much
    for i in range(240):
        n, level = lot.randrange(1, 14), lot.choice([2_500, 60_000, 150_000, 300_000, 480_000])
        last = lot.choice([lot.randrange(760, 900), lot.randrange(500, 640)])
        yield f"R-gone-{i}", "person", [(last + 11 * j, level, "") for j in range(n)]


def make(folder):
    """Writes the files; what to give `zhiyin classify`, and the paths for SQL."""
    lot = random.Random(20)
    people, orders, lines, refunds, touches, answers = [], [], [], [], [], []
    for i in range(2400):
        who = person(lot, i)
        name = who["customer_id"]
        n = lot.choice([0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 9, 10, 11, 12, 13])
        # the first ones also hold each edge of a count or an amount by itself
        level = lot.choice([100, 2500, 9_999, 10_000, 10_001, 49_950, 50_000, 50_001, 50_050, 99_950, 100_000, 100_001, 100_050, 125_000, 166_667, 500_000]) if lot.random() < 0.7 else lot.randrange(50, 90_000)
        days = order_days(lot, n) if n else []
        if n > 1 and lot.random() < 0.3:  # all of it within the year
            days = [min(d, YEAR - 1 - lot.randrange(3)) for d in days]
        paid_of, coupons = [], lot.random()
        for j, day in enumerate(days):
            number, cents = f"{name}-{j}", level if lot.random() < 0.9 else lot.randrange(50, 90_000)
            cancelled = lot.random() < 0.03
            orders.append([number, name, f"{ago(day)} 12:00:00", money(cents), "SPRING" if (j % 2 == 0) == (coupons < 0.5) and lot.random() < 0.95 else "", "cancelled" if cancelled else "paid"])
            if not cancelled:
                paid_of.append((number, cents, day))
            kinds = [f"kind {k}" for k in range(5)]
            for c in lot.sample(kinds, lot.choice([0, 1, 1, 2])):
                lines.append([number, name, f"thing of {c}", c, 1, money(cents // 2 + int(c[-1]))])
        spent = sum(cents for _, cents, _ in paid_of)
        for k in range(lot.choice([0, 0, 0, 1, 2, 2, 3, 4]) if paid_of else 0):
            number, cents, day = lot.choice(paid_of)
            linked = lot.random() < 0.5
            back = lot.choice([1, cents // 10, cents, spent * 3 // 20, spent * 59 // 400, spent * 61 // 400])
            back = max(1, min(back, cents // 4 if linked else back))
            after = lot.choice([0, YEAR - 1, YEAR, YEAR + 1]) if lot.random() < 0.5 else lot.randrange(0, day + 1)
            refunds.append([f"{name}-r{k}", number if linked else "", name, f"{ago(min(after, day))} 18:00:00", money(back)])
        for k in range(lot.choice([0, 0, 0, 1, 1, 2, 3, 4, 5, 6])):
            kind = lot.choice([*VISITS, *VISITS, *SIGNALS, *REFERRALS[: lot.choice([0, 2, 5])], "call", "click"])
            touches.append([name, f"{ago(lot.choice([0, 1, 28, 29, 30, 31, 60, 88, 89, 90, 91, 200]))} 09:{k:02}:00", kind])
        for k in range(lot.choice([0, 0, 0, 1, 2])):
            nps = lot.random() < 0.5
            score = lot.randrange(0, 11) if nps else lot.choice([1, 2, 3, 3.5, 4, 4.5, 5])
            answers.append([name, f"{ago(lot.randrange(0, 300))} {k + 1:02}:00:00", score if nps else "", "" if nps else score])
        people.append([who.get(key, "") for key in CUSTOMERS])
    for name, kind, bought in rare(lot):
        people.append([{"customer_id": name, "customer_type": kind}.get(key, "") for key in CUSTOMERS])
        orders += [[f"{name}-{j}", name, f"{ago(day)} 12:00:00", money(cents), coupon, "paid"] for j, (day, cents, coupon) in enumerate(bought)]
    files = {
        "customers": write(folder, "customers", CUSTOMERS, people),
        "orders": write(folder, "orders", ["order_id", "customer_id", "order_time", "paid", "coupon", "status"], orders),
        "lines": write(folder, "lines", ["order_id", "customer_id", "product", "category", "quantity", "line_amount"], lines),
        "refunds": write(folder, "refunds", ["refund_id", "order_id", "customer_id", "refund_time", "refund_amount"], refunds),
        "interactions": write(folder, "interactions", ["customer_id", "time", "interaction_type"], touches),
        "feedback": write(folder, "feedback", ["customer_id", "answered_at", "nps", "csat"], answers),
    }
    return files


def given(files):
    return [part for flag, path in files.items() for part in (f"--{flag}", path)]


def geography():
    provinces = [(p, region, "north" if p in NORTH else "south") for region, names in REGIONS.items() for p in names.split()]
    text = lambda x: "null" if x is None else f"'{x}'"
    return "".join(f"insert into {table} values ({', '.join(map(text, row))});\n" for table, rows in (("provinces", provinces), ("cities", CITIES)) for row in rows)


CSV = "read_csv('{%s}', all_varchar = true, header = true)"
PLAIN = geography() + f"""
insert into c by name select customer_id customer, customer_type kind, gender, birthday::date birthday, age::int stated_age, income::bigint * 100 income, occupation,
  case education when 'middle school' then 'middle_school' when 'high school' then 'high_school' else education end education,
  case marital_status when 'together' then 'partnered' else marital_status end marital, case when country = '中国' or (country is null and province is not null) then 'China' else country end country, province, city, "values" held, lifestyle, interests,
  industry, employees::int employees, account_grade grade, purchase_intent intent, signup_date::date signup, acquisition_channel channel, "customer acquisition cost"::bigint * 100 cac from {CSV % "customers"};
insert into o by name select customer_id customer, order_id id, order_time::timestamp::date as day, (paid::decimal(18,2) * 100)::bigint paid, coupon, status = 'cancelled' cancelled from {CSV % "orders"};
insert into l by name select customer_id customer, order_id id, category, (line_amount::decimal(18,2) * 100)::bigint amount from {CSV % "lines"};
insert into r by name select customer_id customer, nullif(order_id, '') id, refund_time::timestamp::date as day, (refund_amount::decimal(18,2) * 100)::bigint amount from {CSV % "refunds"};
insert into t by name select customer_id customer, time::timestamp::date as day, interaction_type kind from {CSV % "interactions"};
insert into q by name select customer_id customer, answered_at::timestamp moment, row_number() over () as row, case when nps is null then 'csat' else 'nps' end kind, coalesce(nps, csat)::double score from {CSV % "feedback"};
"""
